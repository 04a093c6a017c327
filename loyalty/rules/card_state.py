"""The states of a card."""

from datetime import date
from enum import StrEnum


class CardState(StrEnum):
    """From the signature to the end. Codes are public: add one, never rename one."""

    ISSUED = "issued"
    """Signed, not handed over yet. It works at a till like an active card."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Reported lost; can be resumed."""
    REVOKED = "revoked"
    """Stopped for good, by staff or by a reissue."""
    EXPIRED = "expired"


WORKING = frozenset({CardState.ISSUED, CardState.ACTIVE})
"""States in which a card gives something, on the days for which it was made."""

FINAL = frozenset({CardState.REVOKED, CardState.EXPIRED})
"""States that no card leaves."""

HAND_OUT_DAYS = 14
"""Days after its signature from which on a card that nobody has handed over is overdue."""


def state_on(stored: CardState, valid_until: date, today: date) -> CardState:
    """Return the state a card is in on a day, from the state last written down.

    Nobody writes down that a card expires: an issued or active one has expired from the day after
    `valid_until`, its last day. Revoked and suspended are more lasting reasons and stay.
    """
    if stored in {CardState.ISSUED, CardState.ACTIVE} and today > valid_until:
        return CardState.EXPIRED
    return stored
