"""Signing in with a password, and the tokens of programs that did."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.models import AccessToken, Community, StaffAccount
from loyalty.rules.community_number import SECRET_BYTES, make_numbered_token, read_number_in_token
from loyalty.rules.typed_text import clean_code, clean_login_name
from loyalty.services.actors import NEED_SECOND_FACTOR, Role, StaffMember
from loyalty.services.audit import note
from loyalty.services.community.founding import SLUG
from loyalty.services.errors import SignInError, SignInLockedError
from loyalty.services.staff.guesses import count_guess, forget_guesses, name_guesses
from loyalty.services.staff.passwords import password_matches
from loyalty.services.staff.second_factor import find_accepted_step

USERNAME = re.compile(r"\w[\w.@-]{1,39}")
"""What an account may be called; capitals make no difference."""

TOKEN_PREFIX = "staff_"  # noqa: S105  # how a token begins, not a token
TOKEN_LIFETIME = timedelta(hours=12)
FAILURES_ALLOWED = 5
"""How often whoever is signed in may fail to prove it again; then all sessions end."""
LOCKED_FOR = timedelta(minutes=15)


WRONG = "The name, the password or the code is wrong."


class Proof(Protocol):
    """What the owner of an account knows and has."""

    @property
    def password(self) -> str:
        """The account's password."""

    @property
    def totp(self) -> str | None:
        """The second factor's six digits, where the account has one."""


@dataclass(frozen=True, slots=True)
class OwnersProof:
    """What the owner of an account shows once more."""

    password: str = field(repr=False)
    totp: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a person or program shows to sign in."""

    username: str
    password: str = field(repr=False)
    totp: str | None = field(default=None, repr=False)
    """The second factor's six digits, where the account has one."""
    community: str | None = None
    """Short name of the community; None where the name of the account says enough."""
    origin: str = field(default="", repr=False)
    """The address it comes from; it is kept nowhere, failures are counted under its hash."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A program that has signed in."""

    token: str = field(repr=False)
    """Shown once; only its hash is kept."""
    expires_at: datetime
    roles: list[str]


def sign_in(session: Session, request: SignIn, *, sealing_key: bytes, now: datetime) -> SignedIn:
    """Give a program a token for twelve hours.

    Raises:
        SignInError: the name, the password or the code is wrong.
        SignInLockedError: too many attempts failed.
    """
    account = check_password(session, request, sealing_key=sealing_key, now=now)
    community = session.get_one(Community, account.community_id)
    token = make_numbered_token(TOKEN_PREFIX, community.number, secrets.token_urlsafe(SECRET_BYTES))
    expires_at = now + TOKEN_LIFETIME
    session.add(
        AccessToken(
            community_id=account.community_id,
            account_id=account.id,
            token_hash=_hash(token),
            created_at=now,
            expires_at=expires_at,
        )
    )
    session.flush()
    return SignedIn(token=token, expires_at=expires_at, roles=account.roles)


def sign_out(session: Session, actor: StaffMember, token: str, *, now: datetime) -> None:
    """End a token, which belongs to the actor, before its time."""
    session.execute(
        update(AccessToken)
        .where(
            AccessToken.community_id == actor.community_id,
            AccessToken.token_hash == _hash(token),
            AccessToken.account_id == actor.account_id,
        )
        .values(revoked_at=now)
    )


def check_password(
    session: Session, request: SignIn, *, sealing_key: bytes, now: datetime
) -> StaffAccount:
    """Return the account that signs in.

    Failures are counted by the name that was typed and the address it came from, whether there is
    such an account or not: so a lock tells nothing, and keeps nobody else out. Which part was wrong
    is not said, and an unknown name takes as long as a wrong password, as does one that several
    communities have. The row is locked, so that a code shown twice at once works once.

    Args:
        sealing_key: from `cards.keys.sealing_key_from`; opens the second factor's secret.

    Raises:
        SignInError: the name, the password or the code is wrong, or the account is closed.
        SignInLockedError: too many attempts failed. Both are recorded refusals.
    """
    guessed = name_guesses(
        clean_login_name(request.username), request.origin, sealing_key=sealing_key
    )
    count_guess(session, guessed, now=now)
    account = _open_account(session, request)
    if account is None:
        password_matches(request.password, None)
        raise SignInError(WRONG)
    if not _is_proven(session, account, request, sealing_key=sealing_key, now=now):
        raise SignInError(WRONG)
    forget_guesses(session, guessed)
    _note(session, account, "account.signed_in", now=now)
    return account


