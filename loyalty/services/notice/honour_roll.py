"""The honour roll (光荣榜): who won and agrees that everybody may know it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from loyalty.models import Candidate, Community, Resident, Round, RoundList
from loyalty.rules.outcome import Outcome
from loyalty.rules.selection import RoundState
from loyalty.services.paging import Page, fetch_page


def honour_roll(
    session: Session, community: Community, *, limit: int, after: UUID | None
) -> Page[Candidate]:
    """Return those who won in rounds whose cards are issued, the latest month first.

    Whoever does not agree to be named, or no longer does, is not on it.
    """
    query = (
        select(Candidate)
        .join(Candidate.round_list)
        .join(RoundList.selection_round)
        .join(Candidate.resident)
        .where(
            Round.community_id == community.id,
            Round.state.in_([RoundState.ISSUED, RoundState.CLOSED]),
            Candidate.outcome == Outcome.SELECTED,
            Resident.consent_publicity,
        )
        .options(
            contains_eager(Candidate.resident),
            contains_eager(Candidate.round_list).options(
                joinedload(RoundList.honour), contains_eager(RoundList.selection_round)
            ),
        )
    )
    return fetch_page(
        session, query, Candidate, limit=limit, after=after, by=Round.month, newest_first=True
    )
