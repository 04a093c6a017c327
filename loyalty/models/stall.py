"""The stalls of the market, and to whom each is let since when."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Moment, Owned, refer_to


class Stall(Owned, Identified):
    """One unit of the market that can be let."""

    __tablename__ = "market_stall"
    __table_args__ = (UniqueConstraint("community_id", "name_key"),)

    name: Mapped[str]
    """What stands on its door."""
    name_key: Mapped[str]
    """By which it is told apart, however it is typed."""
    area_id: Mapped[UUID | None] = refer_to("area")
    built_on: Mapped[date]
    """From which day on it counts among the stalls."""
    import_id: Mapped[UUID | None] = refer_to("import_job", index=True)


class StallLet(Owned):
    """Who has a stall from a day on, until the next such row. Written once, never changed.

    One stall has one such row a day, so it is never let to two.
    """

    __tablename__ = "stall_let"
    __table_args__ = (
        CheckConstraint("shop_id IS NULL OR tenant IS NOT NULL", name="shop_is_a_tenant"),
    )

    stall_id: Mapped[UUID] = refer_to("market_stall", ondelete="CASCADE", primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    tenant: Mapped[str | None]
    """What the shop is called that has it; None if it stands empty from then on."""
    shop_id: Mapped[UUID | None] = refer_to("shop", index=True)
    """The same shop in the register; None where it is not there."""
    account_id: Mapped[UUID] = refer_to("staff_account")
    recorded_at: Mapped[Moment]
    import_id: Mapped[UUID | None] = refer_to("import_job", index=True)
