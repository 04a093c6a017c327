"""Meetings of the merchants' council."""

from datetime import date
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Moment, Owned, Versioned, refer_to


class CouncilMeeting(Owned, Versioned):
    """One meeting: what it is to talk about, and afterwards what it came to."""

    __tablename__ = "council_meeting"
    __table_args__ = (UniqueConstraint("community_id", "held_on"),)

    held_on: Mapped[date]
    place: Mapped[str | None]
    agenda: Mapped[str]
    minutes: Mapped[str | None] = mapped_column(default=None)
    """None until the meeting has been held and somebody has written them."""
    planned_by: Mapped[UUID] = refer_to("staff_account")
    planned_at: Mapped[Moment]
