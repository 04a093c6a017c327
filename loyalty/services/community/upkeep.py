"""What was found when the service was looked after, told to each community it serves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from loyalty.models import Community, UpkeepReport
from loyalty.rules.upkeep import (
    UpkeepFact,
    UpkeepSubject,
    UpkeepTrouble,
    find_upkeep_trouble,
)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """How one thing stands."""

    subject: UpkeepSubject
    report: UpkeepReport | None
    """None where it has never been looked at."""
    trouble: UpkeepTrouble | None


def keep_report(
    session: Session,
    community_id: UUID,
    subject: UpkeepSubject,
    *,
    ok: bool,
    facts: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write down what was found, in place of what was found before."""
    found = {"at": now, "ok": ok, "facts": dict(facts)}
    session.execute(
        insert(UpkeepReport)
        .values(community_id=community_id, subject=subject, **found)
        .on_conflict_do_update(constraint="pk_upkeep_report", set_=found)
    )


def find_report(
    session: Session, community_id: UUID, subject: UpkeepSubject
) -> UpkeepReport | None:
    """Return what was found the last time."""
    return session.scalar(
        select(UpkeepReport).where(
            UpkeepReport.community_id == community_id, UpkeepReport.subject == subject
        )
    )


def list_upkeep(session: Session, community_id: UUID, *, now: datetime) -> list[Upkeep]:
    """Return how everything stands that is looked after."""
    community = session.get_one(Community, community_id)
    since = None if community.demonstration else community.created_at
    return [
        Upkeep(subject, report, find_upkeep_trouble(subject, fact_of(report), since=since, now=now))
        for subject in UpkeepSubject
        for report in (find_report(session, community_id, subject),)
    ]


def fact_of(report: UpkeepReport | None) -> UpkeepFact | None:
    """Return what the rules judge of a report."""
    return None if report is None else UpkeepFact(report.at, report.ok)
