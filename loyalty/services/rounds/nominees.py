"""Nominating many at once: the people of a list, of a search, or of an import."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from loyalty.models import ImportJob, Resident
from loyalty.services.errors import UnknownRecordError, ValueRefusedError
from loyalty.services.imports.jobs import ImportKind, read_import
from loyalty.services.people.residents import ERASED
from loyalty.services.selection.nominations import Voice, nominate_each
from loyalty.services.work import Work

MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class NominateSeveral:
    """One voice for each of several residents."""

    round_id: UUID
    honour: str
    """Code of the honour."""
    resident_ids: Sequence[UUID]
    source: str
    """One of `nominations.SOURCES`."""


def list_of_nominees(work: Work, import_id: UUID) -> ImportJob:
    """Return a list of names that was uploaded.

    Raises:
        UnknownRecordError: the community has no such list.
    """
    job = work.find(ImportJob, import_id)
    if job.kind != ImportKind.NOMINEES:
        raise UnknownRecordError("The import is no list of nominees.")
    return job


def nominees_in(work: Work, job: ImportJob) -> Sequence[Resident]:
    """Return the residents a list certainly means, each once, in its order."""
    reading = read_import(work, job)
    meant: list[UUID] = [resident_id for _, resident_id in reading.right] if reading else []
    residents = {
        resident.id: resident
        for resident in work.session.scalars(work.select(Resident).where(Resident.id.in_(meant)))
    }
    return [residents[resident_id] for resident_id in meant]


def residents_imported(work: Work, import_id: UUID) -> Sequence[Resident]:
    """Return the people an import has added, in the order of their pinyin.

    Raises:
        UnknownRecordError: the community has no such import.
    """
    job = work.find(ImportJob, import_id)
    return work.session.scalars(
        work.select(Resident)
        .where(Resident.import_id == job.id)
        .order_by(Resident.name_pinyin, Resident.id)
    ).all()


def nominate_several(work: Work, request: NominateSeveral) -> int:
    """Record a nomination for each person, all or none; return how many.

    Raises:
        RoundStateError: the round is not open.
        ValueRefusedError: nobody or too many are named, or somebody is unknown.
    """
    if not 0 < len(request.resident_ids) <= MOST_AT_ONCE:
        raise ValueRefusedError("/resident_ids", f"Name 1 to {MOST_AT_ONCE} people.")
    known = {
        resident.id: resident
        for resident in work.session.scalars(
            work.select(Resident).where(
                Resident.id.in_(request.resident_ids), Resident.state != ERASED
            )
        )
    }
    if not known.keys() >= set(request.resident_ids):
        raise ValueRefusedError("/resident_id", "The community has no such resident.")
    voices = [Voice(known[one], request.source, work.now) for one in request.resident_ids]
    nominate_each(work, request.round_id, request.honour, voices)
    return len(request.resident_ids)
