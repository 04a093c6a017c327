"""Sales that staff must look at."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from loyalty.database import Identified, Moment
from loyalty.models.late_sale import QuarantinedSale
from loyalty.models.redemption import Redemption
from loyalty.models.shop import Shop
from loyalty.models.till import Till


class SaleCase(Identified):
    """One thing about one sale that staff decide, once.

    Triggers on `redemption` open the kinds `flagged` and `impossible_times` in the same transaction
    as the sale.
    """

    __tablename__ = "sale_case"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('flagged', 'refused', 'unproven', 'quarantined', 'impossible_times')",
            name="kind_known",
        ),
        CheckConstraint(
            "decision IN ('accept', 'charge_nobody', 'contact_shop')", name="decision_known"
        ),
        CheckConstraint(
            "num_nulls(decision, reason, decided_at, decided_by) IN (0, 4)", name="decided_in_whole"
        ),
        UniqueConstraint("till_id", "kind", "idempotency_key"),
        Index(
            "uq_sale_case_open_without_key",
            "till_id",
            "kind",
            unique=True,
            postgresql_where="idempotency_key IS NULL AND decided_at IS NULL",
        ),
        Index("ix_sale_case_open", "community_id", "id", postgresql_where="decided_at IS NULL"),
    )

    community_id: Mapped[UUID] = mapped_column(ForeignKey("community.id"))
    till_id: Mapped[UUID | None] = mapped_column(ForeignKey("till.id"))
    till: Mapped[Till | None] = relationship(lazy="raise")
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id"))
    shop: Mapped[Shop] = relationship(lazy="raise")
    kind: Mapped[str]
    verdict: Mapped[str | None]
    """Why the sale would have been refused, where that is what the case is about."""
    idempotency_key: Mapped[UUID | None]
    """The sale's. Sales sent without one share one open case a till."""
    redemption_id: Mapped[UUID | None] = mapped_column(ForeignKey("redemption.id"), index=True)
    redemption: Mapped[Redemption | None] = relationship(lazy="raise", foreign_keys=[redemption_id])
    other_redemption_id: Mapped[UUID | None] = mapped_column(ForeignKey("redemption.id"))
    """The other of two sales at impossible times."""
    other_redemption: Mapped[Redemption | None] = relationship(
        lazy="raise", foreign_keys=[other_redemption_id]
    )
    quarantined_sale_id: Mapped[UUID | None] = mapped_column(ForeignKey("quarantined_sale.id"))
    quarantined_sale: Mapped[QuarantinedSale | None] = relationship(lazy="raise")
    opened_at: Mapped[Moment]
    decision: Mapped[str | None]
    reason: Mapped[str | None]
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_account.id"))
