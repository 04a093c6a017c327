"""The shops, what they agreed to, and how they were certified."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from loyalty.database import Identified, Moment, Owned, Versioned, refer_to, relate_by
from loyalty.models.community import Honour
from loyalty.models.sealed import Sealed, Sealing


class ShopTerm(Owned):
    """What the holder of one honour pays in one shop."""

    __tablename__ = "shop_term"
    __table_args__ = (CheckConstraint("pay_permille BETWEEN 1 AND 1000", name="pay_is_a_share"),)

    shop_id: Mapped[UUID] = refer_to("shop", ondelete="CASCADE", primary_key=True)
    honour_id: Mapped[UUID] = refer_to("honour", primary_key=True)
    honour: Mapped[Honour] = relate_by(honour_id)
    pay_permille: Mapped[int]


class Shop(Sealing, Owned, Versioned):
    """A shop of the market."""

    __tablename__ = "shop"
    __table_args__ = (
        UniqueConstraint("community_id", "plaque_number"),
        ForeignKeyConstraint(
            ["community_id", "pledge_number"], ["pledge.community_id", "pledge.number"]
        ),
        CheckConstraint(
            "(pledged_on IS NULL) = (pledge_number IS NULL)", name="pledge_is_signed_on_a_day"
        ),
        Index(None, "community_id", "name_pinyin", "id"),
    )

    name: Mapped[str]
    name_pinyin: Mapped[str]
    series: Mapped[str]
    """Which plaque it hangs, by the name of a `ShopSeries` in zh-Hans."""
    category: Mapped[str]
    """Its trade, the heading of the public list."""
    stall: Mapped[str | None]
    contact_sealed: Mapped[bytes | None] = mapped_column("contact")
    contact = Sealed[str | None]()
    hours: Mapped[str | None]
    """When it is open, in words."""
    offer: Mapped[str | None]
    """What it offers beside the rates, in words that everybody may read."""
    owner_id: Mapped[UUID | None] = refer_to("staff_account", index=True)
    """The account that may void its sales and pair its tills."""
    liaison_id: Mapped[UUID | None] = refer_to("staff_account")
    """The account of the member of staff who keeps touch with it."""
    area_id: Mapped[UUID | None] = refer_to("area")
    """The liaison area in which it lies."""
    pledged_on: Mapped[date | None]
    """When it signed the pledge (承诺书)."""
    pledge_number: Mapped[int | None]
    """Which version of the clauses it signed, by the number of a `Pledge`."""
    opted_in_categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Excluded goods this shop gives the card's price on all the same."""
    terms: Mapped[list[ShopTerm]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by=ShopTerm.honour_id
    )
    discountable_per_sale_fen: Mapped[int | None]
    uses_per_shop_day: Mapped[int | None]
    """A limit of its own, which counts only where it is more generous than the community's."""
    state: Mapped[str] = mapped_column(default="applied")
    """Of the certification, as last decided; ``lapsed`` follows from `certified_until`."""
    notice_last: Mapped[date | None]
    """Last day of the public notice before it is certified, included."""
    plaque_number: Mapped[str | None]
    certified_until: Mapped[date | None]
    """Last day the certification holds, included."""
    withdrawn_on: Mapped[date | None]
    put_right_by: Mapped[date | None]
    """Last day, included, on which a warned shop should have put right what was wrong."""
    is_model: Mapped[bool] = mapped_column(default=False, server_default="false")
    """A model of honest trade (诚信经营示范户): a mark beside the name, no rate follows from it."""
    import_id: Mapped[UUID | None] = refer_to("import_job", index=True)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class ShopChange(Sealing, Owned, Identified):
    """One member of a shop that was changed, with what stood there. Written once, never changed."""

    __tablename__ = "shop_change"

    shop_id: Mapped[UUID] = refer_to("shop", ondelete="CASCADE", index=True)
    member: Mapped[str]
    before_sealed: Mapped[bytes | None] = mapped_column("before")
    before = Sealed[str | None]()
    """As text; rates as ``honour:permille``, several parted by commas."""
    after_sealed: Mapped[bytes | None] = mapped_column("after")
    after = Sealed[str | None]()
    reason: Mapped[str | None]
    account_id: Mapped[UUID] = refer_to("staff_account")
    at: Mapped[Moment]


class ShopVisit(Owned, Identified):
    """A call on a shop by a member of staff."""

    __tablename__ = "shop_visit"
    __table_args__ = (
        UniqueConstraint("community_id", "shop_id", "day", "account_id", "kind"),
        CheckConstraint(
            "kind IN ('moved_in', 'in_difficulty', 'dispute', 'holiday', 'routine')",
            name="kind_known",
        ),
    )

    shop_id: Mapped[UUID] = refer_to("shop", ondelete="CASCADE")
    day: Mapped[date]
    kind: Mapped[str]
    note: Mapped[str | None]
    account_id: Mapped[UUID] = refer_to("staff_account")
    """Who was there."""
    recorded_at: Mapped[Moment]
    import_id: Mapped[UUID | None] = refer_to("import_job", index=True)


class ShopObjection(Sealing, Owned, Identified):
    """What somebody has against a shop on notice, and how it was answered."""

    __tablename__ = "shop_objection"
    __table_args__ = (
        UniqueConstraint("community_id", "receipt"),
        CheckConstraint(
            "num_nulls(upheld, reason, decided_at, decided_by) IN (0, 4)", name="decided_in_whole"
        ),
    )

    shop_id: Mapped[UUID] = refer_to("shop", ondelete="CASCADE", index=True)
    shop: Mapped[Shop] = relate_by(shop_id)
    receipt: Mapped[str]
    """What the objector asks back with; it says nothing of anybody."""
    text: Mapped[str]
    name_sealed: Mapped[bytes | None] = mapped_column("name")
    name = Sealed[str | None]()
    """Of the objector, who may stay anonymous; forgotten some time after the answer."""
    contact_sealed: Mapped[bytes | None] = mapped_column("contact")
    contact = Sealed[str | None]()
    """Where the answer is wanted; forgotten with the name."""
    made_at: Mapped[Moment]
    due_on: Mapped[date]
    """Last day, included, on which it should be answered."""
    upheld: Mapped[bool | None]
    """None while it is not answered."""
    reason: Mapped[str | None]
    """Why it was decided like that; published, so it names nobody."""
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[UUID | None] = refer_to("staff_account")


class CertificationEvent(Owned, Identified):
    """One step of one shop's certification. Written once, never changed."""

    __tablename__ = "certification_event"

    shop_id: Mapped[UUID] = refer_to("shop", ondelete="CASCADE", index=True)
    action: Mapped[str]
    state: Mapped[str]
    """The state the action led to."""
    reason: Mapped[str | None]
    account_id: Mapped[UUID | None] = refer_to("staff_account")
    at: Mapped[Moment]
