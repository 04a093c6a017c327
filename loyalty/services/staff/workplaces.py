"""The communities in which one person works: the home account, and those it has joined by links.

Password and second factor are the home account's alone. An account that was joined has neither, so
nothing that a manager of its community does with it opens the home account; and a link by which the
home account was set anew opens none of the others, until their managers have given a link again.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from loyalty.models import Community, StaffAccount
from loyalty.services.actors import NEED_SECOND_FACTOR, StaffMember
from loyalty.services.audit import note
from loyalty.services.errors import UnknownRecordError
from loyalty.services.staff.alerts import AlertKind, tell_owner
from loyalty.services.staff.sessions import find_own_session
from loyalty.services.staff.sign_in import to_staff_member
from loyalty.services.work import Lock, Work


@dataclass(frozen=True, slots=True)
class Workplace:
    """A community in which somebody works, as one of its accounts."""

    member: StaffMember
    community: Community
    is_home: bool
    """Whether its account is the one that signs in."""


def list_workplaces(session: Session, owner: StaffMember) -> list[Workplace]:
    """Return where the owner of an account works, the account's own community first.

    Where the account itself was closed, that one is missing.

    Args:
        session: of no one community, for somebody may work in several.
        owner: from `get_staff_member_by_token`.
    """
    home = session.get_one(StaffAccount, (owner.community_id, owner.account_id))
    community = session.get_one(Community, owner.community_id)
    has_factor = home.totp_secret is not None
    joined = session.execute(_joined_by(home).order_by(Community.name, Community.id))
    own = [Workplace(owner, community, is_home=True)] if home.active else []
    return own + [_make_workplace(row, owner, has_factor=has_factor) for row in joined]


def leave_community(work: Work, community_id: UUID) -> None:
    """Let the home account open no account of a community any more; no other is concerned.

    Args:
        work: of the home account, in a transaction of no one community.

    Raises:
        UnknownRecordError: it opens none there.
    """
    home = lock_home(work)
    left = _leave(work.session, home, now=work.now, only=community_id)
    if not left:
        raise UnknownRecordError("The account has not joined this community.")
    by = find_own_session(work)
    tell_owner(work.session, home, AlertKind.COMMUNITIES_CHANGED, now=work.now, by=by)


def leave_all(session: Session, home: StaffAccount, *, now: datetime) -> None:
    """Let an account, whose row the caller has locked, open none of another community any more."""
    _leave(session, home, now=now)


def has_workplaces(session: Session, home: StaffAccount) -> bool:
    """Return whether an account opens one of another community."""
    return session.execute(_joined_by(home).limit(1)).first() is not None


def lock_home(work: Work) -> StaffAccount:
    """Return the account that has signed in; whoever changes what it opens waits here."""
    return work.find(StaffAccount, work.actor.account_id, lock=Lock.CHANGE)


def _joined_by(home: StaffAccount) -> Select[tuple[StaffAccount, Community]]:
    return (
        select(StaffAccount, Community)
        .join(Community, Community.id == StaffAccount.community_id)
        .where(
            StaffAccount.home_account_id == home.id,
            StaffAccount.home_community_id == home.community_id,
            StaffAccount.left_at.is_(None),
            StaffAccount.active,
        )
    )


def _make_workplace(
    row: Row[tuple[StaffAccount, Community]], owner: StaffMember, *, has_factor: bool
) -> Workplace:
    account, community = row
    needs_factor = not NEED_SECOND_FACTOR.isdisjoint(account.roles)
    member = replace(
        to_staff_member(account, timezone=community.timezone),
        owes_second_factor=needs_factor and not has_factor and not community.demonstration,
        proven_at=owner.proven_at,
    )
    return Workplace(member, community, is_home=False)


def _leave(session: Session, home: StaffAccount, *, now: datetime, only: UUID | None = None) -> int:
    """Return how many accounts of others an account has left."""
    query = select(StaffAccount).where(
        StaffAccount.home_account_id == home.id,
        StaffAccount.home_community_id == home.community_id,
        StaffAccount.left_at.is_(None),
    )
    if only is not None:
        query = query.where(StaffAccount.community_id == only)
    left = session.scalars(query.with_for_update(key_share=True)).all()
    for account in left:
        account.left_at = now
        note_on_both_sides(session, home, account, "left", now=now)
    session.flush()
    return len(left)


def note_on_both_sides(
    session: Session, home: StaffAccount, account: StaffAccount, deed: str, *, now: datetime
) -> None:
    """Leave a trace of what its owner has done with an account in both communities."""
    for own, other in ((home, account), (account, home)):
        note(
            session,
            None,
            f"account.{deed}_elsewhere" if own is home else f"account.{deed}_from_elsewhere",
            community_id=own.community_id,
            subject_id=own.id,
            now=now,
            community=str(other.community_id),
            account=str(other.id),
        )
