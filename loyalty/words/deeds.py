"""The kinds of good deeds; a community may add its own, which are called as it wrote them."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.models import DeedKind
from loyalty.services.deeds.deeds import DEFAULT_KINDS

DEED_KINDS: Mapping[str, LazyString] = MappingProxyType(
    {
        "volunteer_service": lazy_gettext("志愿服务"),
        "mediation": lazy_gettext("调解纠纷"),
        "elder_visit": lazy_gettext("看望老人"),
        "hygiene": lazy_gettext("环境卫生"),
        "neighbour_help": lazy_gettext("邻里互助"),
        "safety_patrol": lazy_gettext("平安巡逻"),
    }
)


def deed_kind_name(kind: DeedKind) -> str:
    """Return the name of a kind of deed, in the reader's language where the community kept ours."""
    ours = (kind.code, kind.name) in DEFAULT_KINDS
    return str(DEED_KINDS[kind.code]) if ours else kind.name
