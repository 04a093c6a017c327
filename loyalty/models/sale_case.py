"""Sales that staff must look at."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from loyalty.database import Identified, Moment, Owned, refer_to, relate_by
from loyalty.models.late_sale import QuarantinedSale
from loyalty.models.redemption import Redemption
from loyalty.models.shop import Shop
from loyalty.models.till import Till


class SaleCase(Owned, Identified):
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
        UniqueConstraint("community_id", "till_id", "kind", "idempotency_key"),
        Index(
            "uq_sale_case_open_without_key",
            "community_id",
            "till_id",
            "kind",
            unique=True,
            postgresql_where="idempotency_key IS NULL AND decided_at IS NULL",
        ),
        Index("ix_sale_case_open", "community_id", "id", postgresql_where="decided_at IS NULL"),
    )

    till_id: Mapped[UUID | None] = refer_to("till")
    till: Mapped[Till | None] = relate_by(till_id)
    shop_id: Mapped[UUID] = refer_to("shop")
    shop: Mapped[Shop] = relate_by(shop_id)
    kind: Mapped[str]
    verdict: Mapped[str | None]
    """Why the sale would have been refused, where that is what the case is about."""
    idempotency_key: Mapped[UUID | None]
    """The sale's. Sales sent without one share one open case a till."""
    redemption_id: Mapped[UUID | None] = refer_to("redemption", index=True)
    redemption: Mapped[Redemption | None] = relate_by(redemption_id)
    other_redemption_id: Mapped[UUID | None] = refer_to("redemption")
    """The other of two sales at impossible times."""
    other_redemption: Mapped[Redemption | None] = relate_by(other_redemption_id)
    quarantined_sale_id: Mapped[UUID | None] = refer_to("quarantined_sale")
    quarantined_sale: Mapped[QuarantinedSale | None] = relate_by(quarantined_sale_id)
    opened_at: Mapped[Moment]
    decision: Mapped[str | None]
    reason: Mapped[str | None]
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[UUID | None] = refer_to("staff_account")
