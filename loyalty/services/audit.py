"""Reading the trace that every act leaves."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent
from loyalty.services.actors import StaffMember
from loyalty.services.paging import Page, page


def audit_events(
    session: Session, actor: StaffMember, *, limit: int, after: UUID | None
) -> Page[AuditEvent]:
    """Return what was done in the actor's community, the newest first."""
    query = select(AuditEvent).where(AuditEvent.community_id == actor.community_id)
    return page(session, query, AuditEvent, limit=limit, after=after, newest_first=True)
