"""What the council and residents raise, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.rules.verdict import Tone
from loyalty.services.matters.matters import MatterKind, MatterState, Raiser
from loyalty.words.states import StateWords

MATTER_KINDS: Mapping[MatterKind, LazyString] = MappingProxyType(
    {
        MatterKind.NEED: lazy_gettext("需求"),
        MatterKind.PROBLEM: lazy_gettext("问题"),
        MatterKind.SERVICE: lazy_gettext("服务"),
    }
)

RAISERS: Mapping[Raiser, LazyString] = MappingProxyType(
    {
        Raiser.COUNCIL: lazy_gettext("商户议事会"),
        Raiser.RESIDENT: lazy_gettext("居民"),
        Raiser.STAFF: lazy_gettext("社区"),
    }
)

MATTER_STATES: Mapping[MatterState, StateWords] = MappingProxyType(
    {
        MatterState.OPEN: StateWords(Tone.UNSURE, lazy_gettext("待答复")),
        MatterState.ANSWERED: StateWords(Tone.YES, lazy_gettext("已答复")),
        MatterState.CLOSED: StateWords(None, lazy_gettext("已办结")),
    }
)
"""How far a matter is, and its colour."""
