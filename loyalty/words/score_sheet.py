"""The heads of a score sheet, and what is wrong with a new one, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.rules.score_sheet import Head, SheetFault

HEADS: Mapping[Head, LazyString] = MappingProxyType(
    {
        Head.PAPERS: lazy_gettext("证照"),
        Head.CONDUCT: lazy_gettext("经营"),
        Head.PREMISES: lazy_gettext("店面"),
    }
)

SHEET_FAULTS: Mapping[SheetFault, LazyString] = MappingProxyType(
    {
        SheetFault.HEAD_EMPTY: lazy_gettext("证照、经营、店面，每一部分至少写一项。"),
        SheetFault.NAME_TWICE: lazy_gettext("有一项写了两次，请去掉一个。"),
        SheetFault.OUT_OF_REACH: lazy_gettext("合格分要在1分和满分之间。"),
    }
)
