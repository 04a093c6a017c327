"""The course of a selection round: what may be done when, and what is missing until then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from loyalty.rules.notice import notice_over


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
    creator: UUID
    """Account that created the round."""
    actor: UUID
    """Account that wants to act."""
    calendar_known: bool = True
    """A notice published today runs through years whose public holidays are known."""


_LEADS: Mapping[tuple[RoundAction, RoundState], RoundState] = {
    (RoundAction.OPEN, RoundState.DRAFT): RoundState.OPEN,
    (RoundAction.SCREEN, RoundState.OPEN): RoundState.SCREENING,
    (RoundAction.START_REVIEW, RoundState.SCREENING): RoundState.REVIEW,
    (RoundAction.FREEZE, RoundState.REVIEW): RoundState.REVIEW,
    (RoundAction.DRAW, RoundState.REVIEW): RoundState.REVIEW,
    (RoundAction.PUBLISH, RoundState.REVIEW): RoundState.NOTICE,
    (RoundAction.CONFIRM, RoundState.NOTICE): RoundState.CONFIRMED,
    (RoundAction.ISSUE, RoundState.CONFIRMED): RoundState.ISSUED,
    (RoundAction.CLOSE, RoundState.ISSUED): RoundState.CLOSED,
    (RoundAction.CANCEL, RoundState.DRAFT): RoundState.CANCELLED,
    (RoundAction.CANCEL, RoundState.OPEN): RoundState.CANCELLED,
    (RoundAction.CANCEL, RoundState.SCREENING): RoundState.CANCELLED,
    (RoundAction.CANCEL, RoundState.REVIEW): RoundState.CANCELLED,
    (RoundAction.CANCEL, RoundState.NOTICE): RoundState.CANCELLED,
    (RoundAction.CANCEL, RoundState.CONFIRMED): RoundState.CANCELLED,
}

_OBSTACLES: Mapping[RoundAction, frozenset[RoundObstacle]] = {
    RoundAction.FREEZE: frozenset({RoundObstacle.ALREADY_FROZEN, RoundObstacle.BALLOTS_MISSING}),
    RoundAction.DRAW: frozenset({RoundObstacle.NOT_FROZEN, RoundObstacle.ALREADY_DRAWN}),
    RoundAction.PUBLISH: frozenset({RoundObstacle.NOT_DRAWN, RoundObstacle.CALENDAR_MISSING}),
    RoundAction.CONFIRM: frozenset(
        {
            RoundObstacle.NOTICE_RUNNING,
            RoundObstacle.OBJECTIONS_OPEN,
            RoundObstacle.SAME_PERSON,
        }
    ),
    # No card is signed early, even if an objection was let in after the confirmation.
    RoundAction.ISSUE: frozenset({RoundObstacle.NOTICE_RUNNING, RoundObstacle.OBJECTIONS_OPEN}),
    RoundAction.CANCEL: frozenset({RoundObstacle.CARDS_SIGNED}),
}
"""What each action waits for, besides its state."""


def missing_for(action: RoundAction, facts: RoundFacts) -> tuple[RoundObstacle, ...]:
    """Return everything that stands in the way of an action; nothing if it is allowed now."""
    notice_runs = facts.notice_last is None or not notice_over(facts.notice_last, facts.today)
    all_wait = facts.ready_lines == 0
    checks = (
        (facts.frozen, RoundObstacle.ALREADY_FROZEN),
        (not facts.frozen, RoundObstacle.NOT_FROZEN),
        (facts.ballots_missing > 0 and not facts.reason_given, RoundObstacle.BALLOTS_MISSING),
        (facts.drawn, RoundObstacle.ALREADY_DRAWN),
        (not facts.drawn, RoundObstacle.NOT_DRAWN),
        (not facts.calendar_known, RoundObstacle.CALENDAR_MISSING),
        (all_wait and notice_runs, RoundObstacle.NOTICE_RUNNING),
        (all_wait and facts.open_objections > 0, RoundObstacle.OBJECTIONS_OPEN),
        (facts.actor == facts.creator, RoundObstacle.SAME_PERSON),
        (facts.cards_signed, RoundObstacle.CARDS_SIGNED),
    )
    waits_for = _OBSTACLES.get(action, frozenset())
    wrong_state = () if (action, facts.state) in _LEADS else (RoundObstacle.WRONG_STATE,)
    return wrong_state + tuple(code for applies, code in checks if applies and code in waits_for)


def next_state(action: RoundAction, state: RoundState, *, lines_wait: bool = False) -> RoundState:
    """Return the state an action leads to.

    Args:
        lines_wait: the action was to sign the cards, and some lines must wait for theirs: they
            stay in the notice, to be confirmed and signed later.

    Freezing and drawing stay in review. An action that `missing_for` refuses for its state has no
    next state: KeyError.
    """
    return RoundState.NOTICE if lines_wait else _LEADS[action, state]
