"""Good deeds and what they count. There is no entry that takes points away."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Moment, Owned, Versioned, refer_to, relate_by


class DeedKind(Owned, Versioned):
    """A kind of deed the community counts."""

    __tablename__ = "deed_kind"
    __table_args__ = (
        UniqueConstraint("community_id", "code"),
        CheckConstraint("points_hundredths > 0", name="points_thank"),
    )

    code: Mapped[str]
    name: Mapped[str]
    points_hundredths: Mapped[int] = mapped_column(default=100)
    """Points of one deed, or of one hour of service, in hundredths."""
    monthly_cap_hundredths: Mapped[int | None]
    """The most that counts of one person and month; None caps nothing."""


class Deed(Owned, Identified):
    """One good deed of one resident."""

    __tablename__ = "deed"
    __table_args__ = (
        Index(None, "community_id", "resident_id", "done_on"),
        Index(None, "community_id", "done_on"),
        CheckConstraint("points_hundredths > 0", name="points_thank"),
    )

    resident_id: Mapped[UUID] = refer_to("resident")
    kind_id: Mapped[UUID] = refer_to("deed_kind")
    kind: Mapped[DeedKind] = relate_by(kind_id)
    points_hundredths: Mapped[int]
    done_on: Mapped[date]
    source: Mapped[str]
    """Where it is written down: the sign-in sheet, the mediation record …"""
    recorded_by: Mapped[UUID | None] = refer_to("staff_account")
    import_id: Mapped[UUID | None] = refer_to("import_job", index=True)
    recorded_at: Mapped[Moment]
