"""The honour roll: who won and agrees that everybody may know it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotFound

from loyalty.database import transaction
from loyalty.models import Candidate
from loyalty.pages.communities import community_here
from loyalty.pages.notice import not_found_by_search
from loyalty.services.notice.honour_roll import honour_roll
from loyalty.words.honours import honour_name

honours = Blueprint("honour_pages", __name__)

PAGE_LENGTH = 200


@honours.get("/honour")
@honours.get("/<slug>/honour")
def roll(slug: str | None = None) -> Response:
    """Show the honour roll, the latest month first."""
    with transaction() as session:
        community = community_here(session, slug)
        found = honour_roll(session, community, limit=PAGE_LENGTH, after=_after())
    page = render_template(
        "selection/honour_roll.html",
        community=community,
        months=_by_month(found.items),
        next=found.next,
    )
    return not_found_by_search(page)


def _after() -> UUID | None:
    after = request.args.get("after")
    try:
        return UUID(after) if after else None
    except ValueError as error:
        raise NotFound from error


def _by_month(winners: Sequence[Candidate]) -> Mapping[date, Mapping[str, Sequence[str]]]:
    """Return month → honour → names, in the order of the list."""
    months: dict[date, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in winners:
        listed = one.round_list
        months[listed.selection_round.month][honour_name(listed.honour)].append(one.resident.name)
    return months
