"""Residents from an uploaded table."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from loyalty.models import Area, HouseholdGroup, Resident
from loyalty.rules.likeness import parts_of_address
from loyalty.rules.typed_text import make_name_key, make_reference_key
from loyalty.services.imports.asks import asks_about_residents
from loyalty.services.imports.cells import home, named, one_of, phone, without_remark, yes_or_no
from loyalty.services.imports.headings import RESIDENTS
from loyalty.services.imports.intake import Intake
from loyalty.services.imports.layout import Column, Part, RowFaultCode
from loyalty.services.imports.people_named import KnownPerson
from loyalty.services.imports.table_cells import CellMark
from loyalty.services.people.residents import CreateResident, new_resident
from loyalty.services.work import Work

SHARED = frozenset({CellMark.MERGED})
"""What holds for several people, a cell beside all of them may say."""

UNIT_PARTS = (
    Part("unit.compound", RESIDENTS["unit.compound"], only_if_different=True),
    Part("unit.building", RESIDENTS["unit.building"], "栋", needed=True, decisive=True),
    Part("unit.entrance", RESIDENTS["unit.entrance"], "单元"),
    Part("unit.room", RESIDENTS["unit.room"], needed=True),
)
"""An address in columns of its own: ``3``, ``2``, ``501`` is ``3栋2单元501``."""


def resident_intake(work: Work) -> Intake[CreateResident]:
    """Return how rows of residents are judged, as of now, and taken in."""
    residents = _residents(work)

    def add(requests: Sequence[CreateResident], import_id: UUID) -> None:
        work.session.add_all(
            new_resident(work, request, import_id=import_id) for request in requests
        )

    return Intake(
        columns=_columns(work),
        request_of=lambda values: CreateResident(**values),
        key_of=_key,
        known=frozenset(map(_key, residents)),
        add=add,
        asks=asks_about_residents(_households_at(residents)),
        means_people=True,
        alike_of=_likeness,
        alike_known=_alike(residents),
        spelt_alike={"household_ref": [person.household_ref for person in residents]},
    )


def _residents(work: Work) -> list[KnownPerson]:
    """Return everybody the community knows, those who moved away included."""
    rows = work.session.execute(
        select(Resident.id, Resident.name, Resident.unit, Resident.household_ref).where(
            Resident.community_id == work.community_id
        )
    )
    return [KnownPerson(*row) for row in rows]


def _key(person: KnownPerson | CreateResident) -> tuple[str, str, str]:
    """Return by what two rows are known to be about one person."""
    home = make_reference_key(person.unit), make_reference_key(person.household_ref)
    return make_name_key(person.name), *home


def _households_at(residents: Sequence[KnownPerson]) -> Mapping[str, Sequence[str]]:
    """Return who lives at each address, by its key."""
    households = defaultdict[str, dict[str, None]](dict)
    for person in residents:
        households[make_reference_key(person.unit)][person.household_ref] = None
    return {unit: list(refs) for unit, refs in households.items()}


def _alike(residents: Sequence[KnownPerson]) -> dict[Hashable, list[Mapping[str, str]]]:
    """Return whom a row may mean that spells an address otherwise."""
    alike = defaultdict[Hashable, list[Mapping[str, str]]](list)
    for person in residents:
        alike[_likeness(person)].append(person.choice())
    return alike


def _likeness(person: KnownPerson | CreateResident) -> Hashable:
    """Return what a name and an address have in common with other spellings of them."""
    parts = parts_of_address(person.unit)
    return (make_name_key(person.name), parts) if parts else None


def _columns(work: Work) -> list[Column]:
    areas = _ids_by_name(work, Area)
    groups = _ids_by_name(work, HouseholdGroup)
    area = one_of(areas, RowFaultCode.UNKNOWN_AREA)
    group = one_of(groups, RowFaultCode.UNKNOWN_HOUSEHOLD_GROUP)
    return [
        name_column(required=True),
        unit_column(required=True),
        _column("phone", phone),
        _column("adult", yes_or_no, required=True),
        _column("household_ref", home, required=True, takes=SHARED),
        _column("area_id", area, takes=SHARED),
        _column("household_group_id", group, takes=SHARED),
        _column("consent_membership", yes_or_no),
        _column("consent_publicity", yes_or_no),
        _column("consent_contact", yes_or_no),
    ]


def name_column(*, required: bool) -> Column:
    """Return the column with the names of people."""
    heading, *others = RESIDENTS["name"]
    return Column("name", heading, others, named, required=required, complete=without_remark)


def unit_column(*, required: bool) -> Column:
    """Return the column with the addresses of people, which may stand in several."""
    heading, *others = RESIDENTS["unit"]
    takes = SHARED | {CellMark.LINES}
    return Column("unit", heading, others, home, required, takes, parts=UNIT_PARTS)


def _column(
    field: str,
    read: Callable[[str], Any],
    *,
    required: bool = False,
    takes: frozenset[CellMark] = frozenset(),
) -> Column:
    heading, *others = RESIDENTS[field]
    return Column(field, heading, others, read, required, takes)


def _ids_by_name(work: Work, part: type[Area] | type[HouseholdGroup]) -> list[tuple[str, UUID]]:
    rows = work.session.execute(
        select(part.name, part.id).where(part.community_id == work.community_id)
    )
    return [(name, part_id) for name, part_id in rows]
