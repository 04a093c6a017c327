"""Signing in: accounts, their passwords and second factors, and the tokens of programs."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AccessToken, Community, StaffAccount
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import SignInError


def staff_member_of_token(session: Session, token: str, *, now: datetime) -> StaffMember:
    """Return whose token this is.

    Raises:
        SignInError: it is unknown, expired or revoked, or the account is closed.
    """
    row = session.execute(
        select(StaffAccount, Community.timezone)
        .join(AccessToken, AccessToken.account_id == StaffAccount.id)
        .join(Community, Community.id == StaffAccount.community_id)
        .where(
            AccessToken.token_hash == hashlib.sha256(token.encode()).digest(),
            AccessToken.expires_at > now,
            AccessToken.revoked_at.is_(None),
            StaffAccount.active,
        )
    ).one_or_none()
    if row is None:
        raise SignInError("This token is unknown, expired or revoked; sign in again.")
    account, timezone = row
    return member(account, timezone=timezone)


def member(account: StaffAccount, *, timezone: str) -> StaffMember:
    """Return an account as an actor."""
    return StaffMember(
        account_id=account.id,
        community_id=account.community_id,
        timezone=timezone,
        roles=frozenset(Role(role) for role in account.roles),
    )
