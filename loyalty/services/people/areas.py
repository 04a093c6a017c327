"""The parts of a community: liaison areas and household groups."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Area, HouseholdGroup
from loyalty.rules.typed_text import reference_key
from loyalty.services.actors import StaffMember
from loyalty.services.audit import note
from loyalty.services.errors import AlreadyExistsError, ValueRefusedError
from loyalty.services.paging import Page, page
from loyalty.services.people.new_names import add_under_new_name


@dataclass(frozen=True, slots=True)
class CreateArea:
    """A liaison area (责任区)."""

    name: str


@dataclass(frozen=True, slots=True)
class CreateHouseholdGroup:
    """About ten households with one household head (联户单元)."""

    name: str
    area_id: UUID | None = None


def find_areas(
    session: Session, actor: StaffMember, *, limit: int, after: UUID | None
) -> Page[Area]:
    """Return the liaison areas, the oldest first."""
    query = select(Area).where(Area.community_id == actor.community_id)
    return page(session, query, Area, limit=limit, after=after)


def create_area(
    session: Session, actor: StaffMember, request: CreateArea, *, now: datetime
) -> Area:
    """Add a liaison area.

    Raises:
        AlreadyExistsError: there is one with this name.
    """
    taken = "There is a liaison area with this name already."
    _refuse_taken(session, actor, Area, request.name, taken)
    area = Area(community_id=actor.community_id, name=request.name)
    add_under_new_name(session, area, taken)
    _note(session, actor, "area.created", area, now=now)
    return area


def find_household_groups(
    session: Session, actor: StaffMember, *, limit: int, after: UUID | None
) -> Page[HouseholdGroup]:
    """Return the household groups, the oldest first."""
    query = select(HouseholdGroup).where(HouseholdGroup.community_id == actor.community_id)
    return page(session, query, HouseholdGroup, limit=limit, after=after)


def create_household_group(
    session: Session, actor: StaffMember, request: CreateHouseholdGroup, *, now: datetime
) -> HouseholdGroup:
    """Add a household group.

    Raises:
        AlreadyExistsError: there is one with this name.
        ValueRefusedError: its area is unknown.
    """
    refuse_foreign(session, actor, area_id=request.area_id)
    taken = "There is a household group with this name already."
    _refuse_taken(session, actor, HouseholdGroup, request.name, taken)
    group = HouseholdGroup(
        community_id=actor.community_id, name=request.name, area_id=request.area_id
    )
    add_under_new_name(session, group, taken)
    _note(session, actor, "household_group.created", group, now=now)
    return group


def refuse_foreign(
    session: Session,
    actor: StaffMember,
    *,
    area_id: UUID | None = None,
    household_group_id: UUID | None = None,
) -> None:
    """Refuse an area or household group that the actor's community does not have.

    Raises:
        ValueRefusedError: the pointer is ``/area_id`` or ``/household_group_id``.
    """
    if area_id is not None:
        area = session.get(Area, area_id)
        if area is None or area.community_id != actor.community_id:
            raise ValueRefusedError("/area_id", "The community has no such liaison area.")
    if household_group_id is not None:
        group = session.get(HouseholdGroup, household_group_id)
        if group is None or group.community_id != actor.community_id:
            raise ValueRefusedError(
                "/household_group_id", "The community has no such household group."
            )


def _refuse_taken(
    session: Session,
    actor: StaffMember,
    part: type[Area] | type[HouseholdGroup],
    name: str,
    taken: str,
) -> None:
    """Refuse a name that differs from another in nothing but blanks, case or width."""
    names = session.scalars(select(part.name).where(part.community_id == actor.community_id))
    if reference_key(name) in map(reference_key, names):
        raise AlreadyExistsError(taken)


def _note(
    session: Session,
    actor: StaffMember,
    action: str,
    record: Area | HouseholdGroup,
    *,
    now: datetime,
) -> None:
    note(session, actor, action, community_id=actor.community_id, subject_id=record.id, now=now)
    session.flush()
