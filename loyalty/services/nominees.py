"""Nominating many at once: the people of a file, of a search, or of an import."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Resident
from loyalty.rules.typed_text import name_key, reference_key
from loyalty.services.actors import StaffMember
from loyalty.services.errors import ValueRefusedError
from loyalty.services.import_cells import called, named
from loyalty.services.import_layout import (
    CellRefusedError,
    Column,
    FileRow,
    RowFault,
    RowFaultCode,
    laid_out,
)
from loyalty.services.imports import import_of
from loyalty.services.nominations import Nominate, nominate
from loyalty.services.tables import TableRow

MOST_AT_ONCE = 1000

_COLUMNS = (
    Column("name", "姓名", ("居民姓名", "name"), named, required=True),
    Column("unit", "住址", ("楼栋房号", "地址", "unit", "address"), called, required=True),
)


@dataclass(frozen=True, slots=True)
class NomineeTable:
    """Whom a file names."""

    residents: Sequence[Resident]
    """Those the community knows, each once, in the order of the file."""
    faults: Sequence[RowFault]
    """Rows that name nobody the community knows, or more than one person."""


@dataclass(frozen=True, slots=True)
class NominateSeveral:
    """One voice for each of several residents."""

    round_id: UUID
    honour: str
    """Code of the honour."""
    resident_ids: Sequence[UUID]
    source: str
    """One of `nominations.SOURCES`."""


def nominees_in(session: Session, actor: StaffMember, rows: Sequence[TableRow]) -> NomineeTable:
    """Return whom a table with names and homes means; nothing is written."""
    table = laid_out(rows, _COLUMNS)
    known = _residents_by_name(session, actor)
    residents: dict[UUID, Resident] = {}
    faults = [fault for fault in table.faults if fault.code is RowFaultCode.MISSING_HEADING]
    for row in table.rows:
        try:
            resident = _resident_in(row, known)
        except CellRefusedError as refusal:
            field = refusal.field or "name"
            faults.append(RowFault(row.number, table.headings[field], refusal.code, refusal.values))
        else:
            residents[resident.id] = resident
    return NomineeTable(list(residents.values()), faults)


def residents_imported(session: Session, actor: StaffMember, import_id: UUID) -> Sequence[Resident]:
    """Return the people an import has added, in the order of their pinyin.

    Raises:
        UnknownRecordError: the community has no such import.
    """
    job = import_of(session, actor, import_id)
    return session.scalars(
        select(Resident)
        .where(Resident.import_id == job.id)
        .order_by(Resident.name_pinyin, Resident.id)
    ).all()


def nominate_several(
    session: Session, actor: StaffMember, request: NominateSeveral, *, now: datetime
) -> int:
    """Record a nomination for each person, all or none; return how many.

    Raises:
        RoundStateError: the round is not open.
        ValueRefusedError: nobody or too many are named, or somebody is unknown.
    """
    if not 0 < len(request.resident_ids) <= MOST_AT_ONCE:
        raise ValueRefusedError("/resident_ids", f"Name 1 to {MOST_AT_ONCE} people.")
    for resident_id in request.resident_ids:
        voice = Nominate(request.round_id, request.honour, resident_id, request.source)
        nominate(session, actor, voice, now=now)
    return len(request.resident_ids)


def _residents_by_name(
    session: Session, actor: StaffMember
) -> defaultdict[tuple[str, str], list[Resident]]:
    by_name = defaultdict[tuple[str, str], list[Resident]](list)
    for resident in session.scalars(
        select(Resident).where(
            Resident.community_id == actor.community_id, Resident.state == "active"
        )
    ):
        by_name[resident.name_key, resident.unit_key].append(resident)
    return by_name


def _resident_in(row: FileRow, known: defaultdict[tuple[str, str], list[Resident]]) -> Resident:
    """Return the one person whom a row names."""
    values = {}
    for column in _COLUMNS:
        if column.field not in row.cells:
            raise CellRefusedError(RowFaultCode.REQUIRED, field=column.field)
        values[column.field] = column.read(row.cells[column.field])
    namesakes = known.get((name_key(values["name"]), reference_key(values["unit"])), [])
    if not namesakes:
        raise CellRefusedError(RowFaultCode.UNKNOWN_RESIDENT)
    if len(namesakes) > 1:
        raise CellRefusedError(RowFaultCode.SEVERAL_RESIDENTS)
    return namesakes[0]
