"""The figures of a month, for staff and for the merchants' council."""

from flask import render_template, request
from flask_login import current_user

from loyalty.pages.charts.pictures import draw_flow, draw_hours, draw_trades, draw_trend
from loyalty.pages.staff import console
from loyalty.pages.values import named_months
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from loyalty.services.ledger.benefit import sum_month
from loyalty.services.ledger.book import Months, list_hours
from loyalty.services.ledger.matrix import sum_given
from loyalty.services.ledger.trend import list_trades, list_trend
from loyalty.services.matters.matter_counts import count_matters
from loyalty.services.replica import reports_work
from loyalty.services.selection.history import months_since_the_first
from loyalty.services.selection.planning import month_called
from loyalty.words.contributions import LABELS, LABELS_DEFINED, PARTIES
from loyalty.words.definitions import FIGURES
from loyalty.words.matters import MATTER_KINDS

figures = console.Console("figures", "/figures", also=frozenset({Role.COUNCIL}))

MONTHS_OFFERED = 24


@figures.get("")
def shown() -> str:
    """Show the sums of a month, the present one unless another is asked for."""
    this_month = Month.of(console.now().date())
    wanted = request.args.get("month")
    month = month_called(wanted) if wanted else this_month
    own = console.actor().community_id
    with console.work() as work:
        with reports_work(work) as reading:
            sums = sum_month(reading, month)
            given = sum_given(reading, first=month, last=month, saved=sums.saved_fen)
            trend = {one.month: one.sums for one in list_trend(reading.session, own, month)}
            trades = dict(list_trades(reading.session, own, month))
            hours = list_hours(reading.session, Months(own, month, month), work.actor.timezone)
            counts = count_matters(reading.session, current_user.community, first=month, last=month)
        months = months_since_the_first(
            work.session, current_user.community, this_month, at_most=MONTHS_OFFERED
        )
    return render_template(
        "staff/ledger/figures.html",
        month=month,
        # The month that is over is what people are to report while the next one runs.
        briefings=[month, month.plus(-1)] if month == this_month else [month],
        months=named_months(months),
        sums=sums,
        given=given,
        trend=dict(reversed(trend.items())),
        trend_chart=draw_trend(trend),
        flow_chart=draw_flow(given.matrix, month),
        trades=trades,
        trade_chart=draw_trades(trades, month),
        hours=draw_hours(hours, month),
        parties=PARTIES,
        labels=LABELS,
        definition=LABELS_DEFINED,
        counts=counts,
        figures=FIGURES,
        kinds=MATTER_KINDS,
    )
