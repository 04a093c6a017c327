"""What somebody complains of with a card in hand, and what was found."""

from datetime import date, timedelta
from enum import StrEnum

LONGEST_AGO = timedelta(days=93)
"""A sale longer ago is not traced to its card any more, so nobody can look into it."""


class ComplaintKind(StrEnum):
    """What went wrong. Codes are public: add one, never rename one."""

    NO_DISCOUNT = "no_discount"
    WRONG_PRICE = "wrong_price"


class ComplaintState(StrEnum):
    """How far a complaint is. Codes are public: add one, never rename one."""

    OPEN = "open"
    UPHELD = "upheld"
    """It was so."""
    DISMISSED = "dismissed"


def complaint_state(*, upheld: bool | None) -> ComplaintState:
    """Return how far a complaint is, from what was found; None is open."""
    if upheld is None:
        return ComplaintState.OPEN
    return ComplaintState.UPHELD if upheld else ComplaintState.DISMISSED


def may_be_looked_into(happened_on: date, today: date) -> bool:
    """Return whether a day is neither to come nor too long ago, both ends included."""
    return today - LONGEST_AGO <= happened_on <= today
