"""What people have agreed to, who has been erased, and how many people stood behind a month."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Moment, Owned, refer_to


class ConsentEvent(Owned, Identified):
    """That somebody has agreed to one thing, or no longer does. Written once, never changed."""

    __tablename__ = "consent_event"
    __table_args__ = (
        CheckConstraint(
            "consent IN ('membership', 'publicity', 'contact', 'messages')", name="consent_known"
        ),
        CheckConstraint(
            "source IN ('staff', 'resident', 'import', 'nomination', 'earlier')",
            name="source_known",
        ),
    )

    resident_id: Mapped[UUID] = refer_to("resident", ondelete="CASCADE", index=True)
    consent: Mapped[str]
    agreed: Mapped[bool]
    source: Mapped[str]
    """How it came to us; ``earlier`` for what was agreed to before it was written down like this.
    """
    account_id: Mapped[UUID | None] = refer_to("staff_account")
    """Who wrote it down; nobody where the person did it on their own page."""
    at: Mapped[Moment]


class Erasure(Owned):
    """That a person has been erased: an id and no more, so that a restored backup learns of it.

    It refers to nobody, for a backup may be older than the person.
    """

    __tablename__ = "erasure"

    resident_id: Mapped[UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[Moment]


class MonthPeople(Owned):
    """How many people and households stood behind the sales of one month, or a part of them.

    Counted once, when the figures of the month are out, for later nobody can count them any more.
    """

    __tablename__ = "month_people"
    __table_args__ = (
        CheckConstraint(
            "part IN ('all', 'shop', 'shop_new', 'honour', 'trade')", name="part_known"
        ),
    )

    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""
    part: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """Id of the shop, or code of the honour or the trade; empty for the whole month."""
    people: Mapped[int]
    """Of the part ``shop_new`` those who were new to the shop, by `services.ledger.new_people`."""
    households: Mapped[int]
