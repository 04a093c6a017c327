"""Who did what, in codes; and the number that tells every worker that policy has changed."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Model, Moment, Owned


class AuditEvent(Owned, Identified):
    """One deed of one actor. Holds codes and ids, never a name or a card's number."""

    __tablename__ = "audit_event"

    at: Mapped[Moment]
    action: Mapped[str]
    actor_kind: Mapped[str]
    """``staff``, ``till``, ``public`` or ``system``."""
    actor_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")


class DirectoryVersion(Model):
    """One row, moved on by triggers whenever a community, shop, term, till or key changes."""

    __tablename__ = "directory_version"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger)
