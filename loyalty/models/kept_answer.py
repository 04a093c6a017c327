"""What was answered to a call that may be sent again."""

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Moment, Owned


class KeptAnswer(Owned):
    """The answer to one call of one caller, kept for a day under the key the caller chose."""

    __tablename__ = "kept_answer"
    __table_args__ = (Index(None, "community_id", "kept_at"),)

    caller_id: Mapped[UUID] = mapped_column(primary_key=True)
    """Account or till that called."""
    key: Mapped[UUID] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    """SHA-256 of the call, so that another call under the same key is told from a repetition."""
    answer: Mapped[bytes | None]
    """Sealed, since it may hold a person's data; None while the call is at work."""
    kept_at: Mapped[Moment]
