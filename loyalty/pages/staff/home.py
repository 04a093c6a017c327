"""The first page of the console: what waits for somebody, and the figures of the month."""

from typing import Any

from flask import redirect, render_template, url_for

from loyalty.database import transaction
from loyalty.pages.staff import console
from loyalty.pages.staff.round_steps import next_step
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from loyalty.services.benefit import benefit_of
from loyalty.services.objections import objections_of
from loyalty.services.round_actions import facts_of
from loyalty.services.round_progress import progress_of
from loyalty.services.todo import ballots_due, todo_of
from loyalty.words.definitions import FIGURES

home_page = console.Console("home", "", also=frozenset({Role.PANEL, Role.COUNCIL}))


@home_page.get("")
def home() -> Any:
    """Show what waits for whoever is signed in: score sheets, the staff's work, or matters.

    Whoever has but one thing to do, to score, is led to it.
    """
    now, actor = console.now(), console.actor()
    with transaction() as session:
        sheets = ballots_due(session, actor)
    if not actor.roles & (console.STAFF | {Role.PANEL}):
        return redirect(url_for("staff_matters.listed"))
    if not actor.roles & console.STAFF:
        if len(sheets) == 1 and sheets[0].owed:
            round_id = sheets[0].selection_round.id
            return redirect(url_for("staff_ballots.sheet", round_id=round_id))
        return render_template("staff/home_of_panel.html", sheets=sheets)
    month = Month.of(now.date())
    with transaction() as session:
        todo = todo_of(session, actor, now=now)
        current = todo.current_round
        facts = current and facts_of(session, current, actor, now=now)
        progress = current and progress_of(session, current)
        objections = objections_of(session, actor, current.id) if current else []
        sums = benefit_of(session, actor, first=month, last=month).totals
    return render_template(
        "staff/home.html",
        sheets=sheets,
        todo=todo,
        progress=progress,
        objections=[one for one in objections if one.decided_at is None],
        step=facts and next_step(facts, actor),
        month=month.first,
        sums=sums,
        figures=FIGURES,
        today=now.date(),
    )
