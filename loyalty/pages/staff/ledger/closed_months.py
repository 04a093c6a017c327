"""The months that are closed, and the closing of the next one, repeated back before it is done."""

from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext
from flask_login import current_user

from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm, Question, ask
from loyalty.pages.values import counted, money
from loyalty.pages.values import month as month_in_words
from loyalty.rules.closed_month import find_month_obstacles
from loyalty.services.actors import Role
from loyalty.services.ledger.benefit import Sums, sum_month
from loyalty.services.ledger.closing import close_month, get_month_facts, list_closed_months
from loyalty.services.selection.planning import month_called
from loyalty.words.obstacles import join_sentences, obstacles_in_words
from loyalty.words.steps import CLOSE_MONTH

closed_months = console.Console("closed_months", "/figures/months", also=frozenset({Role.COUNCIL}))
closing = console.Console("closing", "/figures/months", only=console.MANAGERS)


@closed_months.get("")
def listed() -> str:
    """Show the closed months, the latest first, and what the next one waits for."""
    with console.work() as work:
        found = list_closed_months(work.session, current_user.community)
        facts = get_month_facts(work)
    missing = find_month_obstacles(facts)
    not_yet = gettext("%(month)s还不能结账。", month=month_in_words(facts.month.first))
    return render_template(
        "staff/ledger/closed_months.html",
        found=[*reversed(found)],
        here=console.here,
        month=facts.month,
        waits_for=join_sentences([not_yet, obstacles_in_words(missing)]) if missing else "",
    )


@closing.route("/<month>/close", methods=["GET", "POST"])
def close(month: str) -> Any:
    """Repeat the figures of a month back, and close it on a yes."""
    wanted = month_called(month)
    back = url_for("staff_closed_months.listed")
    with console.work() as work:
        preview = _preview(sum_month(work, wanted))
    subject = month_in_words(wanted.first)
    form = ConfirmationForm()
    if not form.validate_on_submit():
        return ask(Question(subject, CLOSE_MONTH, back, preview), form)
    done = gettext("%(month)s已经结账。", month=subject)
    console.attempt(lambda work: close_month(work, wanted), done)
    return redirect(back)


def _preview(sums: Sums) -> list[str]:
    return [
        gettext(
            "用卡%(uses)s人次，%(people)s人，%(households)s户。",
            uses=counted(sums.uses),
            people=counted(sums.people),
            households=counted(sums.households),
        ),
        gettext(
            "持卡消费%(paid)s元，店铺让利%(saved)s元。",
            paid=money(sums.payable_fen),
            saved=money(sums.saved_fen),
        ),
    ]
