"""Matters that the merchants' council and residents raise (三张清单): needs, problems, services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, Matter, StaffAccount
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role, StaffMember, note
from loyalty.services.community import locked_community
from loyalty.services.errors import (
    NotAllowedError,
    StaleRecordError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.paging import Page, page


class MatterKind(StrEnum):
    """On which of the three lists a matter stands. Codes are public."""

    NEED = "need"
    PROBLEM = "problem"
    SERVICE = "service"


class MatterState(StrEnum):
    """How far a matter is. Codes are public."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Raiser(StrEnum):
    """Who raised a matter. Codes are public."""

    COUNCIL = "council"
    RESIDENT = "resident"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class RaiseMatter:
    """A matter to be written down."""

    kind: MatterKind
    text: str
    raised_by: Raiser
    contact: str | None = None
    """Where the answer is wanted."""
    owner_id: UUID | None = None
    """Account that is to see to it."""
    due_on: date | None = None
    """Last day, included, on which it should be answered."""


@dataclass(frozen=True, slots=True)
class ChangeMatter:
    """New values of some members of a matter, by the names of `Matter`'s columns."""

    matter_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FindMatters:
    """Which part of the list of matters is wanted."""

    limit: int
    after: UUID | None = None
    kind: MatterKind | None = None
    state: MatterState | None = None


@dataclass(frozen=True, slots=True)
class MatterCount:
    """How many matters of one kind were raised in a month, and what has become of them."""

    month: Month
    kind: MatterKind
    raised: int
    answered: int
    """Of those raised, how many have an answer by now."""


def raise_matter(
    session: Session, actor: StaffMember, request: RaiseMatter, *, now: datetime
) -> Matter:
    """Write a matter down under the community's next number.

    Raises:
        NotAllowedError: the council speaks for itself alone, and names nobody to see to it.
        ValueRefusedError: the community has no such account.
    """
    for_itself = request.raised_by is Raiser.COUNCIL and request.owner_id is None
    if not for_itself and not actor.roles & {Role.STAFF, Role.MANAGER}:
        raise NotAllowedError("The council raises matters of its own; staff see who answers them.")
    _refuse_stranger(session, actor, request.owner_id)
    # Held, so that two matters at the same moment get two numbers.
    community = locked_community(session, actor)
    last = session.scalar(
        select(func.max(Matter.number)).where(Matter.community_id == community.id)
    )
    matter = Matter(
        community_id=community.id,
        number=(last or 0) + 1,
        kind=request.kind.value,
        text=request.text,
        raised_by=request.raised_by.value,
        raised_at=now,
        contact=request.contact,
        owner_id=request.owner_id,
        due_on=request.due_on,
    )
    session.add(matter)
    session.flush()
    _note(session, actor, "matter.raised", matter, now=now)
    return matter


def matter_of(session: Session, actor: StaffMember, matter_id: UUID) -> Matter:
    """Return a matter of the actor's community.

    Raises:
        UnknownRecordError: the community has no such matter.
    """
    matter = session.scalar(
        select(Matter).where(Matter.id == matter_id, Matter.community_id == actor.community_id)
    )
    if matter is None:
        raise UnknownRecordError("There is no such matter.")
    return matter


def find_matters(session: Session, actor: StaffMember, request: FindMatters) -> Page[Matter]:
    """Return the community's matters, the latest number first."""
    query = select(Matter).where(Matter.community_id == actor.community_id)
    if request.kind is not None:
        query = query.where(Matter.kind == request.kind)
    if request.state is not None:
        query = query.where(Matter.state == request.state)
    return page(
        session,
        query,
        Matter,
        limit=request.limit,
        after=request.after,
        by=Matter.number,
        newest_first=True,
    )


def change_matter(
    session: Session, actor: StaffMember, request: ChangeMatter, *, now: datetime
) -> Matter:
    """Change who sees to a matter and until when, answer it, or close it.

    An answer to an open matter makes it an answered one; closed, it may be opened again.

    Raises:
        StaleRecordError: somebody else changed the matter meanwhile.
        ValueRefusedError: it rests without an answer, or the community has no such account.
    """
    matter = matter_of(session, actor, request.matter_id)
    if matter.version != request.version:
        raise StaleRecordError("The matter has been changed meanwhile; read it again.")
    _refuse_stranger(session, actor, request.values.get("owner_id"))
    for name, value in request.values.items():
        setattr(matter, name, value)
    if matter.answer is not None and matter.answered_at is None:
        matter.answered_at = now
        if "state" not in request.values:
            matter.state = MatterState.ANSWERED
    if matter.state != MatterState.OPEN and matter.answer is None:
        raise ValueRefusedError("/answer", "A matter rests once it has an answer.")
    closed_at = matter.closed_at or now
    matter.closed_at = closed_at if matter.state == MatterState.CLOSED else None
    session.flush()
    _note(session, actor, "matter.changed", matter, now=now, members=sorted(request.values))
    return matter


def matter_counts(
    session: Session, community: Community, *, first: Month, last: Month
) -> Sequence[MatterCount]:
    """Return the counts of the months from `first` to `last`, both included, by month and kind.

    A matter counts in the month it was raised in, by the community's calendar. What is not there
    is 0.
    """
    month = func.date_trunc("month", func.timezone(community.timezone, Matter.raised_at))
    raised = (
        select(month.label("month"), Matter.kind, Matter.answered_at)
        .where(Matter.community_id == community.id)
        .subquery()
    )
    rows = session.execute(
        select(raised.c.month, raised.c.kind, func.count(), func.count(raised.c.answered_at))
        .where(raised.c.month.between(first.first, last.first))
        .group_by(raised.c.month, raised.c.kind)
        .order_by(raised.c.month, raised.c.kind)
    )
    return [
        MatterCount(Month.of(first_day), MatterKind(kind), number, answered)
        for first_day, kind, number, answered in rows
    ]


def _refuse_stranger(session: Session, actor: StaffMember, account_id: UUID | None) -> None:
    if account_id is None:
        return
    account = session.get(StaffAccount, account_id)
    if account is None or account.community_id != actor.community_id or not account.active:
        raise ValueRefusedError("/owner_id", "The community has no such open account.")


def _note(
    session: Session,
    actor: StaffMember,
    action: str,
    matter: Matter,
    *,
    now: datetime,
    **detail: Any,
) -> None:
    note(
        session,
        actor,
        action,
        community_id=actor.community_id,
        subject_id=matter.id,
        now=now,
        **detail,
    )
    session.flush()
