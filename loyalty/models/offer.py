"""What owners say of the offers of their shops: that they hold, and what they would change."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from loyalty.database import Identified, Moment, Owned, Versioned, refer_to, relate_by
from loyalty.models.shop import Shop


class OfferConfirmation(Owned, Identified):
    """That the offer of a shop still held in one quarter. Written once, never changed."""

    __tablename__ = "offer_confirmation"
    __table_args__ = (UniqueConstraint("community_id", "shop_id", "quarter"),)

    shop_id: Mapped[UUID] = refer_to("shop", ondelete="CASCADE")
    quarter: Mapped[date]
    """Its first day."""
    account_id: Mapped[UUID] = refer_to("staff_account")
    """Who said so: the owner, or staff who asked."""
    at: Mapped[Moment]


class OfferProposal(Owned, Versioned):
    """What an owner would have changed in what decides a price; it holds once staff agree."""

    __tablename__ = "offer_proposal"
    __table_args__ = (
        CheckConstraint(
            "num_nulls(accepted, decided_at, decided_by) IN (0, 3)", name="decided_in_whole"
        ),
        Index(
            "uq_offer_proposal_one_waits_a_shop",
            "community_id",
            "shop_id",
            unique=True,
            postgresql_where="accepted IS NULL",
        ),
    )

    shop_id: Mapped[UUID] = refer_to("shop", ondelete="CASCADE")
    shop: Mapped[Shop] = relate_by(shop_id)
    shop_version: Mapped[int]
    """Of the shop as the owner saw it."""
    terms: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Rates by honour: ``{"honour": "civilized_resident", "pay_permille": 850}``."""
    opted_in_categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reason: Mapped[str | None]
    """Why, in the owner's words."""
    proposed_at: Mapped[Moment]
    proposed_by: Mapped[UUID] = refer_to("staff_account")
    accepted: Mapped[bool | None]
    """None while it waits."""
    answer: Mapped[str | None]
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[UUID | None] = refer_to("staff_account")
