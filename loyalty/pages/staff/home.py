"""The first page of the console: what waits for somebody, and the figures of the month."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import LazyString

from loyalty.models import Objection, Round
from loyalty.pages.staff import console
from loyalty.pages.staff.rounds.steps import NextStep, next_step
from loyalty.rules.calendar import Month
from loyalty.rules.selection import RoundAction
from loyalty.rules.upkeep import UpkeepTrouble
from loyalty.services.actors import Role
from loyalty.services.community.upkeep import list_upkeep
from loyalty.services.ledger.benefit import sum_month
from loyalty.services.messages.hooks import list_unreached_receivers
from loyalty.services.notice.objections import objections_of
from loyalty.services.rounds.actions import facts_of
from loyalty.services.rounds.progress import pending_nominations
from loyalty.services.rounds.todo import ballots_due, todo_of
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.work import Work
from loyalty.words.definitions import FIGURES
from loyalty.words.upkeep import TROUBLES

LOOKED_AT_FIRST = (RoundAction.SCREEN, RoundAction.START_REVIEW)


@dataclass(frozen=True, slots=True)
class RoundUnderWay:
    """A round that waits for a step, and what else waits in it."""

    selection_round: Round
    step: NextStep
    pending: int
    """Nominations of the public that nobody has matched with a resident."""
    objections: Sequence[Objection]
    """Those without an answer, the earliest first."""

    @property
    def is_urgent(self) -> bool:
        """Whether the step can be taken now, and is not only the end of it all."""
        return not self.step.waits_for and self.step.action is not RoundAction.CLOSE

    @property
    def address(self) -> str:
        """Where the step is taken; the round itself where there is something to look at first."""
        round_id, step = self.selection_round.id, self.step
        if step.waits_for or step.action in LOOKED_AT_FIRST:
            return url_for("staff_rounds.shown", round_id=round_id)
        return url_for("staff_rounds_actions.step", round_id=round_id, action=step.action)


home_page = console.Console(
    "home", "", also=frozenset({Role.PANEL, Role.COUNCIL, Role.STREET, Role.SHOP_OWNER})
)


@home_page.get("")
def home() -> Any:
    """Show what waits for whoever is signed in: score sheets, the staff's work, a shop, or matters.

    Whoever has but one thing to do, to score, is led to it.
    """
    actor = console.actor()
    with console.work() as work:
        sheets = ballots_due(work)
    if actor.roles == {Role.STREET}:
        return redirect(url_for("staff_street.shown"))
    if not actor.roles & (console.STAFF | {Role.PANEL}):
        owns = Role.SHOP_OWNER in actor.roles
        return redirect(url_for("staff_own_shops.listed" if owns else "staff_council.shown"))
    if not actor.roles & console.STAFF:
        if len(sheets) == 1 and sheets[0].owed:
            round_id = sheets[0].selection_round.id
            return redirect(url_for("staff_ballots.sheet", round_id=round_id))
        return render_template("staff/home_of_panel.html", sheets=sheets)
    with console.work() as work:
        today = work.now.date()
        month = Month.of(today)
        waiting = todo_of(work)
        rounds = _under_way(work, waiting.rounds_under_way)
        sums = sum_month(work, month)
        troubles = _troubles_of_upkeep(work)
        unreached = list_unreached_receivers(work) if Role.MANAGER in actor.roles else []
    return render_template(
        "staff/home.html",
        sheets=sheets,
        waiting=waiting,
        troubles=troubles,
        unreached=unreached,
        rounds=rounds,
        foremost=next((one for one in rounds if one.is_urgent or one.objections), None),
        month=month.first,
        sums=sums,
        figures=FIGURES,
        today=today,
    )


def _troubles_of_upkeep(work: Work) -> list[LazyString]:
    """Return what a manager must have looked after; that no backup was ever made can wait."""
    if Role.MANAGER not in work.actor.roles:
        return []
    found = (one.trouble for one in list_upkeep(work.session, work.community_id, now=work.now))
    return [TROUBLES[one] for one in found if one and one is not UpkeepTrouble.NEVER_BACKED_UP]


def _under_way(work: Work, rounds: Sequence[Round]) -> list[RoundUnderWay]:
    """Return what waits in each round, the earliest month first: its dates come first."""
    return [
        RoundUnderWay(
            one,
            step,
            pending_nominations(work.session, one),
            [each for each in objections_of(work, one.id) if each.decided_at is None],
        )
        for one in reversed(rounds)
        if (step := next_step(facts_of(work, RoundAtWork.of(work, one)), work.actor))
    ]
