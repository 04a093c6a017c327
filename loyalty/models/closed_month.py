"""Months whose figures were signed off."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import CHAR

from loyalty.database import Moment, Owned, refer_to


class ClosedMonth(Owned):
    """The figures of one month, as they stay.

    A trigger refuses every change, and no transaction limited to a community may remove them.
    """

    __tablename__ = "closed_month"
    __table_args__ = (
        UniqueConstraint("community_id", "previous_head"),
        CheckConstraint("extract(day FROM month) = 1", name="month_is_its_first_day"),
    )

    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""
    text: Mapped[str]
    """What is published, as it was hashed."""
    head: Mapped[str] = mapped_column(CHAR(64))
    """SHA-256 of `text`."""
    previous_head: Mapped[str | None] = mapped_column(CHAR(64))
    """That of the month before; None in the first. It stands in `text`, too."""
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What staff read, with what is not published."""
    closed_at: Mapped[Moment]
    closed_by: Mapped[UUID] = refer_to("staff_account")
