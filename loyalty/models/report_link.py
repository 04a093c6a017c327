"""Links by which somebody without an account reads the report of one month."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from loyalty.database import Identified, Moment, Owned, refer_to


class ReportLink(Owned, Identified):
    """One link; what it says is signed, so that nothing secret of it lies here."""

    __tablename__ = "report_link"
    __table_args__ = (
        CheckConstraint("extract(day FROM month) = 1", name="month_is_its_first_day"),
        CheckConstraint("expires_at > created_at", name="works_for_a_while"),
    )

    month: Mapped[date]
    """Of which report, as its first day."""
    created_by: Mapped[UUID] = refer_to("staff_account")
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    """From this instant on it opens nothing."""
    revoked_at: Mapped[Moment | None]
    """When somebody took it back; from then on it opens nothing."""
