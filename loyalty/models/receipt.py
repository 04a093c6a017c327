"""The receipts that have been given out."""

from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Owned


class Receipt(Owned):
    """What the public holds of one matter, objection or nomination, and of no other."""

    __tablename__ = "given_receipt"

    receipt: Mapped[str] = mapped_column(primary_key=True)
