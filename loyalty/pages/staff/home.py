"""The first page of the console: what waits for somebody, and the figures of the month."""

from flask import render_template

from loyalty.database import transaction
from loyalty.pages.staff import console
from loyalty.pages.staff.round_steps import next_step
from loyalty.rules.calendar import Month
from loyalty.services.benefit import benefit_of
from loyalty.services.round_actions import facts_of
from loyalty.services.todo import todo_of
from loyalty.words.definitions import FIGURES

home_page = console.Console("home", "")


@home_page.get("")
def home() -> str:
    """Show the to-do list and the month's figures with their definitions."""
    now = console.now()
    month = Month.of(now.date())
    with transaction() as session:
        todo = todo_of(session, console.actor(), now=now)
        facts = todo.current_round and facts_of(
            session, todo.current_round, console.actor(), now=now
        )
        sums = benefit_of(session, console.actor(), first=month, last=month).totals
    return render_template(
        "staff/home.html",
        todo=todo,
        step=facts and next_step(facts),
        month=month.first,
        sums=sums,
        figures=FIGURES,
        today=now.date(),
    )
