"""The page of the merchants' council: the month, what waits for an answer, and its meetings."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user

from loyalty.models import CouncilMeeting
from loyalty.pages.charts.pictures import draw_flow, draw_trend
from loyalty.pages.forms import Form, calendar_day, passage, text_field
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import ChangeForm, is_ready, new_values
from loyalty.pages.values import named_months
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from loyalty.services.ledger.benefit import sum_month
from loyalty.services.ledger.matrix import sum_given
from loyalty.services.ledger.trend import list_trend
from loyalty.services.matters.matter_counts import count_matters
from loyalty.services.matters.meetings import (
    LONGEST_OF_MEETING,
    ChangeMeeting,
    PlanMeeting,
    change_meeting,
    list_meetings,
    list_open_matters,
    plan_meeting,
)
from loyalty.services.replica import reports_work
from loyalty.services.selection.history import months_since_the_first
from loyalty.services.selection.planning import month_called
from loyalty.words.contributions import LABELS, LABELS_DEFINED, PARTIES
from loyalty.words.definitions import FIGURES
from loyalty.words.matters import MATTER_KINDS

council = console.Console("council", "/council", also=frozenset({Role.COUNCIL}))

LONGEST_ITEM = 60
"""Letters of a matter in a proposed agenda: all that are listed go into one."""

MONTHS_OFFERED = 24


class MeetingForm(Form):
    """When the council meets, and about what."""

    held_on = calendar_day(lazy_gettext("哪一天开会"))
    place = text_field(lazy_gettext("在哪里开（可不填）"), needed=False)
    agenda = passage(lazy_gettext("议题"), longest=LONGEST_OF_MEETING)


class MinutesForm(ChangeForm, MeetingForm):
    """The same, and what came of it."""

    minutes = passage(
        lazy_gettext("会议记录（开过会再写）"), longest=LONGEST_OF_MEETING, needed=False
    )


@council.get("")
def shown() -> str:
    """Show a month, the present one unless another is asked for, its matters and all meetings."""
    this_month = Month.of(console.now().date())
    wanted = request.args.get("month")
    month = month_called(wanted) if wanted else this_month
    community = current_user.community
    with console.work() as work:
        with reports_work(work) as reading:
            sums = sum_month(reading, month)
            given = sum_given(reading, first=month, last=month, saved=sums.saved_fen)
            counts = count_matters(reading.session, community, first=month, last=month)
            months = list_trend(reading.session, community.id, month)
        waiting = list_open_matters(work.session, community)
        meetings = list_meetings(work)
        offered = months_since_the_first(
            work.session, community, this_month, at_most=MONTHS_OFFERED
        )
    trend = {one.month: one.sums for one in months}
    return render_template(
        "staff/matters/council.html",
        month=month,
        months=named_months(offered),
        sums=sums,
        figures=FIGURES,
        trend=dict(reversed(trend.items())),
        trend_chart=draw_trend(trend),
        flow_chart=draw_flow(given.matrix, month),
        given=given,
        parties=PARTIES,
        labels=LABELS,
        definition=LABELS_DEFINED,
        counts=counts,
        kinds=MATTER_KINDS,
        waiting=waiting,
        meetings=meetings,
        today=console.now().date(),
    )


@council.route("/meetings/new", methods=["GET", "POST"])
def new() -> Any:
    """Plan a meeting; the matters that wait for an answer are proposed as its agenda."""
    form = MeetingForm()
    if not form.is_submitted():
        with console.work() as work:
            waiting = list_open_matters(work.session, current_user.community)
        form.agenda.data = "\n".join(
            gettext("第%(number)s件：%(text)s", number=one.number, text=_shorten(one.text))
            for one in waiting
        )
    if form.validate_on_submit():
        wanted = PlanMeeting(form.held_on.data, form.agenda.data, form.place.data)
        done = gettext("会议已经定下。")
        if console.attempt(lambda work: plan_meeting(work, wanted), done, form=form):
            return redirect(url_for("staff_council.shown"))
    return render_template("staff/matters/meeting.html", form=form, meeting=None)


def _shorten(text: str) -> str:
    """Return the beginning of a matter's text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_ITEM else f"{line[: LONGEST_ITEM - 1]}…"


@council.route("/meetings/<uuid:meeting_id>", methods=["GET", "POST"])
def meeting(meeting_id: UUID) -> Any:
    """Show a meeting, to be read, printed, changed, or told of."""
    with console.work() as work:
        found = work.find(CouncilMeeting, meeting_id)
    form = MinutesForm(obj=found)
    if is_ready(form, found):
        wanted = ChangeMeeting(meeting_id, found.version, **new_values(form))
        done = gettext("已保存。")
        if console.attempt(lambda work: change_meeting(work, wanted), done, form=form):
            return redirect(url_for("staff_council.meeting", meeting_id=meeting_id))
    return render_template("staff/matters/meeting.html", form=form, meeting=found)
