from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from loyalty.rules.selection import (
    STEPS,
    RoundAction,
    RoundFacts,
    RoundObstacle,
    RoundStage,
    RoundState,
    find_next_action,
    find_obstacles,
    find_stage,
    next_state,
)

LAST = date(2026, 12, 11)

READY = RoundFacts(
    state=RoundState.DRAFT,
    frozen=False,
    ballots_missing=0,
    reason_given=False,
    drawn=False,
    notice_last=LAST,
    today=date(2026, 12, 12),
    open_objections=0,
    ready_lines=0,
    cards_signed=False,
    created_it=False,
)

COURSE = (
    (RoundAction.OPEN, RoundState.DRAFT, RoundState.OPEN),
    (RoundAction.SCREEN, RoundState.OPEN, RoundState.SCREENING),
    (RoundAction.START_REVIEW, RoundState.SCREENING, RoundState.REVIEW),
    (RoundAction.FREEZE, RoundState.REVIEW, RoundState.REVIEW),
    (RoundAction.DRAW, RoundState.REVIEW, RoundState.REVIEW),
    (RoundAction.PUBLISH, RoundState.REVIEW, RoundState.NOTICE),
    (RoundAction.CONFIRM, RoundState.NOTICE, RoundState.CONFIRMED),
    (RoundAction.ISSUE, RoundState.CONFIRMED, RoundState.ISSUED),
    (RoundAction.CLOSE, RoundState.ISSUED, RoundState.CLOSED),
)
BEFORE_ISSUE = tuple(RoundState)[: tuple(RoundState).index(RoundState.ISSUED)]
ALLOWED = {(action, state) for action, state, _ in COURSE} | {
    (RoundAction.CANCEL, state) for state in BEFORE_ISSUE
}


def facts_for(action: RoundAction, state: RoundState, **changes: Any) -> RoundFacts:
    """Give a round in that state to which nothing is missing for the action."""
    done = {
        RoundAction.DRAW: {"frozen": True},
        RoundAction.PUBLISH: {"frozen": True, "drawn": True},
    }
    return replace(READY, **{"state": state, **done.get(action, {}), **changes})


@pytest.mark.parametrize(("action", "state", "then"), COURSE)
def test_each_action_leads_one_step_further(
    action: RoundAction, state: RoundState, then: RoundState
) -> None:
    assert find_obstacles(action, facts_for(action, state)) == ()
    assert next_state(action, state) is then


@pytest.mark.parametrize("state", BEFORE_ISSUE)
def test_a_round_can_be_cancelled_until_the_cards_are_issued(state: RoundState) -> None:
    assert find_obstacles(RoundAction.CANCEL, facts_for(RoundAction.CANCEL, state)) == ()
    assert next_state(RoundAction.CANCEL, state) is RoundState.CANCELLED


@pytest.mark.parametrize(
    ("action", "state"), sorted(set(product(RoundAction, RoundState)) - ALLOWED)
)
def test_no_state_can_be_skipped(action: RoundAction, state: RoundState) -> None:
    assert find_obstacles(action, facts_for(action, state)) == (RoundObstacle.WRONG_STATE,)
    with pytest.raises(KeyError):
        next_state(action, state)


@pytest.mark.parametrize(
    ("action", "state", "changes", "obstacle"),
    [
        ("freeze", "review", {"frozen": True}, "already_frozen"),
        ("freeze", "review", {"ballots_missing": 1}, "ballots_missing"),
        ("draw", "review", {"frozen": False}, "not_frozen"),
        ("draw", "review", {"drawn": True}, "already_drawn"),
        ("draw", "review", {"froze_the_list": True}, "froze_the_list"),
        ("draw", "review", {"seed_day": date(2026, 12, 13)}, "seed_not_out"),
        ("publish", "review", {"drawn": False}, "not_drawn"),
        ("confirm", "notice", {"notice_last": None}, "notice_running"),
        ("confirm", "notice", {"today": LAST}, "notice_running"),
        ("confirm", "notice", {"open_objections": 1}, "objections_open"),
        ("confirm", "notice", {"created_it": True}, "same_person"),
        ("issue", "confirmed", {"notice_last": None}, "notice_running"),
        ("issue", "confirmed", {"today": LAST}, "notice_running"),
        ("issue", "confirmed", {"open_objections": 1}, "objections_open"),
        ("cancel", "notice", {"cards_signed": True}, "cards_signed"),
    ],
)
def test_an_action_waits_for_what_must_come_before(
    action: str, state: str, changes: dict[str, Any], obstacle: str
) -> None:
    facts = facts_for(RoundAction(action), RoundState(state), **changes)

    assert find_obstacles(RoundAction(action), facts) == (obstacle,)


