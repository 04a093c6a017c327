"""Who speaks for a candidate, in words."""

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
