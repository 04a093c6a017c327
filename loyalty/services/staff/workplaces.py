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


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done with an account that another community's opens."""

    name: str
    """``joined`` or ``left``."""
    at: datetime
    owner: StaffMember | None = None
    """Its owner, who has done it; None where a link was used, by whoever holds it."""


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
    left = _leave(work.session, home, Deed("left", work.now, work.actor), only=community_id)
    if not left:
        raise UnknownRecordError("The account has not joined this community.")
    by = find_own_session(work)
    tell_owner(work.session, home, AlertKind.COMMUNITIES_CHANGED, now=work.now, by=by)


def leave_all(session: Session, home: StaffAccount, *, now: datetime) -> None:
    """Let an account, whose row the caller has locked, open none of another community any more."""
    _leave(session, home, Deed("left", now))


def leave_home(session: Session, account: StaffAccount, *, now: datetime) -> None:
    """Let an account be one of its own, if another community's opens it; it has no password then.

    Args:
        account: its row the caller has locked.
    """
    if account.home_account_id is None:
        return
    home = session.get(StaffAccount, (account.home_community_id, account.home_account_id))
    if home is not None and account.left_at is None:
        note_on_both_sides(session, home, account, Deed("left", now))
        tell_owner(session, home, AlertKind.COMMUNITIES_CHANGED, now=now)
    account.home_community_id = account.home_account_id = account.left_at = None
    session.flush()


def note_entry(session: Session, place: Workplace, *, now: datetime) -> None:
    """Leave a trace, in a community that is not the own account's, that its owner has come there.

    Args:
        session: of no one community.
    """
    if place.is_home:
        return
    note(
        session,
        place.member,
        "account.entered",
        community_id=place.community.id,
        subject_id=place.member.account_id,
        now=now,
    )


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
        device=owner.device,
        device_hash=owner.device_hash,
    )
    return Workplace(member, community, is_home=False)


def _leave(session: Session, home: StaffAccount, deed: Deed, *, only: UUID | None = None) -> int:
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
        account.left_at = deed.at
        note_on_both_sides(session, home, account, deed)
    session.flush()
    return len(left)


def note_on_both_sides(
    session: Session, home: StaffAccount, account: StaffAccount, deed: Deed
) -> None:
    """Leave a trace of what was done with an account in both communities.

    Who did it is told at home alone: the other community has no such account.
    """
    by = "link" if deed.owner is None else "owner"
    for own, other in ((home, account), (account, home)):
        note(
            session,
            deed.owner if own is home else None,
            f"account.{deed.name}_{'elsewhere' if own is home else 'from_elsewhere'}",
            community_id=own.community_id,
            subject_id=own.id,
            now=deed.at,
            by=by,
            community=str(other.community_id),
            account=str(other.id),
        )
