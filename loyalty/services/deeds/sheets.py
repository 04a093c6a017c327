"""Sign-in sheets: one day, one kind of deed, many people; taken in whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from loyalty.models import Deed, DeedKind, Resident
from loyalty.services.deeds.deeds import RecordDeed, get_deed_kind, make_deed
from loyalty.services.errors import RowsRefusedError, ValueRefusedError
from loyalty.services.work import Lock, Work


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One person who signed in."""

    resident_id: UUID
    points_hundredths: int | None = None
    """None counts what one deed of the kind counts."""


@dataclass(frozen=True, slots=True)
class RecordSheet:
    """One sign-in sheet."""

    done_on: date
    kind: str
    """Code of the kind."""
    source: str
    """What the sheet is called: this and the day identify it."""
    entries: Sequence[SheetEntry]


def record_sheet(work: Work, request: RecordSheet) -> Sequence[Deed]:
    """Write down the deeds of a sign-in sheet, all or none.

    Raises:
        RowsRefusedError: people who are unknown, stand on the sheet twice or were recorded from it
            before; it names each row.
        ValueRefusedError: the kind is unknown, or the day has not come yet.
    """
    if request.done_on > work.now.date():
        raise ValueRefusedError("/date", "The day has not come yet.")
    # No other sheet of the kind is taken in at the same moment.
    kind = work.find(DeedKind, get_deed_kind(work, request.kind).id, lock=Lock.CHANGE)
    if faults := _find_faults(work, request, kind):
        raise RowsRefusedError(faults)
    deeds = [make_deed(work, _make_request(request, entry), kind) for entry in request.entries]
    work.session.add_all(deeds)
    work.note("deeds.sheet_recorded", kind, kind=kind.code, deeds=len(deeds))
    return deeds


def list_people_on(work: Work, sheet: RecordSheet) -> Sequence[Resident]:
    """Return who has been recorded from a sheet, the last one first; its entries do not matter."""
    return work.session.scalars(
        select(Resident)
        .join_from(Resident, Deed)
        .join(Deed.kind)
        .where(
            Deed.community_id == work.community_id,
            DeedKind.code == sheet.kind,
            Deed.done_on == sheet.done_on,
            Deed.source == sheet.source,
        )
        .order_by(Deed.id.desc())
    ).all()


def _find_faults(work: Work, request: RecordSheet, kind: DeedKind) -> Mapping[str, str]:
    """Return what is wrong with the rows, by pointer."""
    named = [entry.resident_id for entry in request.entries]
    known = set(
        work.session.scalars(
            select(Resident.id).where(
                Resident.community_id == work.community_id, Resident.id.in_(named)
            )
        )
    )
    recorded = set(
        work.session.scalars(
            select(Deed.resident_id).where(
                Deed.community_id == work.community_id,
                Deed.resident_id.in_(named),
                Deed.kind_id == kind.id,
                Deed.done_on == request.done_on,
                Deed.source == request.source,
            )
        )
    )
    faults: dict[str, str] = {}
    for place, resident_id in enumerate(named):
        checks = (
            (resident_id not in known, "The community has no such resident."),
            (resident_id in recorded, "This deed has been recorded from this sheet before."),
            (resident_id in named[:place], "This person stands on the sheet twice."),
        )
        for wrong, sentence in checks:
            if wrong:
                faults.setdefault(f"/entries/{place}/resident_id", sentence)
    return faults


def _make_request(request: RecordSheet, entry: SheetEntry) -> RecordDeed:
    return RecordDeed(
        resident_id=entry.resident_id,
        kind=request.kind,
        done_on=request.done_on,
        source=request.source,
        points_hundredths=entry.points_hundredths,
    )
