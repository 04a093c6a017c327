"""Planning a round: the month, and a quota for each honour."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from loyalty.database import transaction
from loyalty.models import Round
from loyalty.pages.forms import Form, choice, options
from loyalty.pages.staff import console
from loyalty.pages.values import month as month_in_words
from loyalty.rules.calendar import Month
from loyalty.rules.selection import RoundAction
from loyalty.services.community import honours_of
from loyalty.services.round_actions import ActOnRound, act_on_round
from loyalty.services.rounds import PlannedList, PlanRound, plan_round
from loyalty.words.honours import honour_name

rounds_planning = console.Console("rounds_planning", "/rounds")

LARGEST_QUOTA = 10_000
MONTHS_OFFERED = 3
COOLING_OFF_MONTHS = 1


class RoundForm(Form):
    """For which month people are to be chosen; a quota for each honour is added."""

    month = choice(lazy_gettext("哪个月的评选"))


@rounds_planning.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Plan a round, and open it at once if that is asked."""
    with transaction() as session:
        honours = honours_of(session, console.actor())
    fields = {f"quota_{honour.code}": _quota(honour_name(honour)) for honour in honours}
    form = type("RoundFormWithQuotas", (RoundForm,), fields)()
    this_month = Month.of(console.now().date())
    months = [this_month.plus(ahead) for ahead in range(MONTHS_OFFERED)]
    form.month.choices = options({str(month): month_in_words(month.first) for month in months})
    if form.validate_on_submit():
        typed = {honour.code: form[f"quota_{honour.code}"].data for honour in honours}
        quotas = {code: quota for code, quota in typed.items() if quota is not None}
        if not quotas:
            form.month.errors = [gettext("请至少给一种荣誉填名额。")]
        elif planned := _planned(Month.parse(form.month.data), quotas):
            return redirect(url_for("staff_rounds.shown", round_id=planned.id))
    return render_template("staff/round_new.html", form=form, honours=honours)


def _quota(honour: str) -> Any:
    return IntegerField(
        lazy_gettext("%(honour)s几名", honour=honour),
        validators=[
            Optional(),
            NumberRange(1, LARGEST_QUOTA, lazy_gettext("请填1到10000的整数，不评就空着。")),
        ],
    )


def _planned(month: Month, quotas: dict[str, int]) -> Round | None:
    lists = [
        PlannedList(
            honour=code,
            quota=quota,
            pay_permille=None,
            months_valid=None,
            cooling_off_months=COOLING_OFF_MONTHS,
            min_score_hundredths=0,
            area_minimums={},
        )
        for code, quota in quotas.items()
    ]
    planned: list[Round] = []
    console.attempt(
        lambda session: planned.append(_plan(session, PlanRound(month, lists, None))),
        gettext("已建立%(month)s的评选。", month=month_in_words(month.first)),
    )
    return planned[0] if planned else None


def _plan(session: Session, request_of_form: PlanRound) -> Round:
    """Plan the round and, if the button says so, open it in the same transaction."""
    now, actor = console.now(), console.actor()
    planned = plan_round(session, actor, request_of_form, now=now)
    if "open" not in request.form:
        return planned
    opening = ActOnRound(planned.id, RoundAction.OPEN)
    return act_on_round(session, actor, opening, sealing_key=console.sealing_key(), now=now)
