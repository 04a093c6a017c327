"""Matters that the merchants' council and residents raise (三张清单): needs, problems, services."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, Matter, StaffAccount
from loyalty.services.actors import Role, StaffMember
from loyalty.services.changes import (
    AS_IT_WAS,
    AsItWas,
    change_members,
    collect_new_values,
    value_or,
)
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import (
    NotAllowedError,
    ValueRefusedError,
)
from loyalty.services.paging import Page, fetch_page
from loyalty.services.receipts import find_received, get_received, give_out, take_in
from loyalty.services.work import Work


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
    """New values of some members of a matter."""

    matter_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    owner_id: UUID | AsItWas | None = AS_IT_WAS
    due_on: date | AsItWas | None = AS_IT_WAS
    answer: str | AsItWas | None = AS_IT_WAS
    state: str | AsItWas = AS_IT_WAS


@dataclass(frozen=True, slots=True)
class FindMatters:
    """Which part of the list of matters is wanted."""

    limit: int
    after: UUID | None = None
    kind: MatterKind | None = None
    state: MatterState | None = None


def raise_matter(work: Work, request: RaiseMatter) -> Matter:
    """Write a matter down under the community's next number.

    Raises:
        NotAllowedError: the council speaks for itself alone, and names nobody to see to it.
        ValueRefusedError: the community has no such account.
    """
    for_itself = request.raised_by is Raiser.COUNCIL and request.owner_id is None
    if not for_itself and not work.actor.roles & {Role.STAFF, Role.MANAGER}:
        raise NotAllowedError("The council raises matters of its own; staff see who answers them.")
    _refuse_stranger(work, request.owner_id)
    community = locked_community(work.session, work.community_id)
    matter = _write_down(work.session, community, request, now=work.now)
    work.note("matter.raised", matter)
    return matter


def raise_public_matter(
    session: Session, community: Community, request: RaiseMatter, *, receipt: str, now: datetime
) -> Matter:
    """Write down what a resident has raised on the public form, once per receipt."""
    # Held before it is looked for, so that one that is sent twice at once gets one number.
    locked_community(session, community.id)
    if earlier := find_received(session, Matter, community.id, receipt):
        return earlier
    give_out(session, community.id, receipt)
    matter = _write_down(session, community, request, receipt=receipt, now=now)
    return take_in(session, matter, "matter.raised", now=now)


def get_matter_by_receipt(session: Session, community: Community, receipt: str) -> Matter:
    """Return the matter with a receipt's number.

    Raises:
        UnknownRecordError: the community has given out no such number.
    """
    return get_received(session, Matter, community.id, receipt, noun="matter")


def find_matters(work: Work, request: FindMatters) -> Page[Matter]:
    """Return the community's matters, the latest number first."""
    query = work.select(Matter)
    if request.kind is not None:
        query = query.where(Matter.kind == request.kind)
    if request.state is not None:
        query = query.where(Matter.state == request.state)
    return fetch_page(
        work.session,
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


def change_matter(work: Work, request: ChangeMatter) -> Matter:
    """Change who sees to a matter and until when, answer it, or close it.

    An answer to an open matter makes it an answered one; closed, it may be opened again.

    Raises:
        NotAllowedError: it is somebody else's, or is handed on by somebody who is no staff.
        StaleRecordError: somebody else changed the matter meanwhile.
        ValueRefusedError: it rests without an answer, or the community has no such account.
    """
    matter = work.find(Matter, request.matter_id, version=request.version)
    changed = collect_new_values(request).keys()
    hands_on = not work.actor.roles & {Role.STAFF, Role.MANAGER} and changed - ANSWERING
    if hands_on or not may_answer(work.actor, matter):
        raise NotAllowedError("A matter is answered by the staff, or by whoever sees to it.")
    _refuse_stranger(work, value_or(request.owner_id, None))
    change_members(matter, request)
    if matter.answer is not None and matter.answered_at is None:
        matter.answered_at = work.now
        if request.state is AS_IT_WAS:
            matter.state = MatterState.ANSWERED
    if matter.state != MatterState.OPEN and matter.answer is None:
        raise ValueRefusedError("/answer", "A matter rests once it has an answer.")
    closed_at = matter.closed_at or work.now
    matter.closed_at = closed_at if matter.state == MatterState.CLOSED else None
    work.note("matter.changed", matter, members=sorted(changed))
    return matter


def _write_down(
    session: Session,
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
    return matter


def _refuse_stranger(work: Work, account_id: UUID | None) -> None:
    if account_id is None:
        return
    account = work.session.get(StaffAccount, (work.community_id, account_id))
    if account is None or not account.active:
        raise ValueRefusedError("/owner_id", "The community has no such open account.")
