"""A round as its six steps: where it stands, what comes next, who does it, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import LazyString, gettext, lazy_gettext, ngettext

from loyalty.models import Round
from loyalty.pages.values import short_day
from loyalty.rules.outcome import PASSED, Outcome
from loyalty.rules.selection import (
    RoundAction,
    RoundFacts,
    RoundObstacle,
    missing_for,
)
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import NotAllowedError
from loyalty.services.rounds.progress import Progress
from loyalty.words.obstacles import obstacles_in_words
from loyalty.words.refusals import refusal_in_words
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

WON = (Outcome.SELECTED,)
STEPS: Sequence[tuple[LazyString, str, frozenset[RoundAction]]] = (
    (
        lazy_gettext("推荐"),
        "staff_nominations.listed",
        frozenset({RoundAction.OPEN, RoundAction.SCREEN}),
    ),
    (lazy_gettext("初审"), "staff_rounds.candidates", frozenset({RoundAction.START_REVIEW})),
    (lazy_gettext("评议"), "staff_panel.shown", frozenset({RoundAction.FREEZE})),
    (lazy_gettext("抽签"), "staff_rounds.lots", frozenset({RoundAction.DRAW})),
    (lazy_gettext("公示"), "staff_objections.listed", frozenset({RoundAction.PUBLISH})),
    (
        lazy_gettext("确认和发卡"),
        "staff_fairness.shown",
        frozenset({RoundAction.CONFIRM, RoundAction.ISSUE, RoundAction.CLOSE}),
    ),
)
"""Each step with its page, and the actions it consists of."""

NOTICE_STEP = 4


@dataclass(frozen=True, slots=True)
class NextStep:
    """The action that is next in a round."""

    action: RoundAction
    words: StepWords
    waits_for: str
    """What is missing still, in sentences; empty if this reader can do it now."""
    needs_reason: bool
    """It may be done although something is missing, by somebody who says why."""
    managers_alone: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One of the six steps of a round."""

    name: LazyString
    endpoint: str
    """Its page, which takes the round's id."""
    progress: str
    """``done``, ``now`` or ``later``."""
    told: str
    """How far it is, in a few words; empty if there is nothing to tell."""

    @property
    def is_done(self) -> bool:
        """Whether it is over."""
        return self.progress == "done"

    @property
    def is_now(self) -> bool:
        """Whether it is the current one."""
        return self.progress == "now"


def next_step(facts: RoundFacts, actor: StaffMember) -> NextStep | None:
    """Return what is to be done next; None when the round is over."""
    for action in RoundAction:
        missing = missing_for(action, facts)
        if action is RoundAction.CANCEL or not TURN_OF_ANOTHER.isdisjoint(missing):
            continue
        return NextStep(
            action,
            ROUND_STEPS[action],
            obstacles_in_words(missing) or _for_another(action, actor),
            needs_reason=RoundObstacle.BALLOTS_MISSING in missing,
            managers_alone=action is RoundAction.CONFIRM,
        )
    return None


def may_be_cancelled(facts: RoundFacts) -> bool:
    """Return whether the round can still be called off."""
    return not missing_for(RoundAction.CANCEL, facts)


def steps_of(selection_round: Round, facts: RoundFacts, progress: Progress) -> list[Step]:
    """Return the six steps, as done, current or to come, each with how far it is."""
    current = _current(facts)
    return [
        Step(
            name,
            endpoint,
            "done" if place < current else "now" if place == current else "later",
            told if place <= current else "",
        )
        for place, ((name, endpoint, _), told) in enumerate(
            zip(STEPS, _told(selection_round, progress), strict=True)
        )
    ]


def _current(facts: RoundFacts) -> int:
    """Return the place of the current step; behind the last one when the round is over."""
    for action in RoundAction:
        missing = missing_for(action, facts)
        if action is not RoundAction.CANCEL and TURN_OF_ANOTHER.isdisjoint(missing):
            waits = {RoundObstacle.NOTICE_RUNNING, RoundObstacle.OBJECTIONS_OPEN}
            if not waits.isdisjoint(missing):
                return NOTICE_STEP
            return next(place for place, (_, _, own) in enumerate(STEPS) if action in own)
    return len(STEPS)


def _told(selection_round: Round, progress: Progress) -> tuple[str, ...]:
    frozen, drawn = selection_round.frozen_at, selection_round.drawn_at
    return (
        ngettext("%(num)d人", "%(num)d人", progress.people()),
        gettext(
            "合格%(passed)s，不合%(out)s",
            passed=progress.people(*PASSED),
            out=progress.people_screened_out(),
        ),
        gettext("名单已封存") if frozen else _told_of_scores(progress),
        gettext("已抽签") if drawn else gettext("等当众抽签"),
        gettext("到%(day)s", day=short_day(selection_round.notice_last))
        if selection_round.notice_last
        else gettext("还没张榜"),
        gettext("%(people)s人入选", people=progress.people(*WON)),
    )


def _told_of_scores(progress: Progress) -> str:
    if not progress.panel:
        return str(gettext("没有评委"))
    owed = sum(progress.owed.values())
    return str(gettext("还缺%(owed)s份打分", owed=owed) if owed else gettext("交齐了"))


def _for_another(action: RoundAction, actor: StaffMember) -> str:
    """Return why this reader cannot do it, though nothing is missing."""
    managers_alone = action is RoundAction.CONFIRM and Role.MANAGER not in actor.roles
    return refusal_in_words(NotAllowedError()) if managers_alone else ""
