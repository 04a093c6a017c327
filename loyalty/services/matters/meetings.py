"""Meetings of the merchants' council: planned with an agenda, held, and told of in minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, CouncilMeeting, Matter
from loyalty.services.changes import AS_IT_WAS, AsItWas, change_members, members_of
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import ValueRefusedError
from loyalty.services.matters.matters import MatterState
from loyalty.services.paging import Page, fetch_page
from loyalty.services.work import Work

MOST_OPEN = 100
"""Open matters that are listed for a meeting, the earliest first."""

MOST_SHOWN = 24
"""Meetings that are listed, the latest first: two years of a monthly one."""


LONGEST_OF_MEETING = 8000
"""Letters of an agenda, and of minutes."""


@dataclass(frozen=True, slots=True)
class PlanMeeting:
    """A meeting to be held."""

    held_on: date
    agenda: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeMeeting:
    """New values of some members of a meeting."""

    meeting_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    held_on: date | AsItWas = AS_IT_WAS
    place: str | AsItWas | None = AS_IT_WAS
    agenda: str | AsItWas = AS_IT_WAS
    minutes: str | AsItWas | None = AS_IT_WAS


def plan_meeting(work: Work, request: PlanMeeting) -> CouncilMeeting:
    """Plan a meeting; the staff and the council itself do.

    Raises:
        ValueRefusedError: there is one on that day, or the day is over.
    """
    if request.held_on < work.now.date():
        raise ValueRefusedError("/held_on", "That day is over; a meeting is planned ahead.")
    locked_community(work.session, work.community_id)
    _refuse_second(work, request.held_on)
    meeting = CouncilMeeting(
        community_id=work.community_id,
        **members_of(request),
        planned_by=work.actor.account_id,
        planned_at=work.now,
    )
    work.session.add(meeting)
    work.note("meeting.planned", meeting)
    return meeting


def change_meeting(work: Work, request: ChangeMeeting) -> CouncilMeeting:
    """Change a meeting, or write its minutes.

    Raises:
        StaleRecordError: somebody else changed it meanwhile.
        ValueRefusedError: there is another on that day, or it has not been held yet.
    """
    locked_community(work.session, work.community_id)
    meeting = work.find(CouncilMeeting, request.meeting_id, version=request.version)
    if request.held_on not in {AS_IT_WAS, meeting.held_on}:
        _refuse_second(work, request.held_on)
    members = change_members(meeting, request)
    if meeting.minutes is not None and meeting.held_on > work.now.date():
        raise ValueRefusedError("/minutes", "Minutes are written once the meeting has been held.")
    work.note("meeting.changed", meeting, members=members)
    return meeting


def list_meetings(work: Work) -> Sequence[CouncilMeeting]:
    """Return the meetings of the community, the latest first."""
    query = work.select(CouncilMeeting).order_by(CouncilMeeting.held_on.desc()).limit(MOST_SHOWN)
    return work.session.scalars(query).all()


def find_meetings(work: Work, *, limit: int, after: UUID | None) -> Page[CouncilMeeting]:
    """Return a page of the meetings, the one planned last first."""
    query = work.select(CouncilMeeting)
    return fetch_page(
        work.session, query, CouncilMeeting, limit=limit, after=after, newest_first=True
    )


def list_open_matters(session: Session, community: Community) -> Sequence[Matter]:
    """Return the first matters that nobody has answered, the earliest first, for a meeting."""
    return session.scalars(
        select(Matter)
        .where(Matter.community_id == community.id, Matter.state == MatterState.OPEN.value)
        .order_by(Matter.number)
        .limit(MOST_OPEN)
    ).all()


def _refuse_second(work: Work, held_on: date | AsItWas) -> None:
    query = work.select(CouncilMeeting).where(CouncilMeeting.held_on == held_on)
    if work.session.scalar(query) is not None:
        raise ValueRefusedError("/held_on", "The council meets on that day already; open that one.")
