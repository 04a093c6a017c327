"""Why staff call on shops, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.rules.visit import VisitKind

VISIT_KINDS: Mapping[str, LazyString] = MappingProxyType(
    {
        VisitKind.MOVED_IN: lazy_gettext("新入驻必访"),
        VisitKind.IN_DIFFICULTY: lazy_gettext("有困难必访"),
        VisitKind.DISPUTE: lazy_gettext("有矛盾必访"),
        VisitKind.HOLIDAY: lazy_gettext("逢年节必访"),
        VisitKind.ROUTINE: lazy_gettext("平常走访"),
    }
)
