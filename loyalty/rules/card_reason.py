"""Why a card is stopped or replaced: a closed list, and words of one's own for the rest."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from loyalty.rules.card_action import CardAction


class CardReason(StrEnum):
    """Codes are public: add one, never rename one."""

    LOST = "lost"
    STOLEN = "stolen"
    DAMAGED = "damaged"
    MISPRINTED = "misprinted"
    MOVED_AWAY = "moved_away"
    DIED = "died"
    KEY_REPLACED = "key_replaced"
    """The key that signed it may have been stolen."""
    OTHER = "other"
    """Told in words."""


LOST: Final = frozenset({CardReason.LOST, CardReason.STOLEN})
"""The card may be in other hands."""

OFFERED: Final[Mapping[CardAction, tuple[CardReason, ...]]] = MappingProxyType(
    {
        CardAction.SUSPEND: (CardReason.LOST, CardReason.STOLEN),
        CardAction.REISSUE: (
            CardReason.LOST,
            CardReason.STOLEN,
            CardReason.DAMAGED,
            CardReason.MISPRINTED,
        ),
        CardAction.REVOKE: (CardReason.MOVED_AWAY, CardReason.DIED, CardReason.LOST),
    }
)
"""Which reasons the console offers for an action, the most frequent first; a program may give any.
"""


def read_reason(given: str) -> tuple[CardReason, str | None]:
    """Return the code of a reason and its words: words that are no code are another reason's."""
    told = given != CardReason.OTHER and given in set(CardReason)
    return (CardReason(given), None) if told else (CardReason.OTHER, given)
