"""Residents from an uploaded table."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from loyalty.models import Area, HouseholdGroup, Resident
from loyalty.rules.likeness import parts_of_address
from loyalty.rules.typed_text import make_name_key, make_reference_key
from loyalty.services.imports.asks import list_resident_asks
from loyalty.services.imports.cells import (
    make_name_reader,
    read_home,
    read_person_name,
    read_phone,
    read_yes_or_no,
    strip_remark,
)
from loyalty.services.imports.headings import RESIDENTS
from loyalty.services.imports.intake import Intake, Spelling
from loyalty.services.imports.layout import Column, Part, RowFaultCode
from loyalty.services.imports.person_matching import KnownPerson, read_people
from loyalty.services.imports.table_cells import CellMark
from loyalty.services.people.consents import ConsentSource, Said, store_with_consents
from loyalty.services.people.residents import ERASED, CreateResident, make_resident
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


def make_resident_intake(work: Work) -> Intake[CreateResident]:
    """Return how rows of residents are judged, as of now, and taken in."""
    # Everybody the community knows, those who moved away included.
    residents = read_people(work, Resident.state != ERASED)

    def add(requests: Sequence[CreateResident], import_id: UUID) -> None:
        new = (make_resident(work, request, import_id=import_id) for request in requests)
        said = Said(ConsentSource.IMPORT, work.now, work.actor.account_id)
        store_with_consents(work.session, new, said)

    return Intake(
        columns=_make_columns(work),
        request_of=lambda values: CreateResident(**values),
        key_of=_key_of,
        known=frozenset(map(_key_of, residents)),
        add=add,
        asks=list_resident_asks(_group_households(residents)),
        means_people=True,
        alike_of=_likeness_of,
        alike_known=_group_alike(residents),
        spelt_alike={"household_ref": Spelling([person.household_ref for person in residents])},
    )


def _key_of(person: KnownPerson | CreateResident) -> tuple[str, str, str]:
    """Return by what two rows are known to be about one person."""
    home = make_reference_key(person.unit), make_reference_key(person.household_ref)
    return make_name_key(person.name), *home


def _group_households(residents: Sequence[KnownPerson]) -> Mapping[str, Sequence[str]]:
    """Return who lives at each address, by its key."""
    households = defaultdict[str, dict[str, None]](dict)
    for person in residents:
        households[make_reference_key(person.unit)][person.household_ref] = None
    return {unit: list(refs) for unit, refs in households.items()}


def _group_alike(residents: Sequence[KnownPerson]) -> dict[Hashable, list[Mapping[str, str]]]:
    """Return whom a row may mean that spells an address otherwise."""
    alike = defaultdict[Hashable, list[Mapping[str, str]]](list)
    for person in residents:
        alike[_likeness_of(person)].append(person.to_choice())
    return alike


def _likeness_of(person: KnownPerson | CreateResident) -> Hashable:
    """Return what a name and an address have in common with other spellings of them."""
    parts = parts_of_address(person.unit)
    return (make_name_key(person.name), parts) if parts else None


def _make_columns(work: Work) -> list[Column]:
    areas = _list_ids_by_name(work, Area)
    groups = _list_ids_by_name(work, HouseholdGroup)
    area = make_name_reader(areas, RowFaultCode.UNKNOWN_AREA)
    group = make_name_reader(groups, RowFaultCode.UNKNOWN_HOUSEHOLD_GROUP)
    return [
        make_name_column(required=True),
        make_unit_column(required=True),
        _make_column("phone", read_phone),
        _make_column("adult", read_yes_or_no, required=True),
        _make_column("household_ref", read_home, required=True, takes=SHARED),
        _make_column("area_id", area, takes=SHARED),
        _make_column("household_group_id", group, takes=SHARED),
        _make_column("consent_membership", read_yes_or_no),
        _make_column("consent_publicity", read_yes_or_no),
        _make_column("consent_contact", read_yes_or_no),
    ]


def make_name_column(*, required: bool) -> Column:
    """Return the column with the names of people."""
    heading, *others = RESIDENTS["name"]
    return Column(
        "name", heading, others, read_person_name, required=required, complete=strip_remark
    )


def make_unit_column(*, required: bool) -> Column:
    """Return the column with the addresses of people, which may stand in several."""
    heading, *others = RESIDENTS["unit"]
    takes = SHARED | {CellMark.LINES}
    return Column("unit", heading, others, read_home, required, takes, parts=UNIT_PARTS)


def _make_column(
    field: str,
    read: Callable[[str], Any],
    *,
    required: bool = False,
    takes: frozenset[CellMark] = frozenset(),
) -> Column:
    heading, *others = RESIDENTS[field]
    return Column(field, heading, others, read, required, takes)


def _list_ids_by_name(
    work: Work, part: type[Area] | type[HouseholdGroup]
) -> list[tuple[str, UUID]]:
    rows = work.session.execute(
        select(part.name, part.id).where(part.community_id == work.community_id)
    )
    return [(name, part_id) for name, part_id in rows]
