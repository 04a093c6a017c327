"""A round as its six steps, with where it stands and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext

from loyalty.models import Round
from loyalty.rules.selection import (
    RoundAction,
    RoundFacts,
    RoundObstacle,
    RoundState,
    missing_for,
)
from loyalty.words.obstacles import obstacles_in_words
from loyalty.words.steps import ROUND_STEPS, StepWords

TURN_OF_ANOTHER = frozenset(
    {
        RoundObstacle.WRONG_STATE,
        RoundObstacle.ALREADY_FROZEN,
        RoundObstacle.NOT_FROZEN,
        RoundObstacle.ALREADY_DRAWN,
        RoundObstacle.NOT_DRAWN,
    }
)
"""Obstacles that mean that another action is next; the others are waited for."""

STEPS: Sequence[tuple[LazyString, frozenset[RoundState]]] = (
    (lazy_gettext("推荐"), frozenset({RoundState.DRAFT, RoundState.OPEN})),
    (lazy_gettext("初审"), frozenset({RoundState.SCREENING})),
    (lazy_gettext("评议和抽签"), frozenset({RoundState.REVIEW})),
    (lazy_gettext("公示"), frozenset({RoundState.NOTICE})),
    (lazy_gettext("确认和签发"), frozenset({RoundState.CONFIRMED})),
    (lazy_gettext("发卡到人"), frozenset({RoundState.ISSUED})),
)
"""Each step with the states in which it is the current one."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """The action that is next in a round."""

    action: RoundAction
    words: StepWords
    waits_for: str
    """What is missing still, in sentences; empty if it can be done now."""


@dataclass(frozen=True, slots=True)
class Step:
    """One of the six steps of a round."""

    name: LazyString
    progress: str
    """``done``, ``now`` or ``later``."""


def next_step(facts: RoundFacts) -> NextStep | None:
    """Return what is to be done next; None when the round is over."""
    for action in RoundAction:
        missing = missing_for(action, facts)
        if action is not RoundAction.CANCEL and TURN_OF_ANOTHER.isdisjoint(missing):
            return NextStep(action, ROUND_STEPS[action], obstacles_in_words(missing))
    return None


def may_be_cancelled(facts: RoundFacts) -> bool:
    """Return whether the round can still be called off."""
    return not missing_for(RoundAction.CANCEL, facts)


def steps_of(selection_round: Round) -> list[Step]:
    """Return the six steps, as done, current or to come."""
    state = RoundState(selection_round.state)
    places = [place for place, (_, states) in enumerate(STEPS) if state in states]
    current = places[0] if places else len(STEPS)
    return [
        Step(name, "done" if place < current else "now" if place == current else "later")
        for place, (name, _) in enumerate(STEPS)
    ]
