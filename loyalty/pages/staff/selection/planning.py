"""Planning a round: the month, and for each honour its quota and what its list asks for."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import wtforms
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import FormField
from wtforms.validators import ValidationError

from loyalty.models import Area, Community, Honour, Round
from loyalty.pages.forms import Form, choice, options, points, whole_number
from loyalty.pages.late_forms import is_filled_in
from loyalty.pages.staff import console
from loyalty.pages.values import month as month_in_words
from loyalty.rules.calendar import CARD_MONTHS, Month
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.money import Permille
from loyalty.rules.notice import LONGEST_NOTICE
from loyalty.rules.selection import RoundAction
from loyalty.rules.verdict import Tone
from loyalty.services.community.honours import active_honours, proposed_rate
from loyalty.services.community.policy import community_of
from loyalty.services.errors import AlreadyExistsError
from loyalty.services.people.areas import find_areas
from loyalty.services.rounds.actions import ActOnRound, act_on_round
from loyalty.services.selection.planning import (
    LARGEST_QUOTA,
    PlannedList,
    PlanRound,
    months_to_plan,
    plan_round,
)
from loyalty.services.work import Work
from loyalty.words.honours import honour_name
from loyalty.words.rates import list_rates_offered
from loyalty.words.refusals import refusal_in_words

rounds_planning = console.Console("rounds_planning", "/rounds")

MOST_AREAS = 200
LONGEST_COOLING_OFF = 12
COOLING_OFF_MONTHS = 1


class RoundForm(Form):
    """For which month people are to be chosen; the list of each honour is added."""

    month = choice(lazy_gettext("哪个月的评选"))
    notice_working_days = whole_number(lazy_gettext("公示几个工作日"), 1, LONGEST_NOTICE)


class ListForm(wtforms.Form):  # type: ignore[misc]  # the library has no types
    """What the list of one honour asks for; its quota, rate, term and areas are added."""

    cooling_off_months = whole_number(
        lazy_gettext("得过以后，隔几个月才能再评"),
        0,
        LONGEST_COOLING_OFF,
        default=COOLING_OFF_MONTHS,
    )
    min_score = points(lazy_gettext("最低分"), needed=False)

    def validate_quota(self, field: Any) -> None:
        """Refuse a quota below what the areas are to have at least."""
        wanted = sum(one.data or 0 for one in self.areas)
        if field.data is not None and wanted > field.data:
            raise ValidationError(
                gettext(
                    "各责任区合计%(wanted)s名，名额只有%(quota)s名。",
                    wanted=wanted,
                    quota=field.data,
                )
            )


@rounds_planning.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Plan a round, and open it at once if that is asked."""
    with console.work() as work:
        honours = active_honours(work)
        community = community_of(work.session, console.actor())
        areas = find_areas(work, limit=MOST_AREAS, after=None).items
        months = months_to_plan(work)
    form = _form(honours, areas, community, months)
    if form.validate_on_submit():
        lists = [
            _planned_list(honour.code, form[honour.code].form)
            for honour in honours
            if form[honour.code].quota.data is not None
        ]
        if not form.month.data:
            form.month.errors = [gettext("请填写这一项。")]
        elif not lists:
            form.month.errors = [gettext("请至少给一种荣誉填名额。")]
        elif planned := _planned(form, lists):
            return redirect(url_for("staff_rounds.shown", round_id=planned.id))
    elif form.is_submitted() and form.month.data not in {None, *map(str, months)}:
        form.month.errors = [gettext("这个月已经有一期评选，一个月只评一期；或者太远了。")]
    return render_template("staff/selection/round_new.html", form=form, honours=honours)


def _form(
    honours: Sequence[Honour],
    areas: Sequence[Area],
    community: Community,
    months: Sequence[Month],
) -> Any:
    """Return the form with a list for each honour, filled in as the community's policy has it."""
    lists = {
        honour.code: FormField(_list_form(honour, areas, community), separator="-")
        for honour in honours
    }
    form = type("RoundFormWithLists", (RoundForm,), lists)()
    this_month = Month.of(console.now().date())
    offered = {str(month): month_in_words(month.first) for month in months}
    if this_month not in months:
        # Whoever goes back and presses again plans no other month by that.
        offered = {"": gettext("请选择"), **offered}
    form.month.choices = options(offered)
    if not is_filled_in():
        form.month.data = str(this_month) if this_month in months else ""
        form.notice_working_days.data = community.notice_working_days
    return form


def _list_form(honour: Honour, areas: Sequence[Area], community: Community) -> type[wtforms.Form]:
    proposed = proposed_rate(honour, community)
    rates = list_rates_offered(
        Permille(community.band_min_permille),
        Permille(community.band_max_permille),
        besides=proposed,
    )
    terms = {str(months): ngettext("%(num)d个月", "%(num)d个月", months) for months in CARD_MONTHS}
    of_areas = {area.id.hex: whole_number(area.name, 1, LARGEST_QUOTA) for area in areas}
    fields = {
        "quota": whole_number(
            lazy_gettext("%(honour)s几名", honour=honour_name(honour)),
            1,
            LARGEST_QUOTA,
            default=honour.quota,
        ),
        "pay_permille": choice(lazy_gettext("持卡付多少"), rates, default=str(proposed or "")),
        "months_valid": choice(
            lazy_gettext("卡用几个月"), terms, default=str(community.card_months)
        ),
        "areas": FormField(type("AreasForm", (wtforms.Form,), of_areas)),
    }
    return type("ListFormOfHonour", (ListForm,), fields)


def _planned_list(code: str, typed: Any) -> PlannedList:
    return PlannedList(
        honour=code,
        quota=typed.quota.data,
        pay_permille=int(typed.pay_permille.data),
        months_valid=int(typed.months_valid.data),
        cooling_off_months=typed.cooling_off_months.data or 0,
        min_score_hundredths=typed.min_score.data or 0,
        area_minimums={
            UUID(area): least for area, least in typed.areas.data.items() if least is not None
        },
    )


def _planned(form: Any, lists: Sequence[PlannedList]) -> Round | None:
    month = Month.parse(form.month.data)
    try:
        with console.work() as work:
            planned = _plan(work, PlanRound(month, lists, form.notice_working_days.data))
    except AlreadyExistsError:
        form.month.errors = [gettext("这个月已经有一期评选，一个月只评一期。")]
        return None
    except LoyaltyError as refusal:
        flash(refusal_in_words(refusal), Tone.NO)
        return None
    flash(gettext("已建立%(month)s的评选。", month=month_in_words(month.first)), Tone.YES)
    return planned


def _plan(work: Work, request_of_form: PlanRound) -> Round:
    """Plan the round and, if the button says so, open it in the same transaction."""
    planned = plan_round(work, request_of_form)
    if "open" not in request.form:
        return planned
    opening = ActOnRound(planned.id, RoundAction.OPEN)
    return act_on_round(work, opening, sealing_key=console.sealing_key())
