"""What customers say of a shop, in words."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import LazyString, lazy_gettext

from loyalty.models import Complaint
from loyalty.rules.complaint import ComplaintKind, ComplaintState, complaint_state
from loyalty.rules.satisfaction import Face
from loyalty.rules.verdict import Tone
from loyalty.words.states import StateWords

COMPLAINT_KINDS: Mapping[ComplaintKind, LazyString] = MappingProxyType(
    {
        ComplaintKind.NO_DISCOUNT: lazy_gettext("没给打折"),
        ComplaintKind.WRONG_PRICE: lazy_gettext("价钱不对"),
    }
)

COMPLAINT_STATES: Mapping[ComplaintState, StateWords] = MappingProxyType(
    {
        ComplaintState.OPEN: StateWords(Tone.UNSURE, lazy_gettext("待答复")),
        ComplaintState.UPHELD: StateWords(Tone.YES, lazy_gettext("属实")),
        ComplaintState.DISMISSED: StateWords(None, lazy_gettext("不属实")),
    }
)
"""How far a complaint is."""


class FaceWords(NamedTuple):
    """A face, as it is drawn and said."""

    drawing: str
    """Name of its drawing among the icons."""
    word: LazyString


FACES: Mapping[Face, FaceWords] = MappingProxyType(
    {
        Face.GOOD: FaceWords("face-good", lazy_gettext("满意")),
        Face.FAIR: FaceWords("face-fair", lazy_gettext("一般")),
        Face.BAD: FaceWords("face-bad", lazy_gettext("不满意")),
    }
)


def complaint_kind_name(kind: str) -> LazyString:
    """Return what went wrong, by its code."""
    return COMPLAINT_KINDS[ComplaintKind(kind)]


def complaint_words(complaint: Complaint, *, today: date) -> StateWords:
    """Return how far a complaint is; red where its answer is late."""
    words = COMPLAINT_STATES[complaint_state(upheld=complaint.upheld)]
    is_late = complaint.answered_at is None and complaint.due_on < today
    return StateWords(Tone.NO, words.word) if is_late else words
