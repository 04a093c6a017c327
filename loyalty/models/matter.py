"""What the merchants' council and residents ask the community to see to (三张清单)."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Moment, Owned, Versioned, refer_to
from loyalty.models.sealed import Sealed, Sealing


class Matter(Sealing, Owned, Versioned):
    """One matter that was raised, from its number to its answer."""

    __tablename__ = "matter"
    __table_args__ = (
        UniqueConstraint("community_id", "number"),
        UniqueConstraint("community_id", "receipt"),
        CheckConstraint("kind IN ('need', 'problem', 'service')", name="kind_known"),
        CheckConstraint("raised_by IN ('council', 'resident', 'staff')", name="raiser_known"),
        CheckConstraint("state IN ('open', 'answered', 'closed')", name="state_known"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_at_a_time"),
        CheckConstraint("state = 'open' OR answer IS NOT NULL", name="answered_before_it_rests"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at_a_time"),
    )

    number: Mapped[int]
    """Runs in each community, from 1."""
    kind: Mapped[str]
    text: Mapped[str]
    raised_by: Mapped[str]
    raised_at: Mapped[Moment]
    contact_sealed: Mapped[bytes | None] = mapped_column("contact")
    contact = Sealed[str | None]()
    """Where the answer is wanted; forgotten some time after the matter was closed."""
    receipt: Mapped[str | None]
    """What a resident who raised it on the public form asks back with."""
    owner_id: Mapped[UUID | None] = refer_to("staff_account")
    """Who sees to it."""
    due_on: Mapped[date | None]
    """Last day, included, on which it should be answered."""
    state: Mapped[str] = mapped_column(default="open")
    answer: Mapped[str | None]
    answered_at: Mapped[Moment | None]
    """When it was answered first."""
    closed_at: Mapped[Moment | None]
