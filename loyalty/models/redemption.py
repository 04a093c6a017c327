"""Sales to cardholders, their voids and their returns."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Identified, Moment, Owned, refer_to

SUMMED = [
    *("card_id", "shop_id", "honour_id", "trade", "kind", "uses", "with_amount"),
    *("total_fen", "payable_fen", "saved_fen"),
]
"""What is added up over a month, and by what."""


class Redemption(Owned, Identified):
    """One entry of the book: a sale, or the void or return of one. Written once, never changed.

    A void and a return carry negative amounts, so that every total is a plain sum. After a return
    the entries of a sale add up to what its rest costs by itself; where the odd fen of a jiao are
    cut, that may be a little less saved, or more.
    """

    __tablename__ = "redemption"
    __table_args__ = (
        UniqueConstraint("community_id", "till_id", "idempotency_key"),
        CheckConstraint("kind IN ('sale', 'void', 'return')", name="kind_known"),
        CheckConstraint("payable_fen + saved_fen = total_fen", name="amounts_add_up"),
        CheckConstraint(
            "kind <> 'sale' OR (0 <= payable_fen AND 0 <= saved_fen"
            " AND saved_fen <= discountable_fen AND discountable_fen <= total_fen)",
            name="sale_within_total",
        ),
        CheckConstraint(
            "kind = 'sale' OR (payable_fen <= 0 AND (kind = 'return'"
            " OR (saved_fen <= 0 AND discountable_fen <= 0)))",
            name="reversal_takes_back",
        ),
        CheckConstraint(
            "uses BETWEEN -1 AND 1 AND (kind = 'sale') = (uses = 1)", name="use_is_a_sales"
        ),
        CheckConstraint("rounding IN ('fen', 'jiao')", name="rounding_known"),
        CheckConstraint("(kind = 'sale') = (of_id IS NULL)", name="reversal_names_its_sale"),
        CheckConstraint("kind <> 'sale' OR idempotency_key IS NOT NULL", name="sale_has_its_key"),
        Index(
            "uq_redemption_one_void_a_sale",
            "community_id",
            "of_id",
            unique=True,
            postgresql_where="kind = 'void'",
        ),
        Index(
            "uq_redemption_one_line_of_a_paper_tally",
            "community_id",
            "shop_id",
            "idempotency_key",
            unique=True,
            postgresql_where="till_id IS NULL AND idempotency_key IS NOT NULL",
        ),
        Index("ix_redemption_of", "community_id", "of_id", postgresql_where="of_id IS NOT NULL"),
        # The list of a month, the newest first. The sums over it read this index alone, for in the
        # table the sales of one community lie among those of all others.
        Index(
            "ix_redemption_month",
            "community_id",
            "month",
            "id",
            postgresql_include=SUMMED,
        ),
        # The list of one shop.
        Index("ix_redemption_shop", "community_id", "shop_id", "id"),
        # The list of flagged sales, which are few.
        Index("ix_redemption_flagged", "community_id", "id", postgresql_where="flag IS NOT NULL"),
        # The list of a till's day.
        Index(None, "community_id", "till_id", "happened_on"),
        # The list of one card; of a late sale a trigger looks there for those before and after it.
        Index("ix_redemption_card_in_time", "community_id", "card_id", "happened_at"),
        # The same of late sales alone, which are few: there it looks for each sale of the moment.
        Index(
            "ix_redemption_late_in_time",
            "community_id",
            "card_id",
            "happened_at",
            postgresql_where="offline",
        ),
    )

    card_id: Mapped[UUID | None] = refer_to("card")
    """None once the sale is old enough that nobody need know at whose card it was made; the only
    thing, beside `request_hash` and `reason`, that is ever taken away from an entry."""
    shop_id: Mapped[UUID] = refer_to("shop")
    till_id: Mapped[UUID | None] = refer_to("till")
    account_id: Mapped[UUID | None] = refer_to("staff_account")
    """Who entered it, where no till did."""
    kind: Mapped[str] = mapped_column(default="sale")
    of_id: Mapped[UUID | None] = refer_to("redemption")
    """The sale that a void or a return takes back."""
    receipt: Mapped[str]
    """Eight letters and digits the till shows; enough to find the sale in a day's list."""
    total_fen: Mapped[int]
    discountable_fen: Mapped[int]
    payable_fen: Mapped[int]
    saved_fen: Mapped[int]
    pay_permille: Mapped[int]
    with_amount: Mapped[bool] = mapped_column(default=True)
    """False where a stall only verified the card: a use without money, reported apart."""
    uses: Mapped[int] = mapped_column(default=1, server_default="1")
    """1 for a sale, -1 for the entry that takes back all that was left of one, else 0."""
    lines: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    """The basket's lines as quoted, where the till sent lines. Of a return, what came back: index
    and marked price; a sale without lines has two, the goods the card applied to and the others."""
    excluded_fen: Mapped[int] = mapped_column(default=0, server_default="0")
    """Marked price of the goods the card does not apply to; of a return, less what came back."""
    rounding: Mapped[str] = mapped_column(default="fen", server_default="fen")
    """The community's as of the sale."""
    discountable_limit_fen: Mapped[int | None]
    """The most that was discounted in one sale there and then; None if there was no limit."""
    rule_version: Mapped[int]
    """The community's policy as of the sale."""
    trade: Mapped[str]
    """The shop's category as of the sale."""
    honour_id: Mapped[UUID] = refer_to("honour")
    idempotency_key: Mapped[UUID | None]
    """Made by the till for each sale, or with the form for each line of a paper tally, so that a
    repeated request counts once. A void or return has one if it was sent with one."""
    request_hash: Mapped[bytes | None]
    """SHA-256 of the request, so that the same key with another body is noticed."""
    offline: Mapped[bool] = mapped_column(default=False)
    flag: Mapped[str | None]
    """The verdict a late upload would have met; kept, counted, and shown to staff."""
    reason: Mapped[str | None]
    """Of a void or a return."""
    happened_at: Mapped[Moment]
    happened_on: Mapped[date]
    """The local day."""
    month: Mapped[date]
    """First day of the month whose figures it belongs to: that of `happened_on`, or the month it
    arrived in where the figures of that one were out."""
    recorded_at: Mapped[Moment]
