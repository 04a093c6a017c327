from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from loyalty.rules.certification import (
    CertificationAction,
    CertificationFacts,
    CertificationObstacle,
    CertificationState,
    find_last_certified_day,
    find_obstacles,
    gives_discount,
    next_state,
    state_on,
)

LAST = date(2026, 12, 11)
TODAY = date(2026, 12, 12)
A_YEAR_ON = date(2027, 12, 12)

READY = CertificationFacts(
    state=None, today=TODAY, notice_last=LAST, withdrawn_on=None, reason="scales 20 g out"
)

COURSE = (
    ("apply", None, "applied"),
    ("apply", "lapsed", "applied"),
    ("apply", "withdrawn", "applied"),
    ("inspect", "applied", "inspected"),
    ("publish", "inspected", "notice"),
    ("send_back", "inspected", "applied"),
    ("send_back", "notice", "applied"),
    ("certify", "notice", "certified"),
    ("warn", "certified", "warned"),
    ("suspend", "certified", "suspended"),
    ("suspend", "warned", "suspended"),
    ("withdraw", "suspended", "withdrawn"),
    ("reinstate", "warned", "certified"),
    ("reinstate", "suspended", "certified"),
    ("renew", "certified", "certified"),
    ("renew", "lapsed", "certified"),
)
ALLOWED = {(action, state) for action, state, _ in COURSE}
STATES = (None, *CertificationState)


def state_of(code: str | None) -> CertificationState | None:
    return None if code is None else CertificationState(code)


@pytest.mark.parametrize(("action", "state", "then"), COURSE)
def test_each_action_leads_where_the_procedure_says(
    action: str, state: str | None, then: str
) -> None:
    facts = replace(READY, state=state_of(state))

    assert find_obstacles(CertificationAction(action), facts) == ()
    assert next_state(CertificationAction(action), facts.state) == then


@pytest.mark.parametrize(
    ("action", "state"),
    [pair for pair in product(CertificationAction, STATES) if pair not in ALLOWED],
)
def test_no_state_can_be_skipped(
    action: CertificationAction, state: CertificationState | None
) -> None:
    missing = find_obstacles(action, replace(READY, state=state))

    assert missing == (CertificationObstacle.WRONG_STATE,)
    with pytest.raises(KeyError):
        next_state(action, state)


def test_only_to_publish_the_working_days_must_be_known() -> None:
    facts = replace(READY, state=CertificationState.INSPECTED, calendar_known=False)

    assert find_obstacles(CertificationAction.PUBLISH, facts) == (
        CertificationObstacle.CALENDAR_MISSING,
    )
    assert find_obstacles(CertificationAction.SEND_BACK, facts) == ()


@pytest.mark.parametrize(("notice_last", "running"), [(None, True), (TODAY, True), (LAST, False)])
def test_no_plaque_is_hung_before_the_notice_is_over(
    notice_last: date | None, *, running: bool
) -> None:
    facts = replace(READY, state=CertificationState.NOTICE, notice_last=notice_last)

    assert find_obstacles(CertificationAction.CERTIFY, facts) == (
        (CertificationObstacle.NOTICE_RUNNING,) * running
    )


@pytest.mark.parametrize(("open_objections", "waits"), [(0, False), (1, True)])
def test_no_plaque_is_hung_while_an_objection_waits(open_objections: int, *, waits: bool) -> None:
    facts = replace(READY, state=CertificationState.NOTICE, open_objections=open_objections)

    assert find_obstacles(CertificationAction.CERTIFY, facts) == (
        (CertificationObstacle.OBJECTION_OPEN,) * waits
    )


@pytest.mark.parametrize("reason", ["", " \n\u3000"])
@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("send_back", "notice"),
        ("warn", "certified"),
        ("suspend", "warned"),
        ("withdraw", "suspended"),
    ],
)
def test_nothing_is_done_against_a_shop_without_a_reason(
    action: str, state: str, reason: str
) -> None:
    facts = replace(READY, state=CertificationState(state), reason=reason)

    assert find_obstacles(CertificationAction(action), facts) == (CertificationObstacle.NO_REASON,)


@pytest.mark.parametrize(
    ("action", "state"),
    [
        (action, state)
        for action, state, _ in COURSE
        if action not in {"send_back", "warn", "suspend", "withdraw"}
    ],
)
def test_nothing_done_for_a_shop_needs_a_reason(action: str, state: str | None) -> None:
    facts = replace(READY, state=state_of(state), reason="")

    assert find_obstacles(CertificationAction(action), facts) == ()


@pytest.mark.parametrize(
    ("today", "too_early"),
    [(TODAY, True), (date(2028, 12, 12), True), (date(2028, 12, 13), False)],
)
def test_a_shop_applies_again_24_months_after_its_plaque_was_taken_down(
    today: date, *, too_early: bool
) -> None:
    facts = replace(
        READY, state=CertificationState.WITHDRAWN, today=today, withdrawn_on=date(2026, 12, 12)
    )

    assert find_obstacles(CertificationAction.APPLY, facts) == (
        (CertificationObstacle.WITHDRAWN_RECENTLY,) * too_early
    )


def test_everything_that_is_missing_is_named_at_once() -> None:
    facts = replace(READY, state=CertificationState.APPLIED, withdrawn_on=LAST)

    assert find_obstacles(CertificationAction.APPLY, facts) == (
        CertificationObstacle.WRONG_STATE,
        CertificationObstacle.WITHDRAWN_RECENTLY,
    )


def test_a_certification_holds_for_a_year() -> None:
    assert find_last_certified_day(TODAY) == A_YEAR_ON


@pytest.mark.parametrize("stored", ["certified", "warned"])
def test_a_shop_lapses_the_day_after_its_last_day(stored: str) -> None:
    state = CertificationState(stored)

    assert state_on(state, A_YEAR_ON, A_YEAR_ON) is state
    assert state_on(state, A_YEAR_ON, date(2027, 12, 13)) is CertificationState.LAPSED


@pytest.mark.parametrize(
    "stored", ["applied", "inspected", "notice", "suspended", "withdrawn", "lapsed"]
)
def test_a_shop_that_is_not_certified_does_not_lapse(stored: str) -> None:
    state = CertificationState(stored)

    assert state_on(state, A_YEAR_ON, date(2028, 1, 1)) is state
    assert state_on(state, None, TODAY) is state


def test_a_suspended_shop_cannot_wait_until_it_may_be_renewed() -> None:
    later = state_on(CertificationState.SUSPENDED, A_YEAR_ON, date(2030, 1, 1))

    assert find_obstacles(CertificationAction.RENEW, replace(READY, state=later)) == (
        CertificationObstacle.WRONG_STATE,
    )


def test_cards_are_taken_by_certified_and_warned_shops_alone() -> None:
    assert [state for state in STATES if gives_discount(state)] == ["certified", "warned"]
