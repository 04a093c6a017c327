"""The parts of a community: liaison areas and household groups."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Area, HouseholdGroup, PartChange, Resident
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.actors import StaffMember
from loyalty.services.changes import AS_IT_WAS, AsItWas, members_of, value_or
from loyalty.services.errors import AlreadyExistsError, ValueRefusedError
from loyalty.services.paging import Page, fetch_page
from loyalty.services.people.new_names import add_under_new_name, rename
from loyalty.services.work import Lock, Work


@dataclass(frozen=True, slots=True)
class CreateArea:
    """A liaison area (责任区)."""

    name: str
    import_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ChangeArea:
    """What a liaison area is called from now on."""

    area_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    name: str
    reason: str | None = None
    """Why, in words; it stays with the history of the area."""


@dataclass(frozen=True, slots=True)
class CreateHouseholdGroup:
    """About ten households with one household head (联户单元)."""

    name: str
    area_id: UUID | None = None
    import_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ChangeHouseholdGroup:
    """New values of some members of a household group."""

    group_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    name: str | AsItWas = AS_IT_WAS
    area_id: UUID | AsItWas | None = AS_IT_WAS
    reason: str | None = None
    """Why, in words; it stays with the history of the group."""


def find_areas(work: Work, *, limit: int, after: UUID | None) -> Page[Area]:
    """Return the liaison areas, the oldest first."""
    query = work.select(Area)
    return fetch_page(work.session, query, Area, limit=limit, after=after)


def create_area(work: Work, request: CreateArea, *, names: Container[str] | None = None) -> Area:
    """Add a liaison area.

    Args:
        names: as of `_refuse_taken`.

    Raises:
        AlreadyExistsError: there is one with this name.
    """
    taken = "There is a liaison area with this name already."
    _refuse_taken(work, Area, request.name, taken, names)
    area = Area(community_id=work.community_id, **members_of(request))
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


def list_household_groups(work: Work) -> Sequence[HouseholdGroup]:
    """Return all household groups, the oldest first."""
    query = work.select(HouseholdGroup).order_by(HouseholdGroup.id)
    return work.session.scalars(query).all()


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
    groups = list_household_groups(work)
    return [
        AreaStanding(
            area, counted.get(area.id, 0), [one for one in groups if one.area_id == area.id]
        )
        for area in work.session.scalars(work.select(Area).order_by(Area.id))
    ]


def change_area(work: Work, request: ChangeArea) -> Area:
    """Call an area something else; who belongs to it stays.

    Raises:
        AlreadyExistsError: another area has the name.
        StaleRecordError: somebody changed it since.
    """
    area = work.find(Area, request.area_id, lock=Lock.CHANGE, version=request.version)
    before = {"name": area.name}
    _rename(work, area, request.name, "There is a liaison area with this name already.")
    _record_changes(work, area, before, reason=request.reason)
    work.note("area.changed", area)
    return area


def find_household_groups(work: Work, *, limit: int, after: UUID | None) -> Page[HouseholdGroup]:
    """Return the household groups, the oldest first."""
    query = work.select(HouseholdGroup)
    return fetch_page(work.session, query, HouseholdGroup, limit=limit, after=after)


def create_household_group(
    work: Work, request: CreateHouseholdGroup, *, names: Container[str] | None = None
) -> HouseholdGroup:
    """Add a household group.

    Args:
        names: as of `_refuse_taken`.

    Raises:
        AlreadyExistsError: there is one with this name.
        ValueRefusedError: its area is unknown.
    """
    refuse_foreign(work.session, work.actor, area_id=request.area_id)
    taken = "There is a household group with this name already."
    _refuse_taken(work, HouseholdGroup, request.name, taken, names)
    group = HouseholdGroup(community_id=work.community_id, **members_of(request))
    add_under_new_name(work.session, group, taken)
    work.note("household_group.created", group)
    return group


def change_household_group(work: Work, request: ChangeHouseholdGroup) -> HouseholdGroup:
    """Rename a household group, or let it lie in another area; who belongs to it stays as it is.

    Raises:
        AlreadyExistsError: another group has the name.
        StaleRecordError: somebody changed it since.
        ValueRefusedError: the area is unknown.
    """
    refuse_foreign(work.session, work.actor, area_id=value_or(request.area_id, None))
    group = work.find(HouseholdGroup, request.group_id, lock=Lock.CHANGE, version=request.version)
    before = {"name": group.name, "area_id": _as_text(group.area_id)}
    name = value_or(request.name, group.name)
    _rename(work, group, name, "There is a household group with this name already.")
    group.area_id = value_or(request.area_id, group.area_id)
    _record_changes(work, group, before, reason=request.reason)
    work.note("household_group.changed", group)
    return group


def find_part_changes(
    work: Work, part: Area | HouseholdGroup, *, limit: int, after: UUID | None = None
) -> Page[PartChange]:
    """Return what was changed of an area or a household group, the newest first."""
    column = PartChange.area_id if isinstance(part, Area) else PartChange.household_group_id
    query = work.select(PartChange).where(column == part.id)
    return fetch_page(work.session, query, PartChange, limit=limit, after=after, newest_first=True)


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
    names: Container[str] | None = None,
) -> None:
    """Refuse a name that differs from another in nothing but blanks, case or width.

    Args:
        names: the keys of those there are, where many are added at once; None reads them.
    """
    if names is None:
        names = {make_reference_key(one.name) for one in work.session.scalars(work.select(part))}
    if make_reference_key(name) in names:
        raise AlreadyExistsError(taken)


def _rename(work: Work, part: Area | HouseholdGroup, name: str, taken: str) -> None:
    """Give a part another name; of two that take one name at once, the database lets in one."""
    if make_reference_key(name) != make_reference_key(part.name):
        _refuse_taken(work, type(part), name, taken)
    rename(work.session, part, name, taken)


def _record_changes(
    work: Work, part: Area | HouseholdGroup, before: Mapping[str, str | None], *, reason: str | None
) -> None:
    """Write down each member that is no longer as it was."""
    of_it = "area_id" if isinstance(part, Area) else "household_group_id"
    for member, earlier in before.items():
        value = _as_text(getattr(part, member))
        if value != earlier:
            work.session.add(
                PartChange(
                    community_id=work.community_id,
                    **{of_it: part.id},
                    member=member,
                    before=earlier,
                    after=value,
                    reason=reason,
                    account_id=work.actor.account_id,
                    at=work.now,
                )
            )


def _as_text(value: UUID | str | None) -> str | None:
    return None if value is None else str(value)
