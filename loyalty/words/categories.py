"""What the categories of goods are called that cards do not apply to."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

CATEGORIES: Mapping[str, LazyString] = MappingProxyType(
    {
        "tobacco": lazy_gettext("烟和电子烟"),
        "alcohol": lazy_gettext("酒"),
        "medicine": lazy_gettext("药和医保商品"),
        "infant_formula": lazy_gettext("婴儿奶粉"),
        "lottery": lazy_gettext("彩票"),
        "top_up": lazy_gettext("充值和预付卡"),
        "special": lazy_gettext("特价商品"),
    }
)
"""By code. A community may add its own, which is shown as it wrote it."""
