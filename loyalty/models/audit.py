"""Who did what in codes, the chain of it, and the numbers that tell workers of changed policies."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import CHAR

from loyalty.database import Identified, Model, Moment, Owned


class AuditEvent(Owned, Identified):
    """One deed of one actor. Holds codes and ids, never a name or a card's number."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index(
            "ix_audit_event_refused_seeds",
            "community_id",
            "subject_id",
            postgresql_where="action = 'round.seed_refused'",
        ),
    )

    at: Mapped[Moment]
    action: Mapped[str]
    actor_kind: Mapped[str]
    """``staff``, ``till``, ``resident``, ``public`` or ``system``."""
    actor_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")


class AuditLink(Owned):
    """One link of a community's chain: all that was recorded between two ids, hashed.

    Written once: the service may neither change nor remove one.
    """

    __tablename__ = "audit_link"
    __table_args__ = (UniqueConstraint("community_id", "previous_head"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1 on, without gaps."""
    previous_head: Mapped[str | None] = mapped_column(CHAR(64))
    """None in the first."""
    until_id: Mapped[UUID]
    """Rows from that of the link before on, and below this one."""
    events: Mapped[int]
    """How many audit events it holds."""
    entries: Mapped[int]
    """How many entries of the book."""
    rows_hash: Mapped[str] = mapped_column(CHAR(64))
    head: Mapped[str] = mapped_column(CHAR(64))
    linked_at: Mapped[Moment]
    key_id: Mapped[str]
    """Of the community's key that signed the head."""
    signature: Mapped[str]


class DirectoryVersion(Model):
    """One row a community, made with it.

    Triggers move it on whenever the community, or an honour, shop, term, till or key of it changes.
    """

    __tablename__ = "directory_version"

    community_id: Mapped[UUID] = mapped_column(
        ForeignKey("community.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(BigInteger)
