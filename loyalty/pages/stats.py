"""The figures of a month for everyone, each with its definition."""

from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.pages.charts.pictures import draw_flow, draw_trades, draw_trend
from loyalty.pages.communities import community_here
from loyalty.pages.values import named_months
from loyalty.rules.benefit import SMALLEST_PUBLIC_GROUP
from loyalty.services.ledger.benefit import Sums
from loyalty.services.ledger.public_figures import (
    FRESH_SECONDS,
    get_public_figures,
    list_public_months,
    list_public_trend,
)
from loyalty.services.replica import reports_session
from loyalty.services.selection.history import first_month
from loyalty.services.selection.planning import month_called
from loyalty.words.contributions import LABELS, LABELS_DEFINED, PARTIES
from loyalty.words.definitions import FIGURES
from loyalty.words.matters import MATTER_KINDS

stats = Blueprint("stats_pages", __name__)


@stats.get("/stats")
@stats.get("/<slug>/stats")
def shown(slug: str | None = None) -> Response:
    """Show the figures of a month that is over, the last one unless another is asked for."""
    with transaction() as session:
        community = community_here(session, slug)
        now = community_now(community.timezone)
        first = first_month(session, community)
        public = list_public_months(now.date())
        months = [month for month in public if month >= first] or public[:1]
        wanted = request.args.get("month")
        month = month_called(wanted) if wanted else months[0]
        with reports_session(session, community.id, now=now) as reading:
            found = get_public_figures(reading, community, month, today=now.date())
            trend = list_public_trend(reading, community, months)
    page = render_template(
        "public/stats.html",
        community=community,
        found=found,
        trend=dict(reversed([*trend.items()])),
        trend_chart=draw_trend(trend),
        flow_chart=draw_flow(found.matrix, month),
        trade_chart=draw_trades(_sorted(found.by_trade), month),
        trades=_sorted(found.by_trade),
        parties=PARTIES,
        labels=LABELS,
        definition=LABELS_DEFINED,
        months=named_months(months),
        figures=FIGURES,
        kinds=MATTER_KINDS,
        fewest=SMALLEST_PUBLIC_GROUP,
    )
    response = make_response(page)
    # In the reader's language and colours, so no one else's.
    response.cache_control.private = True
    response.cache_control.max_age = FRESH_SECONDS
    return response


def _sorted(trades: Mapping[str, Sums | None]) -> dict[str, Sums | None]:
    """Return the trades, the one that sold most first, those that are hidden last."""
    return dict(
        sorted(
            trades.items(), key=lambda one: (one[1] is None, -(one[1].payable_fen if one[1] else 0))
        )
    )
