"""Why a panellist does not score somebody, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.rules.panel import Conflict

CONFLICTS: Mapping[Conflict, LazyString] = MappingProxyType(
    {
        Conflict.RELATIVE: lazy_gettext("亲属"),
        Conflict.HOUSEHOLD: lazy_gettext("同户"),
        Conflict.NOMINEE: lazy_gettext("自己推荐的人"),
        Conflict.OTHER: lazy_gettext("其他要回避的关系"),
    }
)
