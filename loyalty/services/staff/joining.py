"""Joining a community with the account of another one, by a link of the one that is joined."""

from sqlalchemy import select

from loyalty.models import AccessToken, Community, StaffAccount
from loyalty.services.errors import (
    AlreadyJoinedError,
    ClosedAccountError,
    NotAllowedError,
    SignInError,
    UnknownRecordError,
)
from loyalty.services.same_person import list_accounts_of_same
from loyalty.services.staff.alerts import AlertKind, tell_owner
from loyalty.services.staff.credentials import close_links
from loyalty.services.staff.links import can_join_from_elsewhere, find_link
from loyalty.services.staff.sessions import find_own_session
from loyalty.services.staff.workplaces import Deed, lock_home, note_on_both_sides
from loyalty.services.work import Work


def join_from_elsewhere(work: Work, token: str) -> StaffAccount:
    """Let whoever is signed in open the account of a link to join with the account of their own.

    It is signed in to with that one alone, and whoever manages its community sets nothing of it.

    Args:
        work: of the account that has signed in, in a transaction of no one community.

    Raises:
        UnknownRecordError: as `open_link`, or the link is for something else.
        AlreadyJoinedError: the owner has an account in the link's community.
        ClosedAccountError: the account of one's own was closed.
        NotAllowedError: the account of one's own is a demonstration's, and the other is not.
        SignInError: whoever acts was signed out meanwhile.
    """
    home = lock_home(work)
    by = _refuse_signed_out(work)
    link, account = find_link(work.session, token, now=work.now, lock=True)
    if not can_join_from_elsewhere(link, account):
        raise UnknownRecordError("This link is not to join with another account.")
    _refuse_closed(home)
    _refuse_printed_password(work, account)
    _refuse_second_account(work, home, account)
    account.home_community_id, account.home_account_id = home.community_id, home.id
    account.left_at = None
    close_links(work.session, account, now=work.now)
    tell_owner(work.session, home, AlertKind.COMMUNITIES_CHANGED, now=work.now, by=by)
    note_on_both_sides(work.session, home, account, Deed("joined", work.now, work.actor))
    work.session.flush()
    return account


def _refuse_closed(home: StaffAccount) -> None:
    """Let who was closed at home stay where they work, and go nowhere else from there."""
    if not home.active:
        raise ClosedAccountError("An account that was closed joins nothing more.")


def _refuse_printed_password(work: Work, account: StaffAccount) -> None:
    """Let nobody into a community by an account whose password is printed for everybody."""
    home, other = (
        work.session.get_one(Community, one) for one in (work.community_id, account.community_id)
    )
    if home.demonstration and not other.demonstration:
        raise NotAllowedError("An account of a demonstration opens no community.")


def _refuse_second_account(work: Work, home: StaffAccount, account: StaffAccount) -> None:
    """Refuse who has an account in that community: one person is one there.

    Two accounts of one resident at home are one person.
    """
    if account.community_id == home.community_id:
        raise AlreadyJoinedError("This account is of the same community.")
    if account.home_account_id not in {None, home.id}:
        raise AlreadyJoinedError("The account was joined with another one.")
    others = work.session.scalar(
        select(StaffAccount.id).where(
            StaffAccount.community_id == account.community_id,
            StaffAccount.home_account_id.in_(list_accounts_of_same(work, {home.id})),
            StaffAccount.id != account.id,
        )
    )
    if others is not None:
        raise AlreadyJoinedError("The owner has joined this community with another account.")


def _refuse_signed_out(work: Work) -> AccessToken:
    """Return where whoever acts is signed in, unless it has ended since."""
    by = find_own_session(work)
    if by is None or by.revoked_at is not None:
        raise SignInError("The session has ended; sign in again.")
    return by
