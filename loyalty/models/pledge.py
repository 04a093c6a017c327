"""The pledges of a community (承诺书): each version of the clauses that shops sign."""

from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Moment, Owned, refer_to


class Pledge(Owned, Identified):
    """One version of the pledge. Written once, never changed: shops have signed it."""

    __tablename__ = "pledge"
    __table_args__ = (UniqueConstraint("community_id", "number"),)

    number: Mapped[int]
    """From 1; the highest is the one in force."""
    clauses: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """In their order, each with its texts by language."""
    account_id: Mapped[UUID | None] = refer_to("staff_account")
    """Who made it; None for the one a community begins with."""
    made_at: Mapped[Moment]
