"""What customers say of a shop: complaints, and how satisfied they are."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Moment, Owned, refer_to, relate_by
from loyalty.models.sealed import Sealed, Sealing
from loyalty.models.shop import Shop


class Complaint(Sealing, Owned, Identified):
    """What went wrong with a card in a shop, and what staff found."""

    __tablename__ = "complaint"
    __table_args__ = (
        UniqueConstraint("community_id", "receipt"),
        CheckConstraint("kind IN ('no_discount', 'wrong_price')", name="kind_known"),
        CheckConstraint(
            "num_nulls(upheld, answer, answered_at, answered_by) IN (0, 4)",
            name="answered_in_whole",
        ),
        Index(
            "ix_complaint_open", "community_id", "due_on", postgresql_where="answered_at IS NULL"
        ),
    )

    shop_id: Mapped[UUID] = refer_to("shop", ondelete="CASCADE", index=True)
    shop: Mapped[Shop] = relate_by(shop_id)
    kind: Mapped[str]
    happened_on: Mapped[date]
    text: Mapped[str | None]
    contact_sealed: Mapped[bytes | None] = mapped_column("contact")
    contact = Sealed[str | None]()
    """Where the answer is wanted; forgotten some time after it."""
    picture_id: Mapped[UUID | None] = refer_to("picture")
    """A photo of the receipt or the price; forgotten with the words."""
    receipt: Mapped[str]
    """What whoever complained asks back with; it says nothing of anybody."""
    made_at: Mapped[Moment]
    recorded_by: Mapped[UUID | None] = refer_to("staff_account")
    """Who wrote it down for somebody; None where it came by the public form."""
    due_on: Mapped[date]
    """Last day, included, on which it should be answered."""
    upheld: Mapped[bool | None]
    """Whether it was so; None while it is not answered."""
    answer: Mapped[str | None]
    """What was found and done; whoever has the receipt reads it, so it names nobody."""
    answered_at: Mapped[Moment | None]
    answered_by: Mapped[UUID | None] = refer_to("staff_account")


class Satisfaction(Owned, Identified):
    """One face that was pressed for a shop. No person stands behind it, and no card."""

    __tablename__ = "satisfaction"
    __table_args__ = (
        # One a day and device; of days that are over the device is not known any more.
        UniqueConstraint("community_id", "shop_id", "day", "device"),
        CheckConstraint("face IN ('good', 'fair', 'bad')", name="face_known"),
    )

    shop_id: Mapped[UUID] = refer_to("shop", ondelete="CASCADE")
    day: Mapped[date]
    face: Mapped[str]
    device: Mapped[bytes | None]
    """A hash of random letters that a browser holds for this day, of the day and of the shop."""
