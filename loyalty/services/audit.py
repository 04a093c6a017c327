"""The trace that every act leaves: written, and read by a manager."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent
from loyalty.services.actors import Programme, SignedInResident, StaffMember, Till
from loyalty.services.paging import Page, fetch_page


def note(
    session: Session,
    actor: StaffMember | Till | SignedInResident | Programme | None,
    action: str,
    *,
    community_id: UUID,
    subject_id: UUID | None,
    now: datetime,
    **detail: Any,
) -> None:
    """Leave a trace of one act: codes and ids only, never a name or a card's number.

    Args:
        actor: None where the public acts.
    """
    actor_id = None
    match actor:
        case StaffMember():
            actor_kind, actor_id = "staff", actor.account_id
        case Till():
            actor_kind, actor_id = "till", actor.till_id
        case SignedInResident():
            actor_kind, actor_id = "resident", actor.resident_id
        case Programme():
            actor_kind = "system"
        case None:
            actor_kind = "public"
    session.add(
        AuditEvent(
            community_id=community_id,
            at=now,
            action=action,
            actor_kind=actor_kind,
            actor_id=actor_id,
            subject_id=subject_id,
            detail=detail,
        )
    )


def find_audit_events(
    session: Session, actor: StaffMember, *, limit: int, after: UUID | None
) -> Page[AuditEvent]:
    """Return what was done in the actor's community, the newest first."""
    query = select(AuditEvent).where(AuditEvent.community_id == actor.community_id)
    return fetch_page(session, query, AuditEvent, limit=limit, after=after, newest_first=True)