@pytest.mark.parametrize(("action", "state"), [("confirm", "notice"), ("issue", "confirmed")])
def test_ready_lines_go_on_while_others_are_disputed_or_on_notice(action: str, state: str) -> None:
    facts = facts_for(
        RoundAction(action), RoundState(state), ready_lines=1, open_objections=1, today=LAST
    )

    assert find_obstacles(RoundAction(action), facts) == ()


def test_a_round_some_of_whose_lines_wait_goes_back_to_its_notice() -> None:
    after = next_state(RoundAction.ISSUE, RoundState.CONFIRMED, lines_wait=True)

    assert after is RoundState.NOTICE


def test_everything_that_is_missing_is_named_at_once() -> None:
    facts = facts_for(
        RoundAction.CONFIRM,
        RoundState.REVIEW,
        notice_last=None,
        open_objections=2,
        created_it=True,
    )

    assert find_obstacles(RoundAction.CONFIRM, facts) == (
        RoundObstacle.WRONG_STATE,
        RoundObstacle.NOTICE_RUNNING,
        RoundObstacle.OBJECTIONS_OPEN,
        RoundObstacle.SAME_PERSON,
    )


def test_a_list_is_frozen_without_every_ballot_for_a_reason_alone() -> None:
    facts = facts_for(RoundAction.FREEZE, RoundState.REVIEW, ballots_missing=3, reason_given=True)

    assert find_obstacles(RoundAction.FREEZE, facts) == ()


def test_the_creator_may_do_everything_but_confirm() -> None:
    for action, state, _ in COURSE:
        missing = find_obstacles(action, facts_for(action, state, created_it=True))

        assert missing == (RoundObstacle.SAME_PERSON,) * (action is RoundAction.CONFIRM)


@pytest.mark.parametrize(("action", "state"), [one[:2] for one in COURSE])
def test_one_action_of_the_course_is_next_and_its_stage_is_the_present_one(
    action: RoundAction, state: RoundState
) -> None:
    facts = facts_for(action, state)

    assert find_next_action(facts) == (action, ())
    assert find_stage(facts) is STEPS[action].stage


@pytest.mark.parametrize("state", [RoundState.CLOSED, RoundState.CANCELLED])
def test_nothing_is_next_in_a_round_that_is_over(state: RoundState) -> None:
    facts = replace(READY, state=state)

    assert find_next_action(facts) is None
    assert find_stage(facts) is None


@pytest.mark.parametrize("changes", [{"today": LAST}, {"open_objections": 1}])
def test_a_round_is_in_its_notice_until_its_last_day_and_its_last_answer(
    changes: dict[str, Any],
) -> None:
    facts = facts_for(RoundAction.CONFIRM, RoundState.NOTICE, **changes)

    assert find_stage(facts) is RoundStage.NOTICE
    assert find_stage(facts_for(RoundAction.CONFIRM, RoundState.NOTICE)) is RoundStage.CARDS


def test_the_course_goes_through_the_stages_in_their_order() -> None:
    stages = [step.stage for step in STEPS.values() if step.stage is not None]

    assert list(dict.fromkeys(stages)) == [*RoundStage]
    assert stages == sorted(stages, key=[*RoundStage].index)
