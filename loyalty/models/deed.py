"""Good deeds and what they count. There is no entry that takes points away."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from loyalty.database import Identified, Moment, Versioned


class DeedKind(Versioned):
    """A kind of deed the community counts."""

    __tablename__ = "deed_kind"
    __table_args__ = (
        UniqueConstraint("community_id", "code"),
        CheckConstraint("points_hundredths > 0", name="points_thank"),
    )

    community_id: Mapped[UUID] = mapped_column(ForeignKey("community.id"))
    code: Mapped[str]
    name: Mapped[str]
    points_hundredths: Mapped[int] = mapped_column(default=100)
    """Points of one deed, or of one hour of service, in hundredths."""
    monthly_cap_hundredths: Mapped[int | None]
    """The most that counts of one person and month; None caps nothing."""


class Deed(Identified):
    """One good deed of one resident."""

    __tablename__ = "deed"
    __table_args__ = (
        Index(None, "resident_id", "done_on"),
        Index(None, "community_id", "done_on"),
        CheckConstraint("points_hundredths > 0", name="points_thank"),
    )

    community_id: Mapped[UUID] = mapped_column(ForeignKey("community.id"))
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("resident.id"))
    kind_id: Mapped[UUID] = mapped_column(ForeignKey("deed_kind.id"))
    kind: Mapped[DeedKind] = relationship(lazy="raise")
    points_hundredths: Mapped[int]
    done_on: Mapped[date]
    source: Mapped[str]
    """Where it is written down: the sign-in sheet, the mediation record …"""
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_account.id"))
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("import_job.id"), index=True)
    recorded_at: Mapped[Moment]
