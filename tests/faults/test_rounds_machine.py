"""A round keeps its laws whatever people try, in any order; and a missing guard is noticed.

``LOYALTY_RUNS=500`` asks for as many runs of forty steps as the programme promises; `make rounds`
sets it.
"""

import os
from collections.abc import Callable, Sequence
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from loyalty.database import transaction
from loyalty.models import Candidate
from loyalty.rules.ranking import Ranking
from loyalty.rules.record import FrozenList
from loyalty.rules.selection import RoundAction, RoundFacts, RoundObstacle, find_obstacles
from loyalty.services.notice import decisions, publishing
from loyalty.services.rounds import actions, issuing
from loyalty.services.selection import drawing
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.waiting_lines import lines_without_card
from tests.faults.round_seen import Played
from tests.faults.round_town import Plan
from tests.faults.rounds_machine import SEED, WITNESSES, RoundsMachine

RUNS = int(os.environ.get("LOYALTY_RUNS", "15"))
RUNS_OF_A_CONTROL = 300
STEPS = 40

pytestmark = pytest.mark.usefixtures("app")


def play(runs: int, played: Played) -> None:
    """Play rounds of forty steps, and note in ``played`` what comes of them."""
    run_state_machine_as_test(
        partial(RoundsMachine, played),  # type: ignore[arg-type]  # it is called as a factory
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            phases=[Phase.generate],
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


def test_every_law_of_a_round_holds_whatever_people_try() -> None:
    played = Played()

    play(RUNS, played)

    assert played.ended.total() >= RUNS
    assert played.ended["issued"] + played.ended["closed"] > 0


def without(obstacle: RoundObstacle) -> Callable[..., tuple[RoundObstacle, ...]]:
    """Return the rule that names what is missing, blind to one obstacle."""

    def blind(action: RoundAction, facts: RoundFacts) -> tuple[RoundObstacle, ...]:
        return tuple(one for one in find_obstacles(action, facts) if one is not obstacle)

    return blind


def everybody_wins(lists: list[FrozenList]) -> list[Ranking]:
    return [Ranking(selected=one.candidates, reserves=()) for one in lists]


def no_cards(*_: object, **__: object) -> list[object]:
    return []


@pytest.mark.parametrize(
    ("module", "guard", "instead", "laws"),
    [
        (
            actions,
            "find_obstacles",
            without(RoundObstacle.NOTICE_RUNNING),
            ("the_notice_has_run_out",),
        ),
        (drawing, "rank_round", everybody_wins, ("nobody_wins_twice", "quotas_hold")),
        (actions, "issue_cards", no_cards, ("an_issue_signs_what_is_ready",)),
    ],
)
def test_a_service_without_one_of_its_guards_is_caught(
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    guard: str,
    instead: Callable[..., object],
    laws: tuple[str, ...],
) -> None:
    monkeypatch.setattr(module, guard, instead)

    played = Played()

    # References are random, so the same steps may have another outcome when they are repeated.
    with pytest.raises((AssertionError, Flaky)):
        play(RUNS_OF_A_CONTROL, played)

    assert played.broken[0] in laws


@pytest.fixture
def published() -> RoundsMachine:
    """A round in its notice, which began on Tuesday and lasts until Tuesday; the clerk nominated.

    What depends on objections is too rare to wait for, so its controls take the steps one by one.
    """
    machine = RoundsMachine(Played())
    plan = Plan(quotas=(2, 1), least_of_east=0, homes=[1, 2, 3, 4, 5, 1, 2, 3])
    machine.plan(plan, [(number, "civilized_resident") for number in range(5)], steps=6)
    return machine


def test_a_confirmation_before_the_last_answer_is_caught(
    monkeypatch: pytest.MonkeyPatch, published: RoundsMachine
) -> None:
    monkeypatch.setattr(actions, "find_obstacles", without(RoundObstacle.OBJECTIONS_OPEN))
    published.object_to_somebody(0, answered_by=None, upheld=False)

    with pytest.raises(AssertionError, match="every_objection_is_answered"):
        published.go_on("approver", 9, 1, "123", None)


@pytest.fixture
def disputed(published: RoundsMachine) -> RoundsMachine:
    """A round whose undisputed cards go first, and one of its two lines is disputed."""
    published.change_the_policy(wait=False)
    published.object_to_somebody(0, answered_by=None, upheld=False)
    return published


def everybody_is_ready(at_work: RoundAtWork, **_: object) -> Sequence[Candidate]:
    return lines_without_card(at_work)


def test_undisputed_cards_go_first_and_the_disputed_one_follows_its_answer(
    disputed: RoundsMachine,
) -> None:
    disputed.go_on("approver", 9, 2, "123", None)
    first = disputed.counts()
    disputed.answer_the_objections("approver", upheld=False)
    disputed.go_on("approver", 0, 3, "123", None)

    assert first == ("notice", 1)
    assert disputed.counts() == ("closed", 2)


def test_the_database_itself_refuses_the_card_of_a_disputed_line(
    monkeypatch: pytest.MonkeyPatch, disputed: RoundsMachine
) -> None:
    monkeypatch.setattr(issuing, "ready_lines", everybody_is_ready)

    with pytest.raises(ProgrammingError, match="every objection answered"):
        disputed.go_on("approver", 9, 2, "123", None)


def test_the_card_of_a_disputed_line_is_caught(
    monkeypatch: pytest.MonkeyPatch, disputed: RoundsMachine
) -> None:
    monkeypatch.setattr(issuing, "ready_lines", everybody_is_ready)
    with transaction() as session:
        session.execute(text("ALTER TABLE card DISABLE TRIGGER after_the_notice"))

    with pytest.raises(AssertionError, match="an_issue_signs_what_is_ready"):
        disputed.go_on("approver", 9, 2, "123", None)


def test_an_answer_by_who_nominated_the_person_is_caught(
    monkeypatch: pytest.MonkeyPatch, published: RoundsMachine
) -> None:
    monkeypatch.setattr(decisions, "involved_in", lambda *_: frozenset())

    with pytest.raises(AssertionError, match="who_answers_is_uninvolved"):
        published.object_to_somebody(0, answered_by="clerk", upheld=False)


def test_a_reserve_who_moves_up_without_a_notice_is_caught(
    monkeypatch: pytest.MonkeyPatch, published: RoundsMachine
) -> None:
    monkeypatch.setattr(publishing, "_supplementary_last", lambda _, found: found.notice_last)
    published.time_passes(7)
    published.object_to_somebody(0, answered_by="approver", upheld=True)

    with pytest.raises(AssertionError, match="the_notice_has_run_out"):
        published.go_on("approver", 1, 1, "123", None)


def test_the_database_itself_refuses_a_seed_by_who_froze(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "find_obstacles", without(RoundObstacle.FROZE_THE_LIST))
    machine = RoundsMachine(Played())
    plan = Plan(quotas=(2, 1), least_of_east=0, homes=[1, 2, 3, 4, 5, 1, 2, 3])
    machine.plan(plan, [(number, "civilized_resident") for number in range(5)], steps=4)

    with pytest.raises(IntegrityError, match="seed_by_another"):
        machine.act("approver", RoundAction.DRAW, seed=SEED, seen_by=WITNESSES, reason=None)


def test_the_database_itself_refuses_a_creator_who_confirms(
    monkeypatch: pytest.MonkeyPatch, published: RoundsMachine
) -> None:
    monkeypatch.setattr(actions, "find_obstacles", without(RoundObstacle.SAME_PERSON))

    with pytest.raises(IntegrityError, match="two_people"):
        published.go_on("creator", 9, 1, "123", None)
