"""The community, its honours, its areas and its household groups."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from loyalty.database import Identified, Moment, Owned, Versioned, refer_to
from loyalty.rules.honours import HonourColour


class Community(Versioned):
    """The tenant: one neighbourhood market and the policy of its programme."""

    __tablename__ = "community"
    __table_args__ = (
        CheckConstraint(
            "0 < band_min_permille AND band_min_permille <= band_max_permille"
            " AND band_max_permille <= 1000",
            name="band_in_order",
        ),
        CheckConstraint("rounding IN ('fen', 'jiao')", name="rounding_known"),
        CheckConstraint("notice_working_days > 0", name="notice_lasts"),
        CheckConstraint("supplementary_notice_working_days > 0", name="supplementary_notice_lasts"),
        CheckConstraint("card_months IN (1, 3, 6, 12)", name="card_months_known"),
        CheckConstraint("late_days > 0 AND late_days_on_paper > 0", name="late_days_last"),
    )

    slug: Mapped[str] = mapped_column(unique=True)
    """Short name in addresses: lower-case letters, digits and hyphens."""
    number: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    """What tokens and pairing codes name it by. Given once, never changed, never given again."""
    name: Mapped[str]
    telephone: Mapped[str | None]
    """Where residents ask, printed on their cards; None prints none."""
    timezone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    band_min_permille: Mapped[int] = mapped_column(default=800)
    band_max_permille: Mapped[int] = mapped_column(default=850)
    rounding: Mapped[str] = mapped_column(default="fen")
    discountable_per_sale_fen: Mapped[int | None]
    uses_per_shop_day: Mapped[int | None]
    uses_per_day: Mapped[int | None]
    saved_per_month_fen: Mapped[int | None]
    offline_sales_per_till: Mapped[int | None] = mapped_column(default=500, server_default="500")
    """Sales a till may make before it has reached us again. None for no limit."""
    offline_saved_per_till_fen: Mapped[int | None] = mapped_column(
        default=200_000, server_default="200000"
    )
    """What these may save together. None for no limit."""
    late_days: Mapped[int] = mapped_column(default=7, server_default="7")
    """How many days after it was made a sale may arrive without staff looking at it."""
    late_days_on_paper: Mapped[int] = mapped_column(default=45, server_default="45")
    """The same for sales that were written on paper."""
    excluded_categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Goods the card gives nothing on. An empty list excludes nothing."""
    notice_working_days: Mapped[int] = mapped_column(default=5)
    supplementary_notice_working_days: Mapped[int] = mapped_column(default=3, server_default="3")
    """How long a notice runs on when somebody new stands on the list."""
    undisputed_cards_wait: Mapped[bool] = mapped_column(default=True, server_default="true")
    """Whether all cards of a round wait for the answer to the last objection; if not, those of the
    lines that nobody disputes go first.
    """
    inspection_needed: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether no shop is certified or renewed without a score sheet that it has passed."""
    card_months: Mapped[int] = mapped_column(default=1)
    demonstration: Mapped[bool] = mapped_column(default=False)
    """Fictional people: everything shown and printed says 演示."""
    created_at: Mapped[Moment]


class Honour(Owned, Versioned):
    """A kind of recognition; which ones exist is the community's own decision.

    None is ever taken away: a retired one stands in cards, rounds and the book of sales.
    """

    __tablename__ = "honour"
    __table_args__ = (
        UniqueConstraint("community_id", "code"),
        UniqueConstraint("community_id", "number"),
        CheckConstraint("number BETWEEN 1 AND 63", name="number_fits_the_token"),
        CheckConstraint("pay_permille BETWEEN 1 AND 1000", name="rate_is_a_part"),
        CheckConstraint("quota > 0", name="quota_above_zero"),
        CheckConstraint(
            "colour IN ('blue', 'orange', 'green', 'purple', 'grey')", name="colour_known"
        ),
    )

    code: Mapped[str]
    """What programs call it; it never changes."""
    name: Mapped[str]
    """In zh-Hans; the others are None where it is called the same."""
    name_zh_hant: Mapped[str | None]
    name_en: Mapped[str | None]
    number: Mapped[int]
    """The honour's number inside a card's token; it never changes, and no other gets it."""
    pay_permille: Mapped[int | None]
    """What new lists and terms propose. None leaves it to the policy and to the card."""
    quota: Mapped[int | None]
    """How many people a new round proposes to choose."""
    colour: Mapped[str] = mapped_column(default=HonourColour.BLUE, server_default="blue")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    """False once it is retired: no new round nor new term names it."""


class Area(Owned, Versioned):
    """A liaison area (责任区)."""

    __tablename__ = "area"
    __table_args__ = (UniqueConstraint("community_id", "name"),)

    name: Mapped[str]
    import_id: Mapped[UUID | None] = refer_to("import_job", index=True)


class HouseholdGroup(Owned, Versioned):
    """About ten households for whom one household head speaks (联户单元)."""

    __tablename__ = "household_group"
    __table_args__ = (UniqueConstraint("community_id", "name"),)

    area_id: Mapped[UUID | None] = refer_to("area")
    name: Mapped[str]
    import_id: Mapped[UUID | None] = refer_to("import_job", index=True)


class PartChange(Owned, Identified):
    """One member of an area or a household group that was changed. Written once, never changed."""

    __tablename__ = "part_change"
    __table_args__ = (
        CheckConstraint("num_nonnulls(area_id, household_group_id) = 1", name="of_one_part"),
    )

    area_id: Mapped[UUID | None] = refer_to("area", ondelete="CASCADE", index=True)
    household_group_id: Mapped[UUID | None] = refer_to(
        "household_group", ondelete="CASCADE", index=True
    )
    member: Mapped[str]
    before: Mapped[str | None]
    """As text; of an area that a group lies in, its id."""
    after: Mapped[str | None]
    reason: Mapped[str | None]
    account_id: Mapped[UUID] = refer_to("staff_account")
    at: Mapped[Moment]
