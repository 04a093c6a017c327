"""Taking back what an import added, as long as nothing has come of it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.orm import Session

from loyalty.models import (
    Candidate,
    Card,
    CertificationEvent,
    Deed,
    ImportJob,
    Redemption,
    Resident,
    Round,
    RoundList,
    Shop,
    Till,
)
from loyalty.rules.certification import CertificationAction

ADDED: Mapping[str, type[Resident] | type[Shop] | type[Deed]] = MappingProxyType(
    {"residents": Resident, "shops": Shop, "deeds": Deed}
)


def find_uses(session: Session, job: ImportJob) -> list[str]:
    """Return the codes of everything that has come of what an import added.

    What it added is locked first, so that nothing comes of it while the answer is used.
    """
    record = ADDED[job.kind]
    session.execute(select(record.id).where(record.import_id == job.id).with_for_update())
    questions = {
        "residents": _select_uses_of_residents,
        "shops": _select_uses_of_shops,
        "deeds": _select_uses_of_deeds,
    }[job.kind](job)
    return [use for use, query in questions.items() if session.scalar(select(exists(query)))]


def remove_added(session: Session, job: ImportJob) -> None:
    """Remove the records an import added."""
    record = ADDED[job.kind]
    session.execute(delete(record).where(record.import_id == job.id))


def _select_uses_of_residents(job: ImportJob) -> dict[str, Select[Any]]:
    added = select(Resident.id).where(Resident.import_id == job.id)
    return {
        "changed": added.where(Resident.version > 1),
        "deeds": select(Deed.id).where(Deed.resident_id.in_(added)),
        "candidates": select(Candidate.id).where(Candidate.resident_id.in_(added)),
        "cards": select(Card.id).where(Card.resident_id.in_(added)),
    }


def _select_uses_of_shops(job: ImportJob) -> dict[str, Select[Any]]:
    added = select(Shop.id).where(Shop.import_id == job.id)
    return {
        "changed": added.where(Shop.version > 1),
        "certification": select(CertificationEvent.id).where(
            CertificationEvent.shop_id.in_(added),
            CertificationEvent.action != CertificationAction.APPLY.value,
        ),
        "tills": select(Till.id).where(Till.shop_id.in_(added)),
        "redemptions": select(Redemption.id).where(Redemption.shop_id.in_(added)),
    }


def _select_uses_of_deeds(job: ImportJob) -> dict[str, Select[Any]]:
    """A deed has been used once a round that counted it is frozen."""
    doers = select(Deed.resident_id).where(Deed.import_id == job.id)
    counted = (
        select(Candidate.id)
        .join(Candidate.round_list)
        .join(Round, Round.id == RoundList.round_id)
        .where(Candidate.resident_id.in_(doers), Round.frozen_at >= job.applied_at)
    )
    return {"rounds": counted}
