"""What the owner of an account is told: a browser it did not know, and each change of the account.

It is asked in every other browser whether that was its owner. Who has password and code can sign
in twice and answer for themselves; the list of it stays for as long as it is kept.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from loyalty.models import AccessToken, AccountAlert, StaffAccount
from loyalty.rules.retention import SIGN_INS
from loyalty.services.actors import StaffMember
from loyalty.services.work import Work


class AlertKind(StrEnum):
    """What has happened to an account."""

    NEW_DEVICE = "new_device"
    """Somebody signed in where nobody has signed in with it for long, or ever."""
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # what happened, not a password
    FACTOR_CHANGED = "factor_changed"
    ROLES_CHANGED = "roles_changed"
    LINK_MADE = "link_made"
    LINK_USED = "link_used"
    LOCKED = "locked"
    """Whoever was signed in failed to prove it too often."""
    COMMUNITIES_CHANGED = "communities_changed"
    """Its owner works in another community with it, or does no more."""


def tell_owner(
    session: Session,
    account: StaffAccount,
    kind: AlertKind,
    *,
    now: datetime,
    by: AccessToken | StaffMember | None = None,
) -> None:
    """Write down what the owner of an account is told.

    Args:
        by: where somebody is signed in with the account who has done it; None for anybody else.
    """
    session.add(
        AccountAlert(
            community_id=account.community_id,
            account_id=account.id,
            kind=kind.value,
            at=now,
            device=by.device if by else None,
            device_hash=by.device_hash if by else None,
        )
    )
    session.flush()


def list_unanswered(session: Session, member: StaffMember) -> Sequence[AccountAlert]:
    """Return what was done to an account elsewhere than in this browser, the latest first."""
    return session.scalars(_unanswered(member).order_by(AccountAlert.at.desc())).all()


def list_alerts(work: Work) -> Sequence[AccountAlert]:
    """Return all that the owner of an account was told, the latest first."""
    query = work.select(AccountAlert).where(AccountAlert.account_id == work.actor.account_id)
    return work.session.scalars(query.order_by(AccountAlert.at.desc(), AccountAlert.id)).all()


def answer_alerts(work: Work, alert_ids: Sequence[UUID]) -> None:
    """Take in that it was the owner who did what these tell; none of this browser's own."""
    answered = _unanswered(work.actor).where(AccountAlert.id.in_(alert_ids))
    for alert in work.session.scalars(answered):
        alert.answered_at = work.now
        work.note("account.alert_answered", alert, kind=alert.kind)


def answer_all(session: Session, account: StaffAccount, *, now: datetime) -> None:
    """Ask no more about what was before: its owner has a new password."""
    session.execute(
        update(AccountAlert)
        .where(
            AccountAlert.community_id == account.community_id,
            AccountAlert.account_id == account.id,
            AccountAlert.answered_at.is_(None),
        )
        .values(answered_at=now)
    )


def forget_alerts(session: Session, community_id: UUID, *, now: datetime) -> None:
    """Forget what was told long ago."""
    session.execute(
        delete(AccountAlert).where(
            AccountAlert.community_id == community_id, AccountAlert.at <= now - SIGN_INS
        )
    )


def _unanswered(member: StaffMember) -> Select[tuple[AccountAlert]]:
    told = select(AccountAlert).where(
        AccountAlert.community_id == member.community_id,
        AccountAlert.account_id == member.account_id,
        AccountAlert.answered_at.is_(None),
    )
    if member.session_id is None and member.device_hash is None:
        return told
    return told.where(AccountAlert.device_hash.is_distinct_from(member.device_hash))
