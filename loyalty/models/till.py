"""The devices that scan cards."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from loyalty.database import Identified, Moment
from loyalty.models.shop import Shop


class Till(Identified):
    """A shop's phone, computer or point-of-sale system. Its secrets are kept as hashes only."""

    __tablename__ = "till"

    community_id: Mapped[UUID] = mapped_column(ForeignKey("community.id"))
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id"), index=True)
    shop: Mapped[Shop] = relationship(lazy="raise")
    name: Mapped[str]
    pairing_hash: Mapped[bytes | None] = mapped_column(unique=True)
    """SHA-256 of the pairing code; None once it has been used."""
    pairing_expires_at: Mapped[Moment | None]
    token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    """SHA-256 of the till's token."""
    device_public_key: Mapped[str | None]
    paired_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]
    created_at: Mapped[Moment]
