"""The course of a selection round: what may be done when, and what is missing until then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from loyalty.rules.notice import is_notice_over


class RoundState(StrEnum):
    """Where a round stands. Codes are public: add one, never rename one."""

    DRAFT = "draft"
    OPEN = "open"
    SCREENING = "screening"
    REVIEW = "review"
    NOTICE = "notice"
    CONFIRMED = "confirmed"
    ISSUED = "issued"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class RoundAction(StrEnum):
    """What is done to a round."""

    OPEN = "open"
    SCREEN = "screen"
    START_REVIEW = "start_review"
    FREEZE = "freeze"
    """The list of candidates is closed, and its hash published."""
    DRAW = "draw"
    """The seed of the lottery is entered."""
    PUBLISH = "publish"
    CONFIRM = "confirm"
    ISSUE = "issue"
    CLOSE = "close"
    CANCEL = "cancel"


class RoundObstacle(StrEnum):
    """What stands in the way of an action. Codes are public: add one, never rename one."""

    WRONG_STATE = "wrong_state"
    ALREADY_FROZEN = "already_frozen"
    NOT_FROZEN = "not_frozen"
    BALLOTS_MISSING = "ballots_missing"
    """Nobody has said why the list should be closed without them."""
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    PANEL_FIXED = "panel_fixed"
    """The review has begun, so whoever is replaced is replaced for a reason."""
    ALREADY_DECIDED = "already_decided"
    ALREADY_DRAWN = "already_drawn"
    NOT_DRAWN = "not_drawn"
    SEED_NOT_OUT = "seed_not_out"
    """The day that the frozen list names for its seed has not come."""
    FROZE_THE_LIST = "froze_the_list"
    """Who froze the list may not enter its seed. There is no way to turn this off."""
    CALENDAR_MISSING = "calendar_missing"
    """The notice would run into a year whose public holidays nobody has entered yet."""
    NOTICE_RUNNING = "notice_running"
    """The public notice has not begun, or its last day is not over."""
    NOTICE_OVER = "notice_over"
    """Objections are made while the notice runs."""
    OBJECTIONS_OPEN = "objections_open"
    SAME_PERSON = "same_person"
    """Who created the round may not confirm it. There is no way to turn this off."""
    CARDS_SIGNED = "cards_signed"
    """Some lines have their cards already, so the round cannot be called off."""


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

WAITS_ON_THE_NOTICE = frozenset({RoundObstacle.NOTICE_RUNNING, RoundObstacle.OBJECTIONS_OPEN})
"""Obstacles that pass with the notice and with the answers to what is objected."""


class RoundNeed(StrEnum):
    """What an action must be given, or who alone may take it."""

    SOURCE = "source"
    """What will give the seed, on which day, and the two who are to see it."""
    SEED = "seed"
    """What chance gave in public, and the two who saw it."""
    REASON = "reason"
    MANAGER = "manager"


class RoundStage(StrEnum):
    """One of the six parts of a round, in their order."""

    NOMINATION = "nomination"
    SCREENING = "screening"
    REVIEW = "review"
    DRAW = "draw"
    NOTICE = "notice"
    CARDS = "cards"


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """What is known of a round when somebody wants to act on it."""

    state: RoundState
    frozen: bool
    ballots_missing: int
    """Ballots that the panel owes still; 0 outside the review."""
    reason_given: bool
    """Whoever wants to act says why."""
    drawn: bool
    notice_last: date | None
    """Last day of the public notice, included; None before there is one."""
    today: date
    """Date in the community's time zone."""
    open_objections: int
    """Objections that are not answered yet."""
    ready_lines: int
    """Lines that may have their cards while others wait; 0 where the policy lets all of them wait
    for the last one.
    """
    cards_signed: bool
    """Some lines have their cards already."""
    created_it: bool
    """Whoever wants to act has created the round."""
    calendar_known: bool = True
    """A notice published today runs through years whose public holidays are known."""
    froze_the_list: bool = False
    """Whoever wants to act has frozen the list."""
    seed_day: date | None = None
    """The day that the frozen list names for its seed; None where it names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStep:
    """One action, whole: its stage, from where to where it leads, what it waits for and needs."""

    stage: RoundStage | None
    """None for what is no part of the course, and may be done at any time."""
    leads: Mapping[RoundState, RoundState]
    """State in which it is taken → the state it leads to."""
    waits_for: frozenset[RoundObstacle] = frozenset()
    """What it waits for besides its state."""
    needs: frozenset[RoundNeed] = frozenset()


STEPS: Mapping[RoundAction, RoundStep] = MappingProxyType(
    {
        RoundAction.OPEN: RoundStep(
            stage=RoundStage.NOMINATION, leads={RoundState.DRAFT: RoundState.OPEN}
        ),
        RoundAction.SCREEN: RoundStep(
            stage=RoundStage.NOMINATION, leads={RoundState.OPEN: RoundState.SCREENING}
        ),
        RoundAction.START_REVIEW: RoundStep(
            stage=RoundStage.SCREENING, leads={RoundState.SCREENING: RoundState.REVIEW}
        ),
        RoundAction.FREEZE: RoundStep(
            stage=RoundStage.REVIEW,
            leads={RoundState.REVIEW: RoundState.REVIEW},
            waits_for=frozenset({RoundObstacle.ALREADY_FROZEN, RoundObstacle.BALLOTS_MISSING}),
            needs=frozenset({RoundNeed.SOURCE}),
        ),
        RoundAction.DRAW: RoundStep(
            stage=RoundStage.DRAW,
            leads={RoundState.REVIEW: RoundState.REVIEW},
            waits_for=frozenset(
                {
                    RoundObstacle.NOT_FROZEN,
                    RoundObstacle.ALREADY_DRAWN,
                    RoundObstacle.SEED_NOT_OUT,
                    RoundObstacle.FROZE_THE_LIST,
                }
            ),
            needs=frozenset({RoundNeed.SEED}),
        ),
        RoundAction.PUBLISH: RoundStep(
            stage=RoundStage.NOTICE,
            leads={RoundState.REVIEW: RoundState.NOTICE},
            waits_for=frozenset({RoundObstacle.NOT_DRAWN, RoundObstacle.CALENDAR_MISSING}),
        ),
        RoundAction.CONFIRM: RoundStep(
            stage=RoundStage.CARDS,
            leads={RoundState.NOTICE: RoundState.CONFIRMED},
            waits_for=WAITS_ON_THE_NOTICE | {RoundObstacle.SAME_PERSON},
            needs=frozenset({RoundNeed.MANAGER}),
        ),
        RoundAction.ISSUE: RoundStep(
            stage=RoundStage.CARDS,
            leads={RoundState.CONFIRMED: RoundState.ISSUED},
            # No card is signed early, even if an objection was let in after the confirmation.
            waits_for=WAITS_ON_THE_NOTICE,
        ),
        RoundAction.CLOSE: RoundStep(
            stage=RoundStage.CARDS, leads={RoundState.ISSUED: RoundState.CLOSED}
        ),
        RoundAction.CANCEL: RoundStep(
            stage=None,
            leads=dict.fromkeys(
                (
                    RoundState.DRAFT,
                    RoundState.OPEN,
                    RoundState.SCREENING,
                    RoundState.REVIEW,
                    RoundState.NOTICE,
                    RoundState.CONFIRMED,
                ),
                RoundState.CANCELLED,
            ),
            waits_for=frozenset({RoundObstacle.CARDS_SIGNED}),
            needs=frozenset({RoundNeed.REASON}),
        ),
    }
)
"""Every action, in the order of the course."""


def find_obstacles(action: RoundAction, facts: RoundFacts) -> tuple[RoundObstacle, ...]:
    """Return everything that stands in the way of an action; nothing if it is allowed now."""
    notice_runs = facts.notice_last is None or not is_notice_over(facts.notice_last, facts.today)
    all_wait = facts.ready_lines == 0
    seed_is_out = facts.seed_day is None or facts.seed_day <= facts.today
    checks = (
        (facts.frozen, RoundObstacle.ALREADY_FROZEN),
        (not facts.frozen, RoundObstacle.NOT_FROZEN),
        (facts.ballots_missing > 0 and not facts.reason_given, RoundObstacle.BALLOTS_MISSING),
        (facts.drawn, RoundObstacle.ALREADY_DRAWN),
        (not facts.drawn, RoundObstacle.NOT_DRAWN),
        (not seed_is_out, RoundObstacle.SEED_NOT_OUT),
        (facts.froze_the_list, RoundObstacle.FROZE_THE_LIST),
        (not facts.calendar_known, RoundObstacle.CALENDAR_MISSING),
        (all_wait and notice_runs, RoundObstacle.NOTICE_RUNNING),
        (all_wait and facts.open_objections > 0, RoundObstacle.OBJECTIONS_OPEN),
        (facts.created_it, RoundObstacle.SAME_PERSON),
        (facts.cards_signed, RoundObstacle.CARDS_SIGNED),
    )
    step = STEPS[action]
    wrong_state = () if facts.state in step.leads else (RoundObstacle.WRONG_STATE,)
    found = tuple(code for applies, code in checks if applies and code in step.waits_for)
    return wrong_state + found


def find_next_action(facts: RoundFacts) -> tuple[RoundAction, tuple[RoundObstacle, ...]] | None:
    """Return the action whose turn it is, with what it waits for; None when the round is over."""
    for action, step in STEPS.items():
        missing = find_obstacles(action, facts)
        if step.stage is not None and TURN_OF_ANOTHER.isdisjoint(missing):
            return action, missing
    return None


def find_stage(facts: RoundFacts) -> RoundStage | None:
    """Return the part of its course a round is in; None when it is over.

    As long as somebody may object, or waits for an answer, it is in its notice.
    """
    found = find_next_action(facts)
    if found is None:
        return None
    action, missing = found
    return STEPS[action].stage if WAITS_ON_THE_NOTICE.isdisjoint(missing) else RoundStage.NOTICE


def next_state(action: RoundAction, state: RoundState, *, lines_wait: bool = False) -> RoundState:
    """Return the state an action leads to.

    Args:
        lines_wait: the action was to sign the cards, and some lines must wait for theirs: they
            stay in the notice, to be confirmed and signed later.

    Freezing and drawing stay in review. An action that `find_obstacles` refuses for its state has
    no next state: KeyError.
    """
    return RoundState.NOTICE if lines_wait else STEPS[action].leads[state]
