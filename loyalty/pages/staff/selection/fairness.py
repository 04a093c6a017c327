"""How fair a round came out: what is looked at before it is confirmed."""

from uuid import UUID

from flask import render_template

from loyalty.pages.charts.pictures import draw_areas, draw_scores
from loyalty.pages.staff import console
from loyalty.services.people.areas import find_areas, find_household_groups
from loyalty.services.selection.fairness import fairness_of
from loyalty.services.selection.planning import round_of
from loyalty.services.staff.accounts import find_accounts
from loyalty.words.honours import honour_name
from loyalty.words.nominations import SOURCES

fairness = console.Console("fairness", "/rounds/<uuid:round_id>/fairness")

MOST_NAMES = 1000


@fairness.get("")
def shown(round_id: UUID) -> str:
    """Show by area, by list and by who nominated how a round came out."""
    with console.work() as work:
        selection_round = round_of(work, round_id)
        report = fairness_of(work, round_id) if selection_round.drawn_at else None
        areas = find_areas(work, limit=MOST_NAMES, after=None).items
        groups = find_household_groups(work, limit=MOST_NAMES, after=None).items
        accounts = find_accounts(work, limit=MOST_NAMES, after=None).items
    honours = {one.honour.code: honour_name(one.honour) for one in selection_round.lists}
    names = {one.id: one.name for one in areas}
    charts = {
        one.honour: {
            "areas": draw_areas(one, names, honours[one.honour]),
            "scores": draw_scores(one, honours[one.honour]),
        }
        for one in (report.lists if report else ())
    }
    return render_template(
        "staff/selection/fairness.html",
        round=selection_round,
        report=report,
        charts=charts,
        honours=honours,
        areas=names,
        groups={one.id: one.name for one in groups},
        accounts={one.id: one.display_name for one in accounts},
        sources=SOURCES,
    )
