"""Residents from an uploaded table."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Area, HouseholdGroup, Resident
from loyalty.rules.typed_text import name_key, reference_key
from loyalty.services.actors import StaffMember
from loyalty.services.headings import RESIDENTS
from loyalty.services.import_asks import asks_about_residents
from loyalty.services.import_cells import named, one_of, phone, placed, without_remark, yes_or_no
from loyalty.services.import_intake import Intake
from loyalty.services.import_layout import Column, Part, RowFaultCode
from loyalty.services.residents import CreateResident, new_resident
from loyalty.services.table_cells import CellMark

SHARED = frozenset({CellMark.MERGED})
"""What holds for several people, a cell beside all of them may say."""

UNIT_PARTS = (
    Part("unit.compound", RESIDENTS["unit.compound"], only_if_different=True),
    Part("unit.building", RESIDENTS["unit.building"], "栋", needed=True, decisive=True),
    Part("unit.entrance", RESIDENTS["unit.entrance"], "单元"),
    Part("unit.room", RESIDENTS["unit.room"], needed=True),
)
"""An address in columns of its own: ``3``, ``2``, ``501`` is ``3栋2单元501``."""


def resident_intake(
    session: Session, actor: StaffMember, *, now: datetime
) -> Intake[CreateResident]:
    """Return how rows of residents are judged, as of now, and taken in."""
    residents = _residents(session, actor)

    def add(requests: Sequence[CreateResident], import_id: UUID) -> None:
        session.add_all(
            new_resident(actor, request, now=now, import_id=import_id) for request in requests
        )

    return Intake(
        columns=_columns(session, actor),
        request_of=lambda values: CreateResident(**values),
        key_of=lambda request: (
            name_key(request.name),
            reference_key(request.unit),
            reference_key(request.household_ref),
        ),
        known=frozenset(
            (name_key(name), reference_key(unit), reference_key(household))
            for name, unit, household in residents
        ),
        add=add,
        asks=asks_about_residents(_households_at(residents)),
        spelt_alike={"household_ref": [household for _, _, household in residents]},
    )


def _residents(session: Session, actor: StaffMember) -> list[tuple[str, str, str]]:
    """Return name, address and household of everybody the community knows."""
    rows = session.execute(
        select(Resident.name, Resident.unit, Resident.household_ref).where(
            Resident.community_id == actor.community_id
        )
    )
    return [(name, unit, household_ref) for name, unit, household_ref in rows]


def _households_at(residents: Sequence[tuple[str, str, str]]) -> Mapping[str, Sequence[str]]:
    """Return who lives at each address, by its key."""
    households = defaultdict[str, dict[str, None]](dict)
    for _, unit, household_ref in residents:
        households[reference_key(unit)][household_ref] = None
    return {unit: list(refs) for unit, refs in households.items()}


def _columns(session: Session, actor: StaffMember) -> list[Column]:
    areas = _ids_by_name(session, actor, Area)
    groups = _ids_by_name(session, actor, HouseholdGroup)
    area = one_of(areas, RowFaultCode.UNKNOWN_AREA)
    group = one_of(groups, RowFaultCode.UNKNOWN_HOUSEHOLD_GROUP)
    return [
        name_column(required=True),
        unit_column(required=True),
        _column("phone", phone),
        _column("adult", yes_or_no, required=True),
        _column("household_ref", placed, required=True, takes=SHARED),
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
    return Column("unit", heading, others, placed, required, takes, parts=UNIT_PARTS)


def _column(
    field: str,
    read: Callable[[str], Any],
    *,
    required: bool = False,
    takes: frozenset[CellMark] = frozenset(),
) -> Column:
    heading, *others = RESIDENTS[field]
    return Column(field, heading, others, read, required, takes)


def _ids_by_name(
    session: Session, actor: StaffMember, part: type[Area] | type[HouseholdGroup]
) -> list[tuple[str, UUID]]:
    rows = session.execute(
        select(part.name, part.id).where(part.community_id == actor.community_id)
    )
    return [(name, part_id) for name, part_id in rows]
