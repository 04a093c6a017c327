"""Good deeds and their points."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from loyalty.models import Community, Deed, DeedKind, Resident
from loyalty.rules.calendar import Month
from loyalty.rules.ranking import DeedPoints, sum_deed_points
from loyalty.services.changes import AS_IT_WAS, AsItWas, change_members, members_of
from loyalty.services.deeds.points import POINT
from loyalty.services.errors import PersonErasedError, UnknownRecordError, ValueRefusedError
from loyalty.services.paging import Page, fetch_page
from loyalty.services.people.new_names import add_under_new_name
from loyalty.services.people.residents import refuse_erased
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
    """New values of some members of a kind of deed."""

    kind_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    name: str | AsItWas = AS_IT_WAS
    points_hundredths: int | AsItWas = AS_IT_WAS
    monthly_cap_hundredths: int | AsItWas | None = AS_IT_WAS


def find_deeds(work: Work, request: FindDeeds) -> Page[Deed]:
    """Return deeds, the last recorded first."""
    query = work.select(Deed).join(Deed.kind).options(contains_eager(Deed.kind))
    if request.resident_id is not None:
        query = query.where(Deed.resident_id == request.resident_id)
    if request.month is not None:
        query = query.where(Deed.done_on.between(request.month.first, request.month.last))
    return fetch_page(
        work.session, query, Deed, limit=request.limit, after=request.after, newest_first=True
    )


def record_deed(work: Work, request: RecordDeed) -> Deed:
    """Write down one deed of one resident.

    Raises:
        ValueRefusedError: no such resident or kind, or the day has not come yet.
    """
    kind = _require_kind(work, request)
    deed = make_deed(work, request, kind)
    work.session.add(deed)
    work.note("deed.recorded", deed, kind=kind.code)
    return deed


def _require_kind(work: Work, request: RecordDeed) -> DeedKind:
    """Return the kind of a deed that makes sense; refuse any other."""
    try:
        refuse_erased(work.find(Resident, request.resident_id))
    except (UnknownRecordError, PersonErasedError) as error:
        raise ValueRefusedError("/resident_id", str(error)) from error
    if request.done_on > work.now.date():
        raise ValueRefusedError("/date", "The day has not come yet.")
    return get_deed_kind(work, request.kind)


def get_deed_kind(work: Work, code: str) -> DeedKind:
    """Return the kind of deed with a code; refuse one that the community does not count."""
    kind = work.session.scalar(work.select(DeedKind).where(DeedKind.code == code))
    if kind is None:
        raise ValueRefusedError("/kind", "The community counts no such kind of deed.")
    return kind


def make_deed(
    work: Work, request: RecordDeed, kind: DeedKind, *, import_id: UUID | None = None
) -> Deed:
    """Return a deed that is not stored yet."""
    return Deed(
        community_id=work.community_id,
        **members_of(request, but=("kind", "points_hundredths")),
        kind=kind,
        points_hundredths=request.points_hundredths or kind.points_hundredths,
        recorded_by=work.actor.account_id,
        recorded_at=work.now,
        import_id=import_id,
    )


def sum_points(
    session: Session, community_id: UUID, resident_ids: Collection[UUID], month: Month
) -> dict[UUID, int]:
    """Return what the deeds of one month count for each of some residents, capped.

    Returns:
        Hundredths of a point; 0 for a resident without deeds.
    """
    done: defaultdict[UUID, list[DeedPoints]] = defaultdict(list)
    caps: dict[str, int] = {}
    for deed in session.scalars(
        select(Deed)
        .options(joinedload(Deed.kind, innerjoin=True))
        .where(
            Deed.community_id == community_id,
            Deed.resident_id.in_(resident_ids),
            Deed.done_on.between(month.first, month.last),
        )
    ):
        done[deed.resident_id].append(
            DeedPoints(kind=deed.kind.code, month=month, points=deed.points_hundredths)
        )
        if deed.kind.monthly_cap_hundredths is not None:
            caps[deed.kind.code] = deed.kind.monthly_cap_hundredths
    return {resident_id: sum_deed_points(done[resident_id], caps) for resident_id in resident_ids}


def list_deed_kinds(session: Session, community_id: UUID) -> Sequence[DeedKind]:
    """Return the kinds of deeds a community counts, in the order of their codes."""
    return session.scalars(
        select(DeedKind).where(DeedKind.community_id == community_id).order_by(DeedKind.code)
    ).all()


def create_deed_kind(work: Work, request: CreateDeedKind) -> DeedKind:
    """Let the community count another kind of deed.

    Raises:
        AlreadyExistsError: there is a kind with this code.
    """
    kind = DeedKind(community_id=work.community_id, **members_of(request))
    add_under_new_name(work.session, kind, f"There is a kind of deed {request.code} already.")
    work.note("deed_kind.created", kind, code=kind.code)
    return kind


def change_deed_kind(work: Work, request: ChangeDeedKind) -> DeedKind:
    """Change a kind of deed: recorded deeds keep their points, a cap goes for all that is counted.

    Raises:
        StaleRecordError: somebody else changed the kind meanwhile.
    """
    kind = work.find(DeedKind, request.kind_id, version=request.version)
    work.note("deed_kind.changed", kind, members=change_members(kind, request))
    return kind


def ensure_default_kinds(session: Session, community: Community) -> None:
    """Add those of the kinds every community begins with that it lacks."""
    known = {kind.code for kind in list_deed_kinds(session, community.id)}
    session.add_all(
        DeedKind(community_id=community.id, code=code, name=name, points_hundredths=POINT)
        for code, name in DEFAULT_KINDS
        if code not in known
    )
    session.flush()
