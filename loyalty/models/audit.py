"""Who did what, in codes; and the numbers that tell every worker whose policy has changed."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Model, Moment, Owned


class AuditEvent(Owned, Identified):
    """One deed of one actor. Holds codes and ids, never a name or a card's number."""

    __tablename__ = "audit_event"

    at: Mapped[Moment]
    action: Mapped[str]
    actor_kind: Mapped[str]
    """``staff``, ``till``, ``resident``, ``public`` or ``system``."""
    actor_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")


class DirectoryVersion(Model):
    """One row a community, made with it.

    Triggers move it on whenever the community, or an honour, shop, term, till or key of it changes.
    """

    __tablename__ = "directory_version"

    community_id: Mapped[UUID] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(BigInteger)
