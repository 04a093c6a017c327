"""The receipts that have been given out."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Model


class Receipt(Model):
    """What the public holds of one matter, objection or nomination, and of no other."""

    __tablename__ = "given_receipt"

    community_id: Mapped[UUID] = mapped_column(ForeignKey("community.id"), primary_key=True)
    receipt: Mapped[str] = mapped_column(primary_key=True)
