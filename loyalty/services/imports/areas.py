"""Liaison areas and household groups from an uploaded table: new ones, and known ones renamed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from loyalty.models import Area, HouseholdGroup
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.changes import AS_IT_WAS, AsItWas, value_or
from loyalty.services.imports.cells import make_name_reader, read_label
from loyalty.services.imports.headings import AREAS, HOUSEHOLD_GROUPS
from loyalty.services.imports.intake import Change, Intake
from loyalty.services.imports.layout import CellRefusedError, Column, RowFaultCode
from loyalty.services.imports.listed import (
    find_changes,
    find_listed,
    make_listed_columns,
    refuse_stale,
)
from loyalty.services.people.areas import (
    ChangeArea,
    ChangeHouseholdGroup,
    CreateArea,
    CreateHouseholdGroup,
    change_area,
    change_household_group,
    create_area,
    create_household_group,
)
from loyalty.services.work import Work

NO_AREA = "不分责任区"
"""What a table says of a group that lies in no area; an empty cell leaves it where it is."""

Part = TypeVar("Part", Area, HouseholdGroup)


@dataclass(frozen=True, slots=True)
class PartRow:
    """What a row says of an area, or of a household group."""

    name: str
    known: Area | HouseholdGroup | None = None
    """Which it is; None is a new one."""
    area_id: UUID | AsItWas | None = AS_IT_WAS
    changes: Sequence[Change] = ()


def make_area_intake(work: Work) -> Intake[PartRow]:
    """Return how rows of areas are judged, as of now, and taken in."""
    known = {one.id: one for one in work.session.scalars(work.select(Area))}
    by_name = _by_name(known.values())

    def add(requests: Sequence[PartRow], import_id: UUID) -> None:
        for row in requests:
            if row.known is None:
                create_area(work, CreateArea(row.name, import_id=import_id), names=by_name)
            else:
                change_area(work, ChangeArea(row.known.id, row.known.version, row.name))

    return _make_intake(
        _make_columns(AREAS, {}), lambda values: _make_row(values, known, by_name, {}), add
    )


def make_household_group_intake(work: Work) -> Intake[PartRow]:
    """Return how rows of household groups are judged, as of now, and taken in."""
    known = {one.id: one for one in work.session.scalars(work.select(HouseholdGroup))}
    by_name = _by_name(known.values())
    places: dict[UUID | None, str] = {None: NO_AREA}
    places |= {one.id: one.name for one in work.session.scalars(work.select(Area))}
    named = [(name, area_id) for area_id, name in places.items()]
    readers = {"area_id": make_name_reader(named, RowFaultCode.UNKNOWN_AREA)}

    def add(requests: Sequence[PartRow], import_id: UUID) -> None:
        for row in requests:
            if row.known is None:
                in_area = value_or(row.area_id, None)
                new = CreateHouseholdGroup(row.name, in_area, import_id)
                create_household_group(work, new, names=by_name)
            else:
                wanted = ChangeHouseholdGroup(
                    row.known.id, row.known.version, row.name, row.area_id
                )
                change_household_group(work, wanted)

    return _make_intake(
        _make_columns(HOUSEHOLD_GROUPS, readers),
        lambda values: _make_row(values, known, by_name, places),
        add,
    )


def tell_place(group: HouseholdGroup, areas: Mapping[UUID | None, str]) -> str:
    """Return what a table says of where a group lies."""
    return areas.get(group.area_id, NO_AREA)


def _make_intake(
    columns: Sequence[Column],
    request_of: Callable[[dict[str, Any]], PartRow],
    add: Callable[[Sequence[PartRow], UUID], None],
) -> Intake[PartRow]:
    return Intake(
        columns=columns,
        request_of=request_of,
        key_of=lambda row: make_reference_key(row.name),
        known=frozenset(),
        add=add,
        record_of=lambda row: row.known.id if row.known else None,
        changes_of=lambda row: row.changes,
    )


def _make_columns(
    headings: Mapping[str, Sequence[str]], readers: Mapping[str, Callable[[str], Any]]
) -> list[Column]:
    own = {"name": read_label, **readers}
    return [
        *(
            Column(field, headings[field][0], headings[field][1:], read, required=field == "name")
            for field, read in own.items()
        ),
        *make_listed_columns(),
    ]


def _by_name(parts: Iterable[Part]) -> Mapping[str, Part]:
    """Return what is known by the key of its name."""
    return {make_reference_key(one.name): one for one in parts}


def _make_row(
    values: dict[str, Any],
    known: Mapping[UUID, Part],
    by_name: Mapping[str, Part],
    places: Mapping[UUID | None, str],
) -> PartRow:
    """Return what a row asks for; one that says what is known already is no request.

    Args:
        places: by id: what the areas are called that a group may lie in; of areas, none.
    """
    area_id = values.get("area_id", AS_IT_WAS)
    row = PartRow(values["name"], area_id=area_id)
    namesake = by_name.get(make_reference_key(row.name))
    part = find_listed(values, known)
    if part is None:
        if namesake is not None:
            _refuse_namesake(row, namesake, places)
        return row
    if namesake is not None and namesake is not part:
        raise CellRefusedError(RowFaultCode.NAME_TAKEN, field="name")
    changes = find_changes(_tell(part, places), _tell_row(row, places))
    if not changes:
        raise CellRefusedError(RowFaultCode.EXISTS)
    refuse_stale(values, part)
    return PartRow(row.name, part, area_id, changes)


def _refuse_namesake(
    row: PartRow, known: Area | HouseholdGroup, places: Mapping[UUID | None, str]
) -> None:
    """Refuse a row without a number that names what is known: it changes nothing."""
    told = _tell(known, places)
    for change in find_changes(told, _tell_row(row, places)):
        if change.field != "name":
            raise CellRefusedError(
                RowFaultCode.KNOWN_OTHERWISE, field=change.field, known=change.before
            )
    raise CellRefusedError(RowFaultCode.EXISTS)


def _tell(part: Area | HouseholdGroup, places: Mapping[UUID | None, str]) -> dict[str, str]:
    if isinstance(part, Area):
        return {"name": part.name}
    return {"name": part.name, "area_id": tell_place(part, places)}


def _tell_row(row: PartRow, places: Mapping[UUID | None, str]) -> dict[str, str]:
    if isinstance(row.area_id, AsItWas):
        return {"name": row.name}
    return {"name": row.name, "area_id": places[row.area_id]}
