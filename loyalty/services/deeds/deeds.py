"""Good deeds and their points."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from loyalty.models import Community, Deed, DeedKind, Resident
from loyalty.rules.calendar import Month
from loyalty.rules.ranking import DeedPoints, deed_points
from loyalty.services.actors import StaffMember
from loyalty.services.audit import note
from loyalty.services.deeds.points import POINT
from loyalty.services.errors import StaleRecordError, UnknownRecordError, ValueRefusedError
from loyalty.services.paging import Page, page
from loyalty.services.people.new_names import add_under_new_name
from loyalty.services.work import Work

DEFAULT_KINDS = (
    ("volunteer_service", "志愿服务"),
    ("mediation", "调解纠纷"),
    ("elder_visit", "看望老人"),
    ("hygiene", "环境卫生"),
    ("neighbour_help", "邻里互助"),
    ("safety_patrol", "平安巡逻"),
)
"""Code and name of the kinds a community begins with; each deed, or hour, is one point."""


@dataclass(frozen=True, slots=True)
class RecordDeed:
    """One deed of one resident."""

    resident_id: UUID
    kind: str
    """Code of the kind."""
    done_on: date
    source: str
    """Where it is written down: the sign-in sheet, the mediation record …"""
    points_hundredths: int | None = None
    """None counts what one deed of the kind counts."""


@dataclass(frozen=True, slots=True)
class FindDeeds:
    """Which part of the list of deeds is wanted."""

    limit: int
    after: UUID | None = None
    resident_id: UUID | None = None
    month: Month | None = None


@dataclass(frozen=True, slots=True)
class CreateDeedKind:
    """A kind of deed the community is to count."""

    code: str
    name: str
    points_hundredths: int = POINT
    monthly_cap_hundredths: int | None = None
    """The most that counts of one person and month; None caps nothing."""


@dataclass(frozen=True, slots=True)
class ChangeDeedKind:
    """New values of some members of a kind of deed, by the names of `DeedKind`'s columns."""

    kind_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    values: dict[str, Any]


def find_deeds(session: Session, actor: StaffMember, request: FindDeeds) -> Page[Deed]:
    """Return deeds, the last recorded first."""
    query = (
        select(Deed)
        .join(Deed.kind)
        .options(contains_eager(Deed.kind))
        .where(Deed.community_id == actor.community_id)
    )
    if request.resident_id is not None:
        query = query.where(Deed.resident_id == request.resident_id)
    if request.month is not None:
        query = query.where(Deed.done_on.between(request.month.first, request.month.last))
    return page(session, query, Deed, limit=request.limit, after=request.after, newest_first=True)


def record_deed(
    session: Session, actor: StaffMember, request: RecordDeed, *, now: datetime
) -> Deed:
    """Write down one deed of one resident.

    Raises:
        ValueRefusedError: no such resident or kind, or the day has not come yet.
    """
    kind = _checked_kind(session, actor, request, now=now)
    deed = new_deed(actor, request, kind, now=now)
    session.add(deed)
    session.flush()
    note(
        session,
        actor,
        "deed.recorded",
        community_id=actor.community_id,
        subject_id=deed.id,
        now=now,
        kind=kind.code,
    )
    session.flush()
    return deed


def _checked_kind(
    session: Session, actor: StaffMember, request: RecordDeed, *, now: datetime
) -> DeedKind:
    """Return the kind of a deed that makes sense; refuse any other."""
    try:
        Work(session, actor, now).find(Resident, request.resident_id)
    except UnknownRecordError as error:
        raise ValueRefusedError("/resident_id", str(error)) from error
    if request.done_on > now.date():
        raise ValueRefusedError("/date", "The day has not come yet.")
    kind = session.scalar(
        select(DeedKind).where(
            DeedKind.community_id == actor.community_id, DeedKind.code == request.kind
        )
    )
    if kind is None:
        raise ValueRefusedError("/kind", "The community counts no such kind of deed.")
    return kind