def prove(
    session: Session, account: StaffAccount, proof: Proof, *, sealing_key: bytes, now: datetime
) -> None:
    """See that whoever is signed in is the owner of the account still.

    Failures are counted with the account, whose row the caller has locked; the fifth ends all that
    is signed in. None of it concerns who signs in anew.

    Raises:
        SignInError: password or code are wrong.
        SignInLockedError: too many attempts failed. Both are recorded refusals.
    """
    if account.locked_until is not None and account.locked_until > now:
        raise SignInLockedError(account.locked_until - now)
    if not _is_proven(session, account, proof, sealing_key=sealing_key, now=now):
        _count_failure(session, account, now=now)
        raise SignInError(WRONG)
    _write(session, account, failed_sign_ins=0, locked_until=None)


def _is_proven(
    session: Session, account: StaffAccount, proof: Proof, *, sealing_key: bytes, now: datetime
) -> bool:
    """Return whether password and code are the account's; a code that was is used up."""
    if not password_matches(proof.password, account.password_hash):
        return False
    if account.totp_secret is None:
        return True
    step = find_accepted_step(account, proof.totp, sealing_key=sealing_key, now=now)
    if step is not None:
        _write(session, account, totp_step=step)
    return step is not None


def get_staff_member_by_token(session: Session, token: str, *, now: datetime) -> StaffMember:
    """Return whose token this is.

    Raises:
        SignInError: it is unknown, expired or revoked, or the account is closed.
    """
    query = (
        select(StaffAccount, Community)
        .join_from(StaffAccount, AccessToken)
        .join(Community, Community.id == StaffAccount.community_id)
        .where(
            AccessToken.token_hash == _hash(token),
            AccessToken.expires_at > now,
            AccessToken.revoked_at.is_(None),
            StaffAccount.active,
        )
    )
    if number := read_number_in_token(token):
        query = query.where(Community.number == number)
    row = session.execute(query).one_or_none()
    if row is None:
        raise SignInError("This token is unknown, expired or revoked; sign in again.")
    account, community = row
    member = to_staff_member(account, timezone=community.timezone)
    # The accounts of a demonstration are printed for whoever tries it: there is nothing to keep.
    owes = owes_second_factor(account) and not community.demonstration
    return replace(member, owes_second_factor=owes)


def owes_second_factor(account: StaffAccount) -> bool:
    """Return whether an account has no second factor, and may do what needs one."""
    return account.totp_secret is None and not NEED_SECOND_FACTOR.isdisjoint(account.roles)


def end_sessions(session: Session, account: StaffAccount, *, now: datetime) -> None:
    """End whatever is signed in with an account."""
    session.execute(
        update(AccessToken)
        .where(
            AccessToken.community_id == account.community_id,
            AccessToken.account_id == account.id,
            AccessToken.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def to_staff_member(account: StaffAccount, *, timezone: str) -> StaffMember:
    """Return an account as an actor."""
    return StaffMember(
        account_id=account.id,
        community_id=account.community_id,
        timezone=timezone,
        roles=frozenset(Role(role) for role in account.roles),
    )


def _open_account(session: Session, request: SignIn) -> StaffAccount | None:
    """Return the account of a name in the community named, or in the only one that has the name."""
    name = clean_login_name(request.username)
    if not USERNAME.fullmatch(name):
        return None
    called = select(StaffAccount.community_id, StaffAccount.id).where(
        StaffAccount.username == name, StaffAccount.active
    )
    if request.community:
        slug = clean_code(request.community)
        if not SLUG.fullmatch(slug):
            return None
        called = called.where(
            StaffAccount.community_id
            == select(Community.id).where(Community.slug == slug).scalar_subquery()
        )
    found = session.execute(called.limit(2)).all()
    if len(found) != 1:
        return None
    account = session.get(
        StaffAccount,
        tuple(found[0]),
        with_for_update={"key_share": True},
        populate_existing=True,
    )
    return account if account is not None and account.active else None


def _count_failure(session: Session, account: StaffAccount, *, now: datetime) -> None:
    failures = account.failed_sign_ins + 1
    if failures < FAILURES_ALLOWED:
        _write(session, account, failed_sign_ins=failures)
        return
    _write(session, account, failed_sign_ins=0, locked_until=now + LOCKED_FOR)
    end_sessions(session, account, now=now)
    _note(session, account, "account.locked", now=now)


def _write(session: Session, account: StaffAccount, **values: object) -> None:
    """Write what signing in counts, without a new version: a manager's edit is not disturbed."""
    session.execute(
        update(StaffAccount)
        .where(StaffAccount.community_id == account.community_id, StaffAccount.id == account.id)
        .values(**values)
    )


def _note(session: Session, account: StaffAccount, action: str, *, now: datetime) -> None:
    note(
        session,
        None,
        action,
        community_id=account.community_id,
        subject_id=account.id,
        now=now,
    )
    session.flush()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
