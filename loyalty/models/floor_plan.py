"""Where the shops stand: pictures of the floors, and a pin for each shop."""

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from loyalty.database import Identified, Owned, refer_to, relate_by
from loyalty.models.picture import Picture
from loyalty.models.shop import Shop


class FloorPlan(Owned, Identified):
    """One floor, or one part of the market, as a picture."""

    __tablename__ = "floor_plan"
    __table_args__ = (UniqueConstraint("community_id", "name"),)

    name: Mapped[str]
    picture_id: Mapped[UUID] = refer_to("picture")
    picture: Mapped[Picture] = relate_by(picture_id)


class ShopPin(Owned):
    """Where a shop stands on a plan: one place in all."""

    __tablename__ = "shop_pin"
    __table_args__ = (
        CheckConstraint(
            "x_permille BETWEEN 0 AND 1000 AND y_permille BETWEEN 0 AND 1000", name="on_the_plan"
        ),
    )

    shop_id: Mapped[UUID] = refer_to("shop", ondelete="CASCADE", primary_key=True)
    shop: Mapped[Shop] = relate_by(shop_id)
    plan_id: Mapped[UUID] = refer_to("floor_plan", ondelete="CASCADE", index=True)
    x_permille: Mapped[int]
    """From the left of the picture, as a share of its width."""
    y_permille: Mapped[int]
    """From the top of the picture, as a share of its height."""
