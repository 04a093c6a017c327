"""The series of plaques, and the applications that shops send in by themselves."""

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from loyalty.database import Identified, Moment, Owned, Versioned, refer_to, relate_by
from loyalty.models.sealed import Sealed, Sealing
from loyalty.models.shop import Shop
from loyalty.rules.honours import HonourColour


class ShopSeries(Owned, Versioned):
    """A kind of plaque (系列); which ones there are is the community's own decision."""

    __tablename__ = "shop_series"
    __table_args__ = (
        UniqueConstraint("community_id", "code"),
        UniqueConstraint("community_id", "name"),
        CheckConstraint(
            "colour IN ('blue', 'orange', 'green', 'purple', 'grey')", name="colour_known"
        ),
        CheckConstraint("prefix ~ '^[A-Z]{1,4}$'", name="prefix_is_letters"),
    )

    code: Mapped[str]
    """What programs call it; it never changes."""
    name: Mapped[str]
    """In zh-Hans, as its shops name it; the others are None where it is called the same."""
    name_zh_hant: Mapped[str | None]
    name_en: Mapped[str | None]
    prefix: Mapped[str]
    """With what its plaques' numbers begin; numbers that are hung keep theirs."""
    colour: Mapped[str] = mapped_column(default=HonourColour.ORANGE, server_default="orange")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    """False once no shop may apply for it any more."""
    import_id: Mapped[UUID | None] = refer_to("import_job", index=True)


class ShopApplication(Sealing, Owned, Identified):
    """What a shop has sent in to get a plaque, and whether staff took it in."""

    __tablename__ = "shop_application"
    __table_args__ = (
        UniqueConstraint("community_id", "receipt"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NOT NULL OR num_nulls(shop_id, reason) = 2)"
            " AND (decided_at IS NULL OR num_nonnulls(shop_id, reason) = 1)",
            name="taken_in_or_declined",
        ),
    )

    receipt: Mapped[str]
    """What the shop asks back with."""
    name: Mapped[str]
    series: Mapped[str]
    category: Mapped[str]
    stall: Mapped[str | None]
    contact_sealed: Mapped[bytes | None] = mapped_column("contact")
    contact = Sealed[str | None]()
    """Whom to call; forgotten some time after the application is declined."""
    hours: Mapped[str | None]
    offer: Mapped[str | None]
    opted_in_categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    made_at: Mapped[Moment]
    shop_id: Mapped[UUID | None] = refer_to("shop", ondelete="CASCADE", index=True)
    """The shop that it was taken in as."""
    shop: Mapped[Shop | None] = relate_by(shop_id)
    reason: Mapped[str | None]
    """Why it was declined, as the shop is told."""
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[UUID | None] = refer_to("staff_account")
    import_id: Mapped[UUID | None] = refer_to("import_job", index=True)
