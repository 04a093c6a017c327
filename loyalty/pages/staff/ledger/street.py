"""What a street or a city reads: the closed months of its communities, side by side."""

from collections.abc import Mapping, Sequence

from flask import render_template, request

from loyalty.database import transaction
from loyalty.models import Community
from loyalty.pages.charts.pictures import draw_communities
from loyalty.pages.staff import console
from loyalty.pages.values import named_months
from loyalty.rules.benefit import SMALLEST_PUBLIC_GROUP
from loyalty.services.actors import Role
from loyalty.services.ledger.oversight import OverseenMonth, list_overseen, list_overseen_months
from loyalty.services.selection.planning import month_called
from loyalty.words.definitions import FIGURES

street = console.Console("street", "/street", only=frozenset({Role.STREET}))


@street.get("")
def shown() -> str:
    """Show one month of each community, the latest closed one unless another is asked for."""
    found = _read_all()
    closed = {each.month for months in found.values() for each in months}
    months = sorted(closed, reverse=True)
    wanted = request.args.get("month")
    month = month_called(wanted) if wanted else next(iter(months), None)
    told = {
        community: each
        for community, months in found.items()
        for each in months
        if each.month == month
    }
    sums = [(community.name, each.sums) for community, each in told.items()]
    return render_template(
        "staff/ledger/street.html",
        month=month,
        months=named_months(months),
        sums={community: each.sums for community, each in told.items()},
        heads={community: each.head for community, each in told.items()},
        missing=[community.name for community in found if community not in told],
        drawn=month and draw_communities(sums, month),
        figures=FIGURES,
        fewest=SMALLEST_PUBLIC_GROUP,
    )


def _read_all() -> Mapping[Community, Sequence[OverseenMonth]]:
    with transaction() as session:
        overseen = list_overseen(session, console.actor().account_id)
    return {community: _read(community) for community in overseen}


def _read(community: Community) -> Sequence[OverseenMonth]:
    with transaction(community.id) as session:
        return list_overseen_months(session, community)
