"""The monthly round: planned, looked at as six steps, and moved on."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import NotFound
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from loyalty.database import transaction
from loyalty.models import Round
from loyalty.pages.forms import Form, choice, line, options
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm, Question, ReasonForm, ask
from loyalty.pages.staff.round_steps import may_be_cancelled, next_step, steps_of
from loyalty.pages.values import month as month_in_words
from loyalty.rules.calendar import Month
from loyalty.rules.selection import RoundAction, RoundState
from loyalty.services.community import honours_of
from loyalty.services.round_actions import ActOnRound, act_on_round, facts_of
from loyalty.services.rounds import (
    PlannedList,
    PlanRound,
    plan_round,
    ranking_of,
    round_of,
    rounds_page,
)
from loyalty.services.todo import current_round
from loyalty.words.honours import honour_name
from loyalty.words.states import ROUND_STATES
from loyalty.words.steps import ROUND_STEPS

rounds = console.Console("rounds", "/rounds")

LARGEST_QUOTA = 10_000
MONTHS_OFFERED = 3
COOLING_OFF_MONTHS = 1
LISTED = 24


class DrawForm(Form):
    """What chance gave in public, and who saw it."""

    seed = line(lazy_gettext("抽签种子（当众掷出的数字，或公布的开奖号码）"))
    first_witness = line(lazy_gettext("见证人一"))
    second_witness = line(lazy_gettext("见证人二"))


class RoundForm(Form):
    """For which month people are to be chosen; a quota for each honour is added."""

    month = choice(lazy_gettext("哪个月的评选"))


@rounds.get("")
def listed() -> str:
    """Show the round under way, or offer to plan one, and list the earlier ones."""
    with transaction() as session:
        current = current_round(session, console.actor())
        found = rounds_page(session, console.actor(), limit=LISTED, after=None)
    return render_template(
        "staff/rounds.html", current=current, found=found.items, states=ROUND_STATES
    )


@rounds.get("/<uuid:round_id>")
def shown(round_id: UUID) -> str:
    """Show a round as six steps with its next action, and how its candidates stand."""
    now = console.now()
    with transaction() as session:
        selection_round = round_of(session, console.actor(), round_id)
        facts = facts_of(session, selection_round, console.actor(), now=now)
        candidates = ranking_of(session, console.actor(), round_id)
    return render_template(
        "staff/round.html",
        round=selection_round,
        state=ROUND_STATES[RoundState(selection_round.state)],
        steps=steps_of(selection_round),
        next=next_step(facts),
        cancellable=may_be_cancelled(facts),
        candidates=candidates,
    )


@rounds.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Plan a round."""
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
        elif _planned(Month.parse(form.month.data), quotas):
            return redirect(url_for("staff_rounds.listed"))
    return render_template("staff/round_new.html", form=form, honours=honours)


@rounds.route("/<uuid:round_id>/<action>", methods=["GET", "POST"])
def step(round_id: UUID, action: str) -> Any:
    """Repeat an action back with what follows from it, and do it on a yes."""
    if action not in set(RoundAction):
        raise NotFound
    chosen = RoundAction(action)
    words = ROUND_STEPS[chosen]
    forms = {RoundAction.DRAW: DrawForm, RoundAction.CANCEL: ReasonForm}
    form = forms.get(chosen, ConfirmationForm)()
    back = url_for("staff_rounds.shown", round_id=round_id)
    with transaction() as session:
        selection_round = round_of(session, console.actor(), round_id)
    if not form.validate_on_submit():
        return ask(Question(_title(selection_round), words, back), form)
    request = _request(round_id, chosen, form)
    console.attempt(
        lambda session: act_on_round(
            session,
            console.actor(),
            request,
            sealing_key=console.sealing_key(),
            now=console.now(),
        ),
        gettext("%(round)s：%(step)s。", round=_title(selection_round), step=words.word),
    )
    return redirect(back)


def _request(round_id: UUID, action: RoundAction, form: Any) -> ActOnRound:
    match action:
        case RoundAction.DRAW:
            witnesses = (form.first_witness.data, form.second_witness.data)
            return ActOnRound(round_id, action, seed=form.seed.data, witnesses=witnesses)
        case RoundAction.CANCEL:
            return ActOnRound(round_id, action, reason=form.reason.data)
        case _:
            return ActOnRound(round_id, action)


def _quota(honour: str) -> Any:
    return IntegerField(
        lazy_gettext("%(honour)s几名", honour=honour),
        validators=[
            Optional(),
            NumberRange(1, LARGEST_QUOTA, lazy_gettext("请填1到10000的整数，不评就空着。")),
        ],
    )


def _planned(month: Month, quotas: dict[str, int]) -> bool:
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
    request = PlanRound(month=month, lists=lists, notice_working_days=None)
    return console.attempt(
        lambda session: plan_round(session, console.actor(), request, now=console.now()),
        gettext("已建立%(month)s的评选。", month=month_in_words(month.first)),
    )


def _title(selection_round: Round) -> str:
    return str(gettext("%(month)s评选", month=month_in_words(selection_round.month)))
