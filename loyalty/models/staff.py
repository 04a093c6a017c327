"""Who may sign in: community staff, managers, panel, council, shop owners."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from loyalty.database import Identified, Moment, Versioned


class StaffAccount(Versioned):
    """A person's account on the programme's side."""

    __tablename__ = "staff_account"

    community_id: Mapped[UUID] = mapped_column(ForeignKey("community.id"), index=True)
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str]
    """Argon2id."""
    totp_secret: Mapped[bytes | None]
    """Sealed with the operator's secret; None where the second factor is off."""
    totp_step: Mapped[int | None]
    """The half minute (since 1970) of the last code that was accepted: each code works once."""
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    resident_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("resident.id", ondelete="SET NULL", use_alter=True)
    )
    """Who this is among the residents, so that nobody on the panel scores their own household."""
    active: Mapped[bool] = mapped_column(default=True)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[Moment | None]
    created_at: Mapped[Moment]


class AccessToken(Identified):
    """A signed-in program of a staff account. The token itself is not kept."""

    __tablename__ = "access_token"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("staff_account.id", ondelete="CASCADE"))
    account: Mapped[StaffAccount] = relationship(lazy="raise")
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    """SHA-256 of the token."""
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
