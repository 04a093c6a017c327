"""A resident's own page: the way in, who is signed in, and the code that goes on."""

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import CHAR

from loyalty.database import Identified, Moment, Owned, refer_to, relate_by
from loyalty.models.resident import Resident


class OwnPage(Owned, Identified):
    """The page of one resident. It is the person's, not a card's: next month's card is on it, too.

    It begins with the first activation code that is printed, and is empty until somebody uses one.
    """

    __tablename__ = "own_page"
    __table_args__ = (
        UniqueConstraint("community_id", "resident_id"),
        UniqueConstraint("handle", "community_id"),
        CheckConstraint("(handle IS NULL) = (sealed_secret IS NULL)", name="handle_has_its_secret"),
        CheckConstraint("failures >= 0", name="failures_counted"),
    )

    resident_id: Mapped[UUID] = refer_to("resident")
    resident: Mapped[Resident] = relate_by(resident_id)
    activation_hash: Mapped[str]
    """Argon2id of the code that was printed last; the one before it is dead."""
    activation_made_at: Mapped[Moment]
    activation_used_at: Mapped[Moment | None]
    """When somebody has chosen a PIN with it; it works once."""
    pin_hash: Mapped[str | None]
    """Argon2id of the PIN, sealed with the operator's secret; None until one is chosen."""
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """Wrong PINs since the last right one."""
    locked_until: Mapped[Moment | None]
    """Until then no PIN is tried; an activation code opens the page all the same."""
    handle: Mapped[str | None] = mapped_column(CHAR(8))
    """Digits by which a till finds the page of a code; each activation makes others."""
    sealed_secret: Mapped[bytes | None]
    """What makes the rotating codes, sealed with the operator's secret."""
    used_step: Mapped[int | None]
    """The half minute (since 1970) of the last code that a till took: each works once."""
    used_till_id: Mapped[UUID | None] = refer_to("till")
    """Which till took it; there alone the sale may follow."""
    used_up: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether the sale was made."""
    created_at: Mapped[Moment]


class OwnPageSession(Owned, Identified):
    """Somebody who is signed in to their own page. The token itself is not kept."""

    __tablename__ = "own_page_session"
    __table_args__ = (UniqueConstraint("token_hash", "community_id"),)

    own_page_id: Mapped[UUID] = refer_to("own_page", ondelete="CASCADE", index=True)
    own_page: Mapped[OwnPage] = relate_by(own_page_id)
    token_hash: Mapped[bytes]
    """SHA-256 of the token."""
    activating: Mapped[bool]
    """Came in with an activation code, and may do nothing before a PIN is chosen."""
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
