"""What the honours are called; a community may add its own, which are called as it wrote them."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.models import Honour

HONOURS: Mapping[str, LazyString] = MappingProxyType(
    {
        "civilized_resident": lazy_gettext("文明居民"),
        "household_head": lazy_gettext("联户长"),
        "red_cell_member": lazy_gettext("红细胞党员"),
    }
)


def honour_name(honour: Honour) -> str:
    """Return the name of an honour in the reader's language, if it is one we know."""
    return str(HONOURS.get(honour.code, honour.name))
