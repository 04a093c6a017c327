"""Signing in with a password, and proving it again."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session, aliased

from loyalty.models import AccessToken, Community, StaffAccount
from loyalty.rules.community_number import read_number_in_token
from loyalty.rules.typed_text import clean_code, clean_login_name
from loyalty.services.actors import NEED_SECOND_FACTOR, Role, StaffMember
from loyalty.services.audit import note
from loyalty.services.community.founding import SLUG
from loyalty.services.errors import SignInError, SignInLockedError
from loyalty.services.staff.alerts import AlertKind, tell_owner
from loyalty.services.staff.guesses import count_guess, forget_guesses, name_guesses
from loyalty.services.staff.passwords import password_matches
from loyalty.services.staff.second_factor import find_accepted_step
from loyalty.services.staff.sessions import (
    IDLE_FOR,
    Device,
    end_sessions,
    hash_token,
    note_proof,
    note_use,
    open_session,
)
from loyalty.services.work import Lock, Work

USERNAME = re.compile(r"\w[\w.@-]{1,39}")
"""What an account may be called; capitals make no difference."""

FAILURES_ALLOWED = 5
"""How often whoever is signed in may fail to prove it again; then all sessions end."""
LOCKED_FOR = timedelta(minutes=15)
PROVEN_FOR = timedelta(minutes=15)
"""For how long password or code, shown once, are enough for a sensitive act at the console."""


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
    device: Device | None = None
    """The browser at the console; None for a program."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A program, or a browser, that has signed in."""

    token: str = field(repr=False)
    """Shown once; only its hash is kept."""
    expires_at: datetime
    roles: list[str]


def sign_in(session: Session, request: SignIn, *, sealing_key: bytes, now: datetime) -> SignedIn:
    """Give a program, or a browser at the console, a token for twelve hours.

    Raises:
        SignInError: the name, the password or the code is wrong.
        SignInLockedError: too many attempts failed.
    """
    account = check_password(session, request, sealing_key=sealing_key, now=now)
    opened = open_session(session, account, request.device, now=now)
    return SignedIn(token=opened.token, expires_at=opened.expires_at, roles=account.roles)