def new_deed(
    actor: StaffMember,
    request: RecordDeed,
    kind: DeedKind,
    *,
    now: datetime,
    import_id: UUID | None = None,
) -> Deed:
    """Return a deed that is not stored yet."""
    return Deed(
        community_id=actor.community_id,
        resident_id=request.resident_id,
        kind=kind,
        points_hundredths=request.points_hundredths or kind.points_hundredths,
        done_on=request.done_on,
        source=request.source,
        recorded_by=actor.account_id,
        recorded_at=now,
        import_id=import_id,
    )


def points_of(session: Session, resident_ids: Collection[UUID], month: Month) -> dict[UUID, int]:
    """Return what the deeds of one month count for each of some residents, capped.

    Returns:
        Hundredths of a point; 0 for a resident without deeds.
    """
    done: defaultdict[UUID, list[DeedPoints]] = defaultdict(list)
    caps: dict[str, int] = {}
    for deed in session.scalars(
        select(Deed)
        .options(joinedload(Deed.kind, innerjoin=True))
        .where(Deed.resident_id.in_(resident_ids), Deed.done_on.between(month.first, month.last))
    ):
        done[deed.resident_id].append(
            DeedPoints(kind=deed.kind.code, month=month, points=deed.points_hundredths)
        )
        if deed.kind.monthly_cap_hundredths is not None:
            caps[deed.kind.code] = deed.kind.monthly_cap_hundredths
    return {resident_id: deed_points(done[resident_id], caps) for resident_id in resident_ids}


def deed_kinds(session: Session, community_id: UUID) -> Sequence[DeedKind]:
    """Return the kinds of deeds a community counts, in the order of their codes."""
    return session.scalars(
        select(DeedKind).where(DeedKind.community_id == community_id).order_by(DeedKind.code)
    ).all()


def create_deed_kind(
    session: Session, actor: StaffMember, request: CreateDeedKind, *, now: datetime
) -> DeedKind:
    """Let the community count another kind of deed.

    Raises:
        AlreadyExistsError: there is a kind with this code.
    """
    kind = DeedKind(
        community_id=actor.community_id,
        code=request.code,
        name=request.name,
        points_hundredths=request.points_hundredths,
        monthly_cap_hundredths=request.monthly_cap_hundredths,
    )
    add_under_new_name(session, kind, f"There is a kind of deed {request.code} already.")
    note(
        session,
        actor,
        "deed_kind.created",
        community_id=actor.community_id,
        subject_id=kind.id,
        now=now,
        code=kind.code,
    )
    session.flush()
    return kind


def deed_kind_of(session: Session, actor: StaffMember, kind_id: UUID) -> DeedKind:
    """Return a kind of deed that the actor's community counts."""
    kind = session.scalar(
        select(DeedKind).where(DeedKind.id == kind_id, DeedKind.community_id == actor.community_id)
    )
    if kind is None:
        raise UnknownRecordError("The community counts no such kind of deed.")
    return kind


def change_deed_kind(
    session: Session, actor: StaffMember, request: ChangeDeedKind, *, now: datetime
) -> DeedKind:
    """Change a kind of deed: recorded deeds keep their points, a cap goes for all that is counted.

    Raises:
        StaleRecordError: somebody else changed the kind meanwhile.
    """
    kind = deed_kind_of(session, actor, request.kind_id)
    if kind.version != request.version:
        raise StaleRecordError("The kind of deed has been changed meanwhile; read it again.")
    for name, value in request.values.items():
        setattr(kind, name, value)
    note(
        session,
        actor,
        "deed_kind.changed",
        community_id=actor.community_id,
        subject_id=kind.id,
        now=now,
        members=sorted(request.values),
    )
    session.flush()
    return kind


def ensure_default_kinds(session: Session, community: Community) -> None:
    """Add those of the kinds every community begins with that it lacks."""
    known = {kind.code for kind in deed_kinds(session, community.id)}
    session.add_all(
        DeedKind(community_id=community.id, code=code, name=name, points_hundredths=POINT)
        for code, name in DEFAULT_KINDS
        if code not in known
    )
    session.flush()
