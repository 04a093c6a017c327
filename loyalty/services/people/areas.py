"""The parts of a community: liaison areas and household groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Area, HouseholdGroup, Resident
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.actors import StaffMember
from loyalty.services.errors import AlreadyExistsError, ValueRefusedError
from loyalty.services.paging import Page, fetch_page
from loyalty.services.people.new_names import add_under_new_name
from loyalty.services.work import Lock, Work


@dataclass(frozen=True, slots=True)
class CreateArea:
    """A liaison area (责任区)."""

    name: str


@dataclass(frozen=True, slots=True)
class CreateHouseholdGroup:
    """About ten households with one household head (联户单元)."""

    name: str
    area_id: UUID | None = None


def find_areas(work: Work, *, limit: int, after: UUID | None) -> Page[Area]:
    """Return the liaison areas, the oldest first."""
    query = work.select(Area)
    return fetch_page(work.session, query, Area, limit=limit, after=after)


def create_area(work: Work, request: CreateArea) -> Area:
    """Add a liaison area.

    Raises:
        AlreadyExistsError: there is one with this name.
    """
    taken = "There is a liaison area with this name already."
    _refuse_taken(work, Area, request.name, taken)
    area = Area(community_id=work.community_id, name=request.name)
    add_under_new_name(work.session, area, taken)
    work.note("area.created", area)
    return area


@dataclass(frozen=True, slots=True)
class AreaStanding:
    """A liaison area, and what lies in it."""

    area: Area
    residents: int
    groups: Sequence[HouseholdGroup]

    @property
    def group_names(self) -> str:
        """Return what its household groups are called, in one line."""
        return " · ".join(one.name for one in self.groups)


def list_areas(work: Work) -> Sequence[AreaStanding]:
    """Return the areas, the oldest first, with their groups and their residents counted."""
    counted = dict(
        work.session.execute(
            select(Resident.area_id, func.count())
            .where(Resident.community_id == work.community_id, Resident.area_id.is_not(None))
            .group_by(Resident.area_id)
        )
        .tuples()
        .all()
    )
    groups = work.session.scalars(work.select(HouseholdGroup).order_by(HouseholdGroup.id)).all()
    return [
        AreaStanding(
            area, counted.get(area.id, 0), [one for one in groups if one.area_id == area.id]
        )
        for area in work.session.scalars(work.select(Area).order_by(Area.id))
    ]


def rename_area(work: Work, area_id: UUID, name: str) -> Area:
    """Call an area something else; who belongs to it stays.

    Raises:
        AlreadyExistsError: another area has the name.
    """
    area = work.find(Area, area_id, lock=Lock.CHANGE)
    if make_reference_key(name) != make_reference_key(area.name):
        _refuse_taken(work, Area, name, "There is a liaison area with this name already.")
    area.name = name
    work.note("area.renamed", area)
    return area


def find_household_groups(work: Work, *, limit: int, after: UUID | None) -> Page[HouseholdGroup]:
    """Return the household groups, the oldest first."""
    query = work.select(HouseholdGroup)
    return fetch_page(work.session, query, HouseholdGroup, limit=limit, after=after)


def create_household_group(work: Work, request: CreateHouseholdGroup) -> HouseholdGroup:
    """Add a household group.

    Raises:
        AlreadyExistsError: there is one with this name.
        ValueRefusedError: its area is unknown.
    """
    refuse_foreign(work.session, work.actor, area_id=request.area_id)
    taken = "There is a household group with this name already."
    _refuse_taken(work, HouseholdGroup, request.name, taken)
    group = HouseholdGroup(
        community_id=work.community_id, name=request.name, area_id=request.area_id
    )
    add_under_new_name(work.session, group, taken)
    work.note("household_group.created", group)
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
    if area_id is not None and session.get(Area, (actor.community_id, area_id)) is None:
        raise ValueRefusedError("/area_id", "The community has no such liaison area.")
    group = (actor.community_id, household_group_id)
    if household_group_id is not None and session.get(HouseholdGroup, group) is None:
        raise ValueRefusedError("/household_group_id", "The community has no such household group.")


def _refuse_taken(
    work: Work,
    part: type[Area] | type[HouseholdGroup],
    name: str,
    taken: str,
) -> None:
    """Refuse a name that differs from another in nothing but blanks, case or width."""
    if make_reference_key(name) in (
        make_reference_key(one.name) for one in work.session.scalars(work.select(part))
    ):
        raise AlreadyExistsError(taken)
