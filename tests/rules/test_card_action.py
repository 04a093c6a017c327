from datetime import date
from itertools import product

import pytest

from loyalty.rules.card_action import CardAction, find_obstacles, next_state
from loyalty.rules.card_state import CardState

LAST = date(2026, 12, 31)

LEADS = {
    (CardAction.HAND_OVER, CardState.ISSUED): CardState.ACTIVE,
    (CardAction.SUSPEND, CardState.ISSUED): CardState.SUSPENDED,
    (CardAction.SUSPEND, CardState.ACTIVE): CardState.SUSPENDED,
    (CardAction.RESUME, CardState.SUSPENDED): CardState.ACTIVE,
    **{
        (action, state): CardState.REVOKED
        for action in (CardAction.REISSUE, CardAction.REVOKE)
        for state in (CardState.ISSUED, CardState.ACTIVE, CardState.SUSPENDED)
    },
}


@pytest.mark.parametrize(("action", "state"), [*product(CardAction, CardState)])
def test_an_action_leads_on_from_its_states_only(action: CardAction, state: CardState) -> None:
    missing = find_obstacles(action, state, valid_until=LAST, today=LAST)

    if (action, state) in LEADS:
        assert missing == ()
        assert next_state(action, state) is LEADS[action, state]
    else:
        assert missing == ("wrong_state",)


@pytest.mark.parametrize(("action", "state"), [*LEADS])
def test_nothing_is_done_with_a_card_after_its_last_day(
    action: CardAction, state: CardState
) -> None:
    assert find_obstacles(action, state, valid_until=LAST, today=date(2027, 1, 1)) == (
        "validity_over",
    )
