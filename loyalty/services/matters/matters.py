"""Matters that the merchants' council and residents raise (三张清单): needs, problems, services."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, Matter, StaffAccount
from loyalty.rules.typed_text import code_letters
from loyalty.services.actors import Role, StaffMember
from loyalty.services.audit import note
from loyalty.services.community.policy import locked_community
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


ANSWERING = frozenset({"answer", "state"})
"""Members of a matter that whoever sees to it may change."""


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
    community = locked_community(session, actor.community_id)
    return _written_down(session, actor, community, request, now=now)


def raise_public_matter(
    session: Session, community: Community, request: RaiseMatter, *, receipt: str, now: datetime
) -> Matter:
    """Write down what a resident has raised on the public form, once per receipt."""
    # Held before it is looked for, so that one that is sent twice at once gets one number.
    locked_community(session, community.id)
    if earlier := _raised_with(session, community, receipt):
        return earlier
    return _written_down(session, None, community, request, receipt=receipt, now=now)


def matter_called(session: Session, community: Community, receipt: str) -> Matter:
    """Return the matter with a receipt's number.

    Raises:
        UnknownRecordError: the community has given out no such number.
    """
    matter = _raised_with(session, community, code_letters(receipt))
    if matter is None:
        raise UnknownRecordError("There is no matter with this number.")
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


def may_answer(actor: StaffMember, matter: Matter) -> bool:
    """Return whether an account answers a matter: the staff, and whoever is to see to it."""
    return bool(actor.roles & {Role.STAFF, Role.MANAGER}) or matter.owner_id == actor.account_id


def is_overdue(matter: Matter, *, today: date) -> bool:
    """Return whether a matter is without an answer past the day on which that was due."""
    late = matter.due_on is not None and matter.due_on < today
    return late and matter.state == MatterState.OPEN


def change_matter(
    session: Session, actor: StaffMember, request: ChangeMatter, *, now: datetime
) -> Matter:
    """Change who sees to a matter and until when, answer it, or close it.

    An answer to an open matter makes it an answered one; closed, it may be opened again.

    Raises:
        NotAllowedError: it is somebody else's, or is handed on by somebody who is no staff.
        StaleRecordError: somebody else changed the matter meanwhile.
        ValueRefusedError: it rests without an answer, or the community has no such account.
    """
    matter = matter_of(session, actor, request.matter_id)
    if matter.version != request.version:
        raise StaleRecordError("The matter has been changed meanwhile; read it again.")
    hands_on = not actor.roles & {Role.STAFF, Role.MANAGER} and request.values.keys() - ANSWERING
    if hands_on or not may_answer(actor, matter):
        raise NotAllowedError("A matter is answered by the staff, or by whoever sees to it.")
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


def _raised_with(session: Session, community: Community, receipt: str) -> Matter | None:
    return session.scalar(
        select(Matter).where(Matter.receipt == receipt, Matter.community_id == community.id)
    )


def _written_down(
    session: Session,
    actor: StaffMember | None,
    community: Community,
    request: RaiseMatter,
    *,
    receipt: str | None = None,
    now: datetime,
) -> Matter:
    """Write a matter down; two at once get two numbers, for the caller holds the community."""
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
        receipt=receipt,
        owner_id=request.owner_id,
        due_on=request.due_on,
    )
    session.add(matter)
    session.flush()
    _note(session, actor, "matter.raised", matter, now=now)
    return matter


def _refuse_stranger(session: Session, actor: StaffMember, account_id: UUID | None) -> None:
    if account_id is None:
        return
    account = session.get(StaffAccount, account_id)
    if account is None or account.community_id != actor.community_id or not account.active:
        raise ValueRefusedError("/owner_id", "The community has no such open account.")


def _note(
    session: Session,
    actor: StaffMember | None,
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
        community_id=matter.community_id,
        subject_id=matter.id,
        now=now,
        **detail,
    )
    session.flush()
