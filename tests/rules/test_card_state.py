from datetime import date

import pytest

from loyalty.rules.card_state import CardState, state_on

LAST = date(2026, 12, 31)
DAY_AFTER = date(2027, 1, 1)


@pytest.mark.parametrize("stored", list(CardState))
def test_a_card_keeps_its_state_up_to_its_last_day(stored: CardState) -> None:
    assert state_on(stored, LAST, LAST) is stored


@pytest.mark.parametrize("stored", [CardState.ISSUED, CardState.ACTIVE, CardState.EXPIRED])
def test_a_card_expires_the_day_after_its_last_day(stored: CardState) -> None:
    assert state_on(stored, LAST, DAY_AFTER) is CardState.EXPIRED


@pytest.mark.parametrize("stored", [CardState.SUSPENDED, CardState.REVOKED])
def test_a_more_lasting_reason_outlives_the_last_day(stored: CardState) -> None:
    assert state_on(stored, LAST, DAY_AFTER) is stored
