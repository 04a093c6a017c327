"""Builders of valid records; a test changes only what it is about.

Each takes the session first, flushes, and returns the record. Names follow ``given_<noun>``.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from loyalty.models import AccessToken, Community, Honour, StaffAccount
from loyalty.rules.discount import DEFAULT_EXCLUDED
from loyalty.services.actors import Role, StaffMember
from loyalty.services.sign_in import member

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 12, 9, 12, 0, tzinfo=SHANGHAI)
"""A Wednesday in the middle of a month."""

number = count(1)

HONOURS = (
    ("civilized_resident", "文明居民"),
    ("household_head", "联户长"),
    ("red_cell_member", "红细胞党员"),
)


def given_community(session: Session, **values: Any) -> Community:
    """A community with its three honours and the default policy."""
    community = Community(
        **{
            "slug": f"market-{next(number)}",
            "name": "田园市场",
            "timezone": "Asia/Shanghai",
            "excluded_categories": list(DEFAULT_EXCLUDED),
            "created_at": NOON,
            **values,
        }
    )
    session.add(community)
    session.flush()
    session.add_all(
        Honour(community_id=community.id, code=code, name=name, number=place)
        for place, (code, name) in enumerate(HONOURS, start=1)
    )
    session.flush()
    return community


def given_account(
    session: Session, community: Community, *roles: Role, **values: Any
) -> StaffAccount:
    """An account with some roles; it cannot sign in with a password."""
    account = StaffAccount(
        **{
            "community_id": community.id,
            "username": f"account-{next(number)}",
            "display_name": "李管理",
            "password_hash": "!",
            "roles": [role.value for role in roles or (Role.STAFF,)],
            "created_at": NOON,
            **values,
        }
    )
    session.add(account)
    session.flush()
    return account


def given_staff(session: Session, community: Community, *roles: Role) -> StaffMember:
    """A signed-in account, as the services see it."""
    return member(given_account(session, community, *roles), timezone=community.timezone)


def signed_in(session: Session, community: Community, *roles: Role) -> dict[str, str]:
    """Return the headers of a program signed in with some roles; commits what was built."""
    token = secrets.token_urlsafe()
    account = given_account(session, community, *roles)
    session.add(
        AccessToken(
            account_id=account.id,
            token_hash=hashlib.sha256(token.encode()).digest(),
            created_at=datetime.now(UTC),
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )
    )
    session.commit()
    return {"Authorization": f"Bearer {token}"}
