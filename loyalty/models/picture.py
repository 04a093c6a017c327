"""The pictures that people add, kept clean of all but what is to be seen."""

from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Moment, Owned, refer_to


class Picture(Owned, Identified):
    """One picture. Written once; it says neither where nor with what it was taken."""

    __tablename__ = "picture"
    __table_args__ = (
        CheckConstraint(
            "purpose IN ('inspection', 'complaint', 'floor_plan')", name="purpose_known"
        ),
        CheckConstraint("width BETWEEN 1 AND 1600 AND height BETWEEN 1 AND 1600", name="size"),
    )

    purpose: Mapped[str]
    """What it was added for; decides who may see it."""
    content: Mapped[bytes] = mapped_column(deferred=True)
    """A JPEG of ours."""
    width: Mapped[int]
    """In pixels, as the height."""
    height: Mapped[int]
    account_id: Mapped[UUID | None] = refer_to("staff_account")
    """Who added it; None for somebody of the public."""
    added_at: Mapped[Moment]
