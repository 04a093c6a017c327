"""What is kept of sales made without network, beside the sales themselves."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import CHAR

from loyalty.database import Identified, Moment, Owned, refer_to


class NumberedSale(Owned):
    """That a device signed a sale under a number. Written once, never changed.

    Two sales under one number have two rows: the device, or its key, was doubled.
    """

    __tablename__ = "numbered_sale"
    __table_args__ = (CheckConstraint("number > 0", name="numbered_from_one"),)

    till_id: Mapped[UUID] = refer_to("till", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Counted by the device from 1 on."""
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    """SHA-256 of what was signed."""
    previous: Mapped[bytes]
    """The digest of the sale before, as the device says."""
    arrived_at: Mapped[Moment]


class QuarantinedSale(Owned, Identified):
    """A sale that a revoked till sent: kept, and not recorded unless staff accept it."""

    __tablename__ = "quarantined_sale"
    __table_args__ = (UniqueConstraint("community_id", "till_id", "idempotency_key"),)

    till_id: Mapped[UUID] = refer_to("till")
    idempotency_key: Mapped[UUID]
    serial: Mapped[str | None] = mapped_column(CHAR(12))
    """Of the card shown; None where the code named no card of this community."""
    basket: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """`Basket` by its members; None where the card was only verified."""
    happened_at: Mapped[Moment]
    """As the device says."""
    arrived_at: Mapped[Moment]
