"""What stands out in the sales of a shop, for staff to look at."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Moment, Owned, refer_to, relate_by
from loyalty.models.shop import Shop


class ShopSignal(Owned, Identified):
    """One thing that stands out in the sales of a shop. Nothing follows from it by itself."""

    __tablename__ = "shop_signal"
    __table_args__ = (
        UniqueConstraint("community_id", "shop_id", "kind", "day"),
        CheckConstraint(
            "kind IN ('same_endings', 'bursts', 'far_amounts', 'impossible_travel', 'own_card',"
            " 'used_up_limits', 'silence')",
            name="kind_known",
        ),
        CheckConstraint(
            "num_nulls(put_away_at, put_away_by, reason) IN (0, 3)", name="put_away_in_whole"
        ),
        Index("ix_shop_signal_open", "community_id", "id", postgresql_where="put_away_at IS NULL"),
    )

    shop_id: Mapped[UUID] = refer_to("shop", ondelete="CASCADE")
    shop: Mapped[Shop] = relate_by(shop_id)
    kind: Mapped[str]
    day: Mapped[date]
    """The day it is about; where it is about many, see `rules.signals.Signal`."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Figures, days, and the ids of some sales: see `rules.signals.Signal`."""
    found_at: Mapped[Moment]
    put_away_at: Mapped[Moment | None]
    put_away_by: Mapped[UUID | None] = refer_to("staff_account")
    reason: Mapped[str | None]


class SignalWatermark(Owned):
    """Up to which day the sales of a community have been looked through."""

    __tablename__ = "signal_watermark"

    through: Mapped[date]
    """The last local day, included."""
