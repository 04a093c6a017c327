"""Who may sign in: community staff, managers, panel, council, shop owners."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from loyalty.database import Identified, Moment, Owned, Versioned, refer_to, relate_by


class StaffAccount(Owned, Versioned):
    """A person's account on the programme's side."""

    __tablename__ = "staff_account"
    __table_args__ = (
        UniqueConstraint("username", "community_id"),
        # Who works elsewhere is one person there: one account in each community.
        UniqueConstraint("home_account_id", "community_id"),
        CheckConstraint(
            "num_nulls(home_community_id, home_account_id) IN (0, 2)", name="home_whole"
        ),
        CheckConstraint("home_community_id <> community_id", name="home_elsewhere"),
        CheckConstraint(
            "home_account_id IS NULL OR num_nonnulls(password_hash, totp_secret) = 0",
            name="home_opens_it_alone",
        ),
        CheckConstraint("left_at IS NULL OR home_account_id IS NOT NULL", name="left_from_home"),
    )

    username: Mapped[str]
    display_name: Mapped[str]
    password_hash: Mapped[str | None]
    """Argon2id; None until its owner has come by a link and chosen a password."""
    totp_secret: Mapped[bytes | None]
    """Sealed with the operator's secret; None where the second factor is off."""
    totp_step: Mapped[int | None]
    """The half minute (since 1970) of the last code that was accepted: each code works once."""
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    resident_id: Mapped[UUID | None] = refer_to("resident", use_alter=True)
    """Who this is among the residents, so that nobody on the panel scores their own household."""
    active: Mapped[bool] = mapped_column(default=True)
    home_community_id: Mapped[UUID | None]
    home_account_id: Mapped[UUID | None]
    """The account, of another community, that its owner signs in with; None where it is this one.

    No key can hold it, for it is another community's.
    """
    left_at: Mapped[Moment | None]
    """Since when that account opens this one no more."""
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[Moment | None]
    created_at: Mapped[Moment]


class AccountLink(Owned, Identified):
    """A link by which the owner of an account sets what nobody else is to know; it works once."""

    __tablename__ = "account_link"
    __table_args__ = (
        UniqueConstraint("token_hash", "community_id"),
        CheckConstraint("purpose IN ('join', 'password', 'second_factor')", name="purpose_known"),
        CheckConstraint("expires_at > created_at", name="works_for_a_while"),
        Index("ix_account_link_account", "community_id", "account_id"),
    )

    account_id: Mapped[UUID] = refer_to("staff_account", ondelete="CASCADE")
    purpose: Mapped[str]
    token_hash: Mapped[bytes]
    """SHA-256 of the token in the address, which is not kept."""
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    failures: Mapped[int] = mapped_column(default=0)
    """How often what else is asked for was wrong; too often, and it opens nothing."""
    closed_at: Mapped[Moment | None]
    """When it was used, or another one took its place."""


class AccountAlert(Owned, Identified):
    """What the owner of an account is told, since somebody else may have done it."""

    __tablename__ = "account_alert"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('new_device', 'password_changed', 'factor_changed', 'roles_changed',"
            " 'link_made', 'link_used', 'locked', 'communities_changed')",
            name="kind_known",
        ),
        Index("ix_account_alert_account", "community_id", "account_id"),
    )

    account_id: Mapped[UUID] = refer_to("staff_account", ondelete="CASCADE")
    kind: Mapped[str]
    at: Mapped[Moment]
    device: Mapped[str | None]
    """The kind of browser it was done in; None for a program, or where somebody else did it."""
    device_hash: Mapped[bytes | None]
    """Names the browser, as in `AccessToken`: it is not asked whether it was itself."""
    answered_at: Mapped[Moment | None]
    """When the owner said that it was so."""


class AccessToken(Owned, Identified):
    """Who is signed in with a staff account: a browser at the console, or a program.

    The token itself is not kept, nor an address.
    """

    __tablename__ = "access_token"
    __table_args__ = (
        UniqueConstraint("token_hash", "community_id"),
        CheckConstraint(
            "num_nulls(device, device_hash, seen_at, proven_at) IN (0, 4)",
            name="browser_or_program",
        ),
        Index("ix_access_token_account", "community_id", "account_id"),
    )

    account_id: Mapped[UUID] = refer_to("staff_account", ondelete="CASCADE")
    account: Mapped[StaffAccount] = relate_by(account_id)
    token_hash: Mapped[bytes]
    """SHA-256 of the token."""
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
    device: Mapped[str | None]
    """The kind of browser; None for a program, and so are the next three."""
    device_hash: Mapped[bytes | None]
    """SHA-256 of the account and of random letters that the browser keeps."""
    seen_at: Mapped[Moment | None]
    """When the console was last used, to a minute."""
    proven_at: Mapped[Moment | None]
    """When its owner has last shown password or code."""
