"""Who speaks for a candidate, and what has become of it, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

SOURCES: Mapping[str, LazyString] = MappingProxyType(
    {
        "self": lazy_gettext("本人自荐"),
        "neighbour": lazy_gettext("邻居推荐"),
        "group": lazy_gettext("联户单元推荐"),
        "staff": lazy_gettext("社区推荐"),
    }
)
"""By the codes of `services.nominations.SOURCES`."""

STATES: Mapping[str, LazyString] = MappingProxyType(
    {
        "pending": lazy_gettext("等着核对"),
        "accepted": lazy_gettext("已核对，推荐算数"),
        "rejected": lazy_gettext("已退回"),
    }
)
"""By the codes of `services.public_nominations.STATES`."""