def sign_out(session: Session, actor: StaffMember, token: str, *, now: datetime) -> None:
    """End a token, which belongs to the actor, before its time."""
    session.execute(
        update(AccessToken)
        .where(
            AccessToken.community_id == actor.community_id,
            AccessToken.token_hash == hash_token(token),
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
    _refuse_locked(account, now=now)
    if not _is_proven(session, account, proof, sealing_key=sealing_key, now=now):
        _count_failure(session, account, now=now)
        raise SignInError(WRONG)
    _write(session, account, failed_sign_ins=0, locked_until=None)


def is_proven_lately(member: StaffMember, *, now: datetime) -> bool:
    """Return whether a sensitive act at the console asks for nothing more."""
    return member.proven_at is not None and now - member.proven_at < PROVEN_FOR


def prove_again(work: Work, shown: str, *, sealing_key: bytes) -> None:
    """See that whoever is signed in at the console is the owner of the account still.

    Args:
        shown: a code of the second factor; the password where the account has none.

    Raises:
        SignInError: it is wrong.
        SignInLockedError: too many attempts failed. Both are counted as those of `prove` are.
    """
    session, account = (
        work.session,
        work.find(StaffAccount, work.actor.account_id, lock=Lock.CHANGE),
    )
    _refuse_locked(account, now=work.now)
    if account.totp_secret is None:
        is_right = password_matches(shown, account.password_hash)
    else:
        is_right = use_up_code(session, account, shown, sealing_key=sealing_key, now=work.now)
    if not is_right:
        _count_failure(session, account, now=work.now)
        raise SignInError(WRONG)
    _write(session, account, failed_sign_ins=0, locked_until=None)
    note_proof(work)
    work.note("account.proven", account)


def use_up_code(
    session: Session,
    account: StaffAccount,
    code: str | None,
    *,
    sealing_key: bytes,
    now: datetime,
) -> bool:
    """Return whether a code is the account's, whose row the caller has locked; it works once."""
    step = find_accepted_step(account, code, sealing_key=sealing_key, now=now)
    if step is not None:
        _write(session, account, totp_step=step)
    return step is not None


def _is_proven(
    session: Session, account: StaffAccount, proof: Proof, *, sealing_key: bytes, now: datetime
) -> bool:
    """Return whether password and code are the account's; a code that was is used up."""
    if not password_matches(proof.password, account.password_hash):
        return False
    if account.totp_secret is None:
        return True
    return use_up_code(session, account, proof.totp, sealing_key=sealing_key, now=now)


def _refuse_locked(account: StaffAccount, *, now: datetime) -> None:
    if account.locked_until is not None and account.locked_until > now:
        raise SignInLockedError(account.locked_until - now)


def get_staff_member_by_token(
    session: Session, token: str, *, now: datetime, at_console: bool = False
) -> StaffMember:
    """Return whose token this is. One of the console opens nothing else, nor the other way round.

    Args:
        at_console: it is a browser's; used for the last time half an hour ago, it opens nothing.
            A closed account is still somebody there as long as it opens others.

    Raises:
        SignInError: it is unknown, expired or revoked, or the account is closed.
    """
    query = (
        select(StaffAccount, Community, AccessToken)
        .join_from(StaffAccount, AccessToken)
        .join(Community, Community.id == StaffAccount.community_id)
        .where(
            AccessToken.token_hash == hash_token(token),
            AccessToken.expires_at > now,
            AccessToken.revoked_at.is_(None),
            AccessToken.seen_at > now - IDLE_FOR if at_console else AccessToken.seen_at.is_(None),
            _is_open(at_console=at_console),
        )
    )
    if number := read_number_in_token(token):
        query = query.where(Community.number == number)
    row = session.execute(query).one_or_none()
    if row is None:
        raise SignInError("This token is unknown, expired or revoked; sign in again.")
    account, community, used = row
    note_use(session, used, now=now)
    return replace(
        to_staff_member(account, timezone=community.timezone),
        # The accounts of a demonstration are printed for whoever tries it.
        owes_second_factor=owes_second_factor(account) and not community.demonstration,
        session_id=used.id,
        device=used.device,
        device_hash=used.device_hash,
        proven_at=used.proven_at,
    )


def owes_second_factor(account: StaffAccount) -> bool:
    """Return whether an account has no second factor, and may do what needs one."""
    return account.totp_secret is None and not NEED_SECOND_FACTOR.isdisjoint(account.roles)


def to_staff_member(account: StaffAccount, *, timezone: str) -> StaffMember:
    """Return an account as an actor."""
    return StaffMember(
        account_id=account.id,
        community_id=account.community_id,
        timezone=timezone,
        roles=frozenset(Role(role) for role in account.roles),
    )


def _open_account(session: Session, request: SignIn) -> StaffAccount | None:
    """Return the account of a name in the community named, or in the only one that has the name.

    One that another account opens is none of them: nobody signs in with it.
    """
    name = clean_login_name(request.username)
    if not USERNAME.fullmatch(name):
        return None
    is_open = _is_open(at_console=request.device is not None)
    called = select(StaffAccount.community_id, StaffAccount.id).where(
        StaffAccount.username == name, StaffAccount.home_account_id.is_(None), is_open
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
    community_id, account_id = found[0]
    # It may have been closed while it was waited for.
    return session.scalar(
        select(StaffAccount)
        .where(StaffAccount.community_id == community_id, StaffAccount.id == account_id, is_open)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _is_open(*, at_console: bool) -> ColumnElement[bool]:
    """Return that an account can be signed in to.

    At the console one that is closed can be, where it opens another of somebody who works elsewhere
    too: who leaves one community stays in the others.
    """
    is_active = StaffAccount.active.is_(True)
    if not at_console:
        return is_active
    joined = aliased(StaffAccount)
    opened = select(joined.id).where(
        joined.home_account_id == StaffAccount.id,
        joined.home_community_id == StaffAccount.community_id,
        joined.left_at.is_(None),
        joined.active,
    )
    return or_(is_active, opened.correlate(StaffAccount).exists())


def _count_failure(session: Session, account: StaffAccount, *, now: datetime) -> None:
    failures = account.failed_sign_ins + 1
    if failures < FAILURES_ALLOWED:
        _write(session, account, failed_sign_ins=failures)
        return
    _write(session, account, failed_sign_ins=0, locked_until=now + LOCKED_FOR)
    end_sessions(session, account, now=now)
    tell_owner(session, account, AlertKind.LOCKED, now=now)
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
