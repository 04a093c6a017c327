"""The score sheets of a community, and what was found in its shops."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from loyalty.database import Identified, Moment, Owned, refer_to, relate_by


class ScoreSheet(Owned, Identified):
    """One version of what an inspection looks at. Written once, never changed."""

    __tablename__ = "score_sheet"
    __table_args__ = (
        UniqueConstraint("community_id", "number"),
        CheckConstraint("pass_points > 0", name="pass_above_zero"),
    )

    number: Mapped[int]
    """From 1; the highest is the one in force."""
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Each with code, head, names and points, in their order."""
    vetoes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Each with code and names."""
    pass_points: Mapped[int]
    account_id: Mapped[UUID | None] = refer_to("staff_account")
    """Who made it; None for the one a community begins with."""
    made_at: Mapped[Moment]


class InspectionPicture(Owned):
    """A photo that was taken at an inspection."""

    __tablename__ = "inspection_picture"

    inspection_id: Mapped[UUID] = refer_to("shop_inspection", ondelete="CASCADE", primary_key=True)
    picture_id: Mapped[UUID] = refer_to("picture", primary_key=True, index=True)


class ShopInspection(Owned, Identified):
    """One filled-in score sheet. Written once, never changed."""

    __tablename__ = "shop_inspection"

    shop_id: Mapped[UUID] = refer_to("shop", ondelete="CASCADE", index=True)
    sheet_id: Mapped[UUID] = refer_to("score_sheet")
    sheet: Mapped[ScoreSheet] = relate_by(sheet_id)
    day: Mapped[date]
    marks: Mapped[dict[str, int]] = mapped_column(JSONB)
    """Points by the code of each item."""
    vetoes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Codes of what was ticked and refuses the shop by itself."""
    total: Mapped[int]
    passed: Mapped[bool]
    note: Mapped[str | None]
    account_id: Mapped[UUID] = refer_to("staff_account")
    """Who inspected."""
    recorded_at: Mapped[Moment]
    pictures: Mapped[list[InspectionPicture]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by=InspectionPicture.picture_id
    )
