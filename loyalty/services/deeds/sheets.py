"""Sign-in sheets: one day, one kind of deed, many people; taken in whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Deed, DeedKind, Resident
from loyalty.services.actors import StaffMember
from loyalty.services.audit import note
from loyalty.services.deeds.deeds import RecordDeed, new_deed
from loyalty.services.errors import RowsRefusedError, ValueRefusedError


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
    """What the sheet is called: by this and the day it is told from any other."""
    entries: Sequence[SheetEntry]


def record_sheet(
    session: Session, actor: StaffMember, request: RecordSheet, *, now: datetime
) -> Sequence[Deed]:
    """Write down the deeds of a sign-in sheet, all or none.

    Raises:
        RowsRefusedError: people who are unknown, stand on the sheet twice or were recorded from it
            before; it names each row.
        ValueRefusedError: the kind is unknown, or the day has not come yet.
    """
    if request.done_on > now.date():
        raise ValueRefusedError("/date", "The day has not come yet.")
    kind = _held_kind(session, actor, request.kind)
    if faults := _faults(session, actor, request, kind):
        raise RowsRefusedError(faults)
    deeds = [new_deed(actor, _deed(request, entry), kind, now=now) for entry in request.entries]
    session.add_all(deeds)
    note(
        session,
        actor,
        "deeds.sheet_recorded",
        community_id=actor.community_id,
        subject_id=kind.id,
        now=now,
        kind=kind.code,
        deeds=len(deeds),
    )
    session.flush()
    return deeds


def people_on(session: Session, actor: StaffMember, sheet: RecordSheet) -> Sequence[Resident]:
    """Return who has been recorded from a sheet, the last one first; its entries do not matter."""
    return session.scalars(
        select(Resident)
        .join(Deed, Deed.resident_id == Resident.id)
        .join(DeedKind, DeedKind.id == Deed.kind_id)
        .where(
            Deed.community_id == actor.community_id,
            DeedKind.code == sheet.kind,
            Deed.done_on == sheet.done_on,
            Deed.source == sheet.source,
        )
        .order_by(Deed.id.desc())
    ).all()


def _held_kind(session: Session, actor: StaffMember, code: str) -> DeedKind:
    """Return a kind of which no other sheet is taken in at the same moment."""
    kind = session.scalar(
        select(DeedKind)
        .where(DeedKind.community_id == actor.community_id, DeedKind.code == code)
        .with_for_update(key_share=True)
    )
    if kind is None:
        raise ValueRefusedError("/kind", "The community counts no such kind of deed.")
    return kind


def _faults(
    session: Session, actor: StaffMember, request: RecordSheet, kind: DeedKind
) -> Mapping[str, str]:
    """Return what is wrong with the rows, by pointer."""
    named = [entry.resident_id for entry in request.entries]
    known = set(
        session.scalars(
            select(Resident.id).where(
                Resident.community_id == actor.community_id, Resident.id.in_(named)
            )
        )
    )
    recorded = set(
        session.scalars(
            select(Deed.resident_id).where(
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


def _deed(request: RecordSheet, entry: SheetEntry) -> RecordDeed:
    return RecordDeed(
        resident_id=entry.resident_id,
        kind=request.kind,
        done_on=request.done_on,
        source=request.source,
        points_hundredths=entry.points_hundredths,
    )
