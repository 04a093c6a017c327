"""What may be done with a card, and when."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from loyalty.rules.card_state import CardState


class CardAction(StrEnum):
    """What is done with a card."""

    HAND_OVER = "hand-over"
    SUSPEND = "suspend"
    """Reported lost."""
    RESUME = "resume"
    REISSUE = "reissue"
    """The old number stops working, and another card takes its place."""
    REVOKE = "revoke"


class CardObstacle(StrEnum):
    """What stands in the way of an action. Codes are public: add one, never rename one."""

    WRONG_STATE = "wrong_state"
    VALIDITY_OVER = "validity_over"
    """The card's last day has passed: nothing is done with it any more."""


_LEADS: Mapping[tuple[CardAction, CardState], CardState] = {
    (CardAction.HAND_OVER, CardState.ISSUED): CardState.ACTIVE,
    (CardAction.SUSPEND, CardState.ISSUED): CardState.SUSPENDED,
    (CardAction.SUSPEND, CardState.ACTIVE): CardState.SUSPENDED,
    (CardAction.RESUME, CardState.SUSPENDED): CardState.ACTIVE,
    (CardAction.REISSUE, CardState.ISSUED): CardState.REVOKED,
    (CardAction.REISSUE, CardState.ACTIVE): CardState.REVOKED,
    (CardAction.REISSUE, CardState.SUSPENDED): CardState.REVOKED,
    (CardAction.REVOKE, CardState.ISSUED): CardState.REVOKED,
    (CardAction.REVOKE, CardState.ACTIVE): CardState.REVOKED,
    (CardAction.REVOKE, CardState.SUSPENDED): CardState.REVOKED,
}

NEED_A_REASON = frozenset({CardAction.SUSPEND, CardAction.REISSUE, CardAction.REVOKE})


def find_obstacles(
    action: CardAction, stored: CardState, *, valid_until: date, today: date
) -> tuple[CardObstacle, ...]:
    """Return everything that stands in the way of an action; nothing if it is allowed now.

    Args:
        action: what is to be done.
        stored: the state last written down.
        valid_until: last day the card works, included.
        today: date in the community's zone.
    """
    checks = (
        ((action, stored) not in _LEADS, CardObstacle.WRONG_STATE),
        (today > valid_until, CardObstacle.VALIDITY_OVER),
    )
    return tuple(obstacle for applies, obstacle in checks if applies)


def next_state(action: CardAction, state: CardState) -> CardState:
    """Return the state an action leads the card to; a reissue leads the old card there.

    An action that `find_obstacles` refuses for its state has no next state: KeyError.
    """
    return _LEADS[action, state]
