"""How far back a community's records go."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.clock import as_local
from loyalty.models import Community, Deed, Round
from loyalty.rules.calendar import Month


def first_month(session: Session, community: Community) -> Month:
    """Return the first month of which there may be a record: nothing is offered before it."""
    deeds, rounds = (
        session.scalar(select(func.min(day)).where(record.community_id == community.id))
        for record, day in ((Deed, Deed.done_on), (Round, Round.month))
    )
    began = Month.of(as_local(community.created_at, community.timezone).date())
    return min([began, *(Month.of(day) for day in (deeds, rounds) if day is not None)])


def months_since_the_first(
    session: Session, community: Community, this_month: Month, *, at_most: int
) -> Sequence[Month]:
    """Return the months of which there may be a record, the present one first."""
    first = first_month(session, community)
    months = [this_month.plus(-back) for back in range(at_most)]
    return [month for month in months if month >= first] or [this_month]
