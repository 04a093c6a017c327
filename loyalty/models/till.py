"""The devices that scan cards."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from loyalty.database import Identified, Moment, Owned, refer_to, relate_by
from loyalty.models.shop import Shop


class Till(Owned, Identified):
    """A shop's phone, computer or point-of-sale system. Its secrets are kept as hashes only."""

    __tablename__ = "till"
    __table_args__ = (
        UniqueConstraint("pairing_hash", "community_id"),
        UniqueConstraint("token_hash", "community_id"),
    )

    shop_id: Mapped[UUID] = refer_to("shop", index=True)
    shop: Mapped[Shop] = relate_by(shop_id)
    name: Mapped[str]
    pairing_hash: Mapped[bytes | None]
    """SHA-256 of the pairing code; None once it has been used."""
    pairing_expires_at: Mapped[Moment | None]
    token_hash: Mapped[bytes | None]
    """SHA-256 of the till's token."""
    device_public_key: Mapped[str | None]
    paired_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]
    created_at: Mapped[Moment]
