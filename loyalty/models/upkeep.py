"""What was found when the service was looked after, for whoever manages a community on it."""

from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Moment, Owned


class UpkeepReport(Owned):
    """The last look at one thing; the next one replaces it."""

    __tablename__ = "upkeep_report"
    __table_args__ = (
        CheckConstraint("subject IN ('backup', 'drill', 'disk')", name="subject_known"),
    )

    subject: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[Moment]
    ok: Mapped[bool]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Numbers and days; of a drill that failed, what the program said."""
