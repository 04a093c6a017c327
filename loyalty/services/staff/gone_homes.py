"""Accounts whose owner signed in with one of another community that is there no more.

They are accounts of their own again, without a password: a manager gives a link to join.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, Update, cast, literal, select, update
from sqlalchemy.orm import Session, aliased

from loyalty.models import StaffAccount


def make_erased_name(account: Any) -> ColumnElement[str]:
    """Return what an account is called once its owner was erased; no two are called the same."""
    return literal("erased-") + cast(account.id, String)


def forget_gone_homes(session: Session) -> int:
    """Make accounts of their own of all whose owner was erased at home, or whose home is gone.

    Args:
        session: of no one community.

    Returns:
        How many there were.
    """
    home = aliased(StaffAccount)
    known = select(home.id).where(
        home.community_id == StaffAccount.home_community_id,
        home.id == StaffAccount.home_account_id,
        home.username != make_erased_name(home),
    )
    gone = _forget().where(
        StaffAccount.home_account_id.is_not(None), ~known.correlate(StaffAccount).exists()
    )
    return len(session.scalars(gone.returning(StaffAccount.id)).all())


def forget_homes_of(session: Session, community_id: UUID) -> None:
    """Let no account of a community open one of another community any more, whatever its id.

    Args:
        session: of no one community.
    """
    session.execute(_forget().where(StaffAccount.home_community_id == community_id))


def forget_homes_elsewhere(session: Session, community_id: UUID) -> None:
    """Let no account of a community be opened by one of another community any more."""
    session.execute(
        _forget().where(
            StaffAccount.community_id == community_id, StaffAccount.home_account_id.is_not(None)
        )
    )


def _forget() -> Update:
    return (
        update(StaffAccount)
        .values(home_community_id=None, home_account_id=None, left_at=None)
        .execution_options(synchronize_session=False)
    )
