"""Links that work once, by which the owner of an account joins, or sets anew what was lost.

Whoever makes one learns neither password nor second factor. A link for one of the two asks for the
other, so that nobody takes an account over by a link alone; who has lost both gets a new account,
or a link from the operator.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AccountLink, Community, StaffAccount
from loyalty.rules.community_number import SECRET_BYTES, make_numbered_token, read_number_in_token
from loyalty.services.audit import note
from loyalty.services.errors import SignInError, UnknownRecordError, ValueRefusedError
from loyalty.services.staff.alerts import AlertKind, tell_owner
from loyalty.services.staff.credentials import close_links, remove_second_factor, set_password
from loyalty.services.staff.passwords import password_matches
from loyalty.services.staff.sessions import end_sessions
from loyalty.services.staff.sign_in import use_up_code
from loyalty.services.staff.workplaces import has_workplaces, leave_all, leave_home
from loyalty.services.work import Lock, Work

TOKEN_PREFIX = "join_"  # noqa: S105  # how a token begins, not a token
FAILURES_ALLOWED = 5
"""The failure with this number closes the link."""


class LinkPurpose(StrEnum):
    """What the owner of an account sets by a link."""

    JOIN = "join"
    """The first password."""
    PASSWORD = "password"  # noqa: S105  # a purpose, not a password
    """Another password; who has a second factor shows it."""
    SECOND_FACTOR = "second_factor"
    """No second factor for now, so that another is set at the next sign-in; by the password."""


LASTS: Mapping[LinkPurpose, timedelta] = MappingProxyType(
    {
        LinkPurpose.JOIN: timedelta(days=7),
        LinkPurpose.PASSWORD: timedelta(days=1),
        LinkPurpose.SECOND_FACTOR: timedelta(days=1),
    }
)


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link, shown once to whoever hands it over."""

    token: str = field(repr=False)
    purpose: LinkPurpose
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What a link says to whoever opens it."""

    link_id: UUID
    purpose: LinkPurpose
    username: str
    display_name: str
    community_name: str
    asks_for_code: bool
    """A code of the second factor is asked for."""
    can_join_from_elsewhere: bool
    """Its owner may join with an account of another community."""
    joined_from_elsewhere: bool
    """Its owner has, and has left; they join again with the same, and there is no password here."""
    leaves_others: bool
    """The account opens some of other communities, and will not when the link was used."""

    @property
    def chooses_password(self) -> bool:
        """Whether a new password is chosen, and not a second factor ended."""
        return self.purpose is not LinkPurpose.SECOND_FACTOR and not self.joined_from_elsewhere


@dataclass(frozen=True, slots=True)
class UseLink:
    """What the owner of an account sends by a link."""

    token: str = field(repr=False)
    password: str = field(repr=False)
    """The new one; the present one where the second factor was lost."""
    totp: str | None = field(default=None, repr=False)


def make_link_address(base_url: str, token: str) -> str:
    """Return the address that a link is handed over as."""
    return f"{base_url}/join/{token}"


def list_purposes(account: StaffAccount) -> list[LinkPurpose]:
    """Return what a link could be for, as an account stands."""
    if not account.active:
        return []
    if account.home_account_id is not None:
        # Who works here by another account has nothing here to be set anew.
        return [LinkPurpose.JOIN] if account.left_at is not None else []
    if account.password_hash is None:
        return [LinkPurpose.JOIN]
    lost = [LinkPurpose.PASSWORD, LinkPurpose.SECOND_FACTOR]
    return lost if account.totp_secret is not None else lost[:1]


def make_link(work: Work, account_id: UUID, purpose: LinkPurpose) -> MadeLink:
    """Make a link for an account; earlier ones open nothing any more.

    Raises:
        ValueRefusedError: the account has no use for it.
    """
    account = work.find(StaffAccount, account_id, lock=Lock.CHANGE)
    if purpose not in list_purposes(account):
        raise ValueRefusedError("/purpose", "The account has no use for such a link.")
    made, link = _add_link(work.session, account, purpose, now=work.now)
    work.note("account.link_made", account, purpose=purpose, link=str(link.id))
    return made


def make_operators_link(
    session: Session, community: Community, account: StaffAccount, *, now: datetime
) -> MadeLink:
    """Make a link to join anew, for who has lost everything; the operator vouches for them.

    An account that another community's opens stays open by it until the link is used; one that its
    owner has left is an account of its own at once.
    """
    if account.left_at is not None:
        leave_home(session, account, now=now)
    made, link = _add_link(session, account, LinkPurpose.JOIN, now=now)
    note(
        session,
        None,
        "account.link_made",
        community_id=community.id,
        subject_id=account.id,
        now=now,
        purpose=LinkPurpose.JOIN,
        link=str(link.id),
    )
    return made


def open_link(session: Session, token: str, *, now: datetime) -> OpenedLink:
    """Return what a link is for.

    Raises:
        UnknownRecordError: it was never given, was used, has run out, or was replaced.
    """
    link, account = find_link(session, token, now=now)
    community = session.get_one(Community, account.community_id)
    return OpenedLink(
        link.id,
        LinkPurpose(link.purpose),
        account.username,
        account.display_name,
        community.name,
        asks_for_code=link.purpose == LinkPurpose.PASSWORD and account.totp_secret is not None,
        can_join_from_elsewhere=can_join_from_elsewhere(link, account),
        joined_from_elsewhere=account.left_at is not None,
        leaves_others=has_workplaces(session, account),
    )


def use_link(session: Session, request: UseLink, *, sealing_key: bytes, now: datetime) -> None:
    """Set what a link is for, once, and end all that is signed in with the account.

    The account is locked: of two who use a link, one is late. It opens no account of another
    community any more: whoever made the link here is nobody there.

    Raises:
        UnknownRecordError: as `open_link`, or the account has no password, but another's.
        ValueRefusedError: the new password is too short, or among the first that are guessed.
        SignInError: what else is asked for is wrong; it is counted, and the fifth closes the link.
    """
    link, account = find_link(session, request.token, now=now, lock=True)
    if account.left_at is not None:
        raise UnknownRecordError("This account is joined with one of another community.")
    _refuse_wrong(session, link, account, request, sealing_key=sealing_key, now=now)
    has_joined = account.password_hash is not None
    leave_all(session, account, now=now)
    # Where another account opens it, the operator alone has made the link.
    leave_home(session, account, now=now)
    if link.purpose == LinkPurpose.SECOND_FACTOR:
        remove_second_factor(session, account)
        end_sessions(session, account, now=now)
    else:
        set_password(session, account, request.password, now=now)
    if link.purpose == LinkPurpose.JOIN:
        remove_second_factor(session, account)
    link.closed_at = now
    if has_joined:
        tell_owner(session, account, AlertKind.LINK_USED, now=now)
    note(
        session,
        None,
        "account.link_used",
        community_id=account.community_id,
        subject_id=account.id,
        now=now,
        purpose=link.purpose,
        link=str(link.id),
    )
    session.flush()


def _add_link(
    session: Session, account: StaffAccount, purpose: LinkPurpose, *, now: datetime
) -> tuple[MadeLink, AccountLink]:
    community = session.get_one(Community, account.community_id)
    token = make_numbered_token(TOKEN_PREFIX, community.number, secrets.token_urlsafe(SECRET_BYTES))
    close_links(session, account, now=now)
    link = AccountLink(
        community_id=account.community_id,
        account_id=account.id,
        purpose=purpose.value,
        token_hash=_hash(token),
        created_at=now,
        expires_at=now + LASTS[purpose],
    )
    session.add(link)
    session.flush()
    if account.password_hash is not None:
        tell_owner(session, account, AlertKind.LINK_MADE, now=now)
    return MadeLink(token, purpose, link.expires_at), link


def find_link(
    session: Session, token: str, *, now: datetime, lock: bool = False
) -> tuple[AccountLink, StaffAccount]:
    """Return an open link, and its account.

    Args:
        lock: whoever else uses a link of the account waits until the transaction ends.

    Raises:
        UnknownRecordError: it was never given, was used, has run out, or was replaced.
    """
    number = read_number_in_token(token)
    community = select(Community.id).where(Community.number == number).scalar_subquery()
    query = select(AccountLink).where(
        AccountLink.community_id == community,
        AccountLink.token_hash == _hash(token),
        AccountLink.closed_at.is_(None),
        AccountLink.expires_at > now,
    )
    link = session.scalar(query)
    account = None if link is None else _find_account(session, link, lock=lock)
    # It may have been used while the account was waited for.
    link = session.scalar(query.execution_options(populate_existing=True))
    if link is None or account is None or not account.active:
        raise UnknownRecordError("This link opens nothing, or nothing any more.")
    return link, account


def can_join_from_elsewhere(link: AccountLink, account: StaffAccount) -> bool:
    """Return whether a link is one to join with an account of another community."""
    return link.purpose == LinkPurpose.JOIN and account.password_hash is None


def _find_account(session: Session, link: AccountLink, *, lock: bool) -> StaffAccount | None:
    return session.get(
        StaffAccount,
        (link.community_id, link.account_id),
        with_for_update={"key_share": True} if lock else None,
        populate_existing=True,
    )


def _refuse_wrong(
    session: Session,
    link: AccountLink,
    account: StaffAccount,
    request: UseLink,
    *,
    sealing_key: bytes,
    now: datetime,
) -> None:
    """Refuse who does not have what the account still has."""
    if link.purpose == LinkPurpose.SECOND_FACTOR:
        right = password_matches(request.password, account.password_hash)
    elif link.purpose == LinkPurpose.PASSWORD and account.totp_secret is not None:
        right = use_up_code(session, account, request.totp, sealing_key=sealing_key, now=now)
    else:
        right = True
    if right:
        return
    link.failures += 1
    if link.failures >= FAILURES_ALLOWED:
        link.closed_at = now
    session.flush()
    raise SignInError("The password or the code is wrong.")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
