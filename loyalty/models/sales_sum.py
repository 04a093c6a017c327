"""Sums of the book of sales, which the worker keeps so that no page adds up a month anew.

Each row holds the entries before the `until_id` of its community; what came since is read from the
book itself (`services.ledger.folding`). Nothing here is written by a sale.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Owned, refer_to


class SalesFold(Owned):
    """Up to which entry the sums of a community go."""

    __tablename__ = "sales_fold"

    until_id: Mapped[UUID]
    """Entries whose id is smaller are in the sums, and no others; ids are ordered by time."""


class SalesSum(Owned):
    """What the entries of one month, shop, honour and trade amount to."""

    __tablename__ = "sales_sum"

    month: Mapped[date] = mapped_column(primary_key=True)
    """First day of the month in which they count."""
    shop_id: Mapped[UUID] = refer_to("shop", primary_key=True)
    honour_id: Mapped[UUID] = refer_to("honour", primary_key=True)
    trade: Mapped[str] = mapped_column(primary_key=True)
    uses: Mapped[int]
    uses_without_amount: Mapped[int]
    total_fen: Mapped[int] = mapped_column(BigInteger)
    payable_fen: Mapped[int] = mapped_column(BigInteger)
    saved_fen: Mapped[int] = mapped_column(BigInteger)


class SalesHour(Owned):
    """What was sold in one hour of one day of the week, all weeks of a month together.

    What is taken back counts in the hour of its sale.
    """

    __tablename__ = "sales_hour"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday_of_iso"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour_of_a_day"),
    )

    month: Mapped[date] = mapped_column(primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1 for Monday."""
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """On the wall clock of the community; 9 for 9:00 to 9:59."""
    uses: Mapped[int]
    payable_fen: Mapped[int] = mapped_column(BigInteger)


class SalesCard(Owned):
    """How many sales of one month stand at one card, so that its people can be counted.

    Removed as soon as they have been counted for good (`MonthPeople`).
    """

    __tablename__ = "sales_card"

    month: Mapped[date] = mapped_column(primary_key=True)
    card_id: Mapped[UUID] = refer_to("card", primary_key=True)
    standing: Mapped[int]
    """Sales, less those that were taken back whole in the same month."""
