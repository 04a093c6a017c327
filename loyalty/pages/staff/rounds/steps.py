"""A round as its six stages: where it stands, what comes next, who does it, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import LazyString, gettext, lazy_gettext, ngettext

from loyalty.models import Round
from loyalty.pages.values import short_day
from loyalty.rules.outcome import PASSED, Outcome
from loyalty.rules.selection import (
    STEPS,
    RoundAction,
    RoundFacts,
    RoundNeed,
    RoundObstacle,
    RoundStage,
    find_next_action,
    find_obstacles,
    find_stage,
)
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import NotAllowedError
from loyalty.services.rounds.progress import Progress
from loyalty.words.obstacles import obstacles_in_words
from loyalty.words.refusals import refusal_in_words
from loyalty.words.steps import ROUND_STEPS, StepWords

WON = (Outcome.SELECTED,)
STAGES: Mapping[RoundStage, tuple[LazyString, str]] = MappingProxyType(
    {
        RoundStage.NOMINATION: (lazy_gettext("推荐"), "staff_nominations.listed"),
        RoundStage.SCREENING: (lazy_gettext("初审"), "staff_rounds.candidates"),
        RoundStage.REVIEW: (lazy_gettext("评议"), "staff_panel.shown"),
        RoundStage.DRAW: (lazy_gettext("抽签"), "staff_rounds.lots"),
        RoundStage.NOTICE: (lazy_gettext("公示"), "staff_objections.listed"),
        RoundStage.CARDS: (lazy_gettext("确认和发卡"), "staff_fairness.shown"),
    }
)
"""Each of the six stages with its page."""


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
    by_another: bool
    """It is taken by somebody else than who froze the list."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the six stages of a round."""

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
    found = find_next_action(facts)
    if found is None:
        return None
    action, missing = found
    managers_alone = RoundNeed.MANAGER in STEPS[action].needs
    refused = managers_alone and Role.MANAGER not in actor.roles
    return NextStep(
        action,
        ROUND_STEPS[action],
        obstacles_in_words(missing) or (refusal_in_words(NotAllowedError()) if refused else ""),
        needs_reason=RoundObstacle.BALLOTS_MISSING in missing,
        managers_alone=managers_alone,
        by_another=RoundObstacle.FROZE_THE_LIST in STEPS[action].waits_for,
    )


def actions_beside(facts: RoundFacts) -> list[tuple[RoundAction, StepWords]]:
    """Return what may be done now that is no part of the course: to call the round off."""
    return [
        (action, ROUND_STEPS[action])
        for action, step in STEPS.items()
        if step.stage is None and not find_obstacles(action, facts)
    ]


def show_stages(selection_round: Round, facts: RoundFacts, progress: Progress) -> list[Stage]:
    """Return the six stages, as done, current or to come, each with how far it is."""
    stages, stage = [*STAGES], find_stage(facts)
    current = len(stages) if stage is None else stages.index(stage)
    return [
        Stage(
            name,
            endpoint,
            "done" if place < current else "now" if place == current else "later",
            told if place <= current else "",
        )
        for place, ((name, endpoint), told) in enumerate(
            zip(STAGES.values(), _told(selection_round, progress), strict=True)
        )
    ]


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
