"""Who acts, as the services see it, and the trace each act leaves."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.models import AuditEvent


class Role(StrEnum):
    """What an account may do. A manager may do what staff may."""

    STAFF = "staff"
    MANAGER = "manager"
    PANEL = "panel"
    COUNCIL = "council"
    SHOP_OWNER = "shop_owner"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A signed-in account: community staff, a manager, the panel, the council or a shop owner."""

    account_id: UUID
    community_id: UUID
    timezone: str
    """IANA zone of the community, on whose wall clock the account works."""
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Till:
    """A paired till that calls."""

    till_id: UUID
    shop_id: UUID
    community_id: UUID
    timezone: str


def note(
    session: Session,
    actor: StaffMember | Till | None,
    action: str,
    *,
    community_id: UUID,
    subject_id: UUID | None,
    now: datetime,
    **detail: Any,
) -> None:
    """Leave a trace of one act: codes and ids only, never a name or a card's number.

    Args:
        actor: None where the public or the system acts.
    """
    actor_id = None
    match actor:
        case StaffMember():
            actor_kind, actor_id = "staff", actor.account_id
        case Till():
            actor_kind, actor_id = "till", actor.till_id
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
