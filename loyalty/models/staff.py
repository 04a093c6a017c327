"""Who may sign in: community staff, managers, panel, council, shop owners."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from loyalty.database import Identified, Moment, Owned, Versioned, refer_to, relate_by


class StaffAccount(Owned, Versioned):
    """A person's account on the programme's side."""

    __tablename__ = "staff_account"
    __table_args__ = (UniqueConstraint("username", "community_id"),)

    username: Mapped[str]
    display_name: Mapped[str]
    password_hash: Mapped[str]
    """Argon2id."""
    totp_secret: Mapped[bytes | None]
    """Sealed with the operator's secret; None where the second factor is off."""
    totp_step: Mapped[int | None]
    """The half minute (since 1970) of the last code that was accepted: each code works once."""
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    resident_id: Mapped[UUID | None] = refer_to("resident", use_alter=True)
    """Who this is among the residents, so that nobody on the panel scores their own household."""
    active: Mapped[bool] = mapped_column(default=True)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[Moment | None]
    created_at: Mapped[Moment]


class AccessToken(Owned, Identified):
    """A signed-in program of a staff account. The token itself is not kept."""

    __tablename__ = "access_token"
    __table_args__ = (UniqueConstraint("token_hash", "community_id"),)

    account_id: Mapped[UUID] = refer_to("staff_account", ondelete="CASCADE")
    account: Mapped[StaffAccount] = relate_by(account_id)
    token_hash: Mapped[bytes]
    """SHA-256 of the token."""
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
