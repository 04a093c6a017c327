"""What an account signs in with, as its owner alone sets it."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from loyalty.models import AccountLink, Community, StaffAccount
from loyalty.services.errors import ValueRefusedError
from loyalty.services.people.pinyin import pinyin_of
from loyalty.services.staff.alerts import AlertKind, answer_all, tell_owner
from loyalty.services.staff.passwords import hash_new_password
from loyalty.services.staff.second_factor import (
    find_accepted_step,
    make_app_address,
    make_secret,
    open_secret,
    seal_secret,
    spell_secret,
)
from loyalty.services.staff.sessions import end_sessions, find_own_session
from loyalty.services.staff.sign_in import Proof, prove
from loyalty.services.work import Lock, Work


@dataclass(frozen=True, slots=True)
class ChangeOwnPassword:
    """A new password that the owner of an account has chosen."""

    proof: Proof
    password: str = field(repr=False)
    """The new one."""


@dataclass(frozen=True, slots=True)
class OfferedFactor:
    """A second factor that is not on yet: the app on the phone has to show a code first."""

    sealed: bytes = field(repr=False)
    """Its secret, which opens for this account alone."""
    address: str = field(repr=False)
    """The ``otpauth:`` address that the app reads as a QR."""
    spelled: str = field(repr=False)
    """The secret in letters and digits, to be typed into the app."""


@dataclass(frozen=True, slots=True)
class SetSecondFactor:
    """A second factor that the owner of an account takes into use."""

    proof: Proof
    sealed: bytes = field(repr=False)
    """From `offer_second_factor`."""
    code: str = field(repr=False)
    """What the app shows now."""


def change_own_password(
    work: Work, request: ChangeOwnPassword, *, sealing_key: bytes
) -> StaffAccount:
    """Give the actor's account another password; all that is signed in has to sign in again.

    Raises:
        SignInError: password or code are wrong; the failure is counted as at the sign-in.
        ValueRefusedError: the new password is too short, or among the first that are guessed.
    """
    account = work.find(StaffAccount, work.actor.account_id, lock=Lock.CHANGE)
    prove(work.session, account, request.proof, sealing_key=sealing_key, now=work.now)
    set_password(work.session, account, request.password, now=work.now)
    by = find_own_session(work)
    tell_owner(work.session, account, AlertKind.PASSWORD_CHANGED, now=work.now, by=by)
    work.note("account.password_changed", account)
    return account


def offer_second_factor(
    account: StaffAccount, *, sealing_key: bytes, sealed: bytes | None = None
) -> OfferedFactor:
    """Return a second factor with a new secret; nothing is stored.

    Args:
        sealed: of one that was offered before, which is shown again.

    Raises:
        SealError: it was not offered to this account.
    """
    if sealed is None:
        sealed = seal_secret(make_secret(), account, sealing_key=sealing_key)
    secret = open_secret(sealed, account, sealing_key=sealing_key)
    address = make_app_address(secret, username=account.username)
    return OfferedFactor(sealed, address, spell_secret(secret))


def set_second_factor(work: Work, request: SetSecondFactor, *, sealing_key: bytes) -> StaffAccount:
    """Take a second factor into use, in place of an earlier one if there is one.

    All else that is signed in has to sign in again, and a link for a lost factor opens nothing.

    Raises:
        SignInError: the password, or the code of the earlier factor, is wrong.
        ValueRefusedError: the code is not what an app with the new secret shows now.
        SealError: the secret was not offered to this account.
    """
    account = work.find(StaffAccount, work.actor.account_id, lock=Lock.CHANGE)
    prove(work.session, account, request.proof, sealing_key=sealing_key, now=work.now)
    _write(work.session, account, totp_secret=request.sealed, totp_step=None)
    work.session.refresh(account)
    step = find_accepted_step(account, request.code, sealing_key=sealing_key, now=work.now)
    if step is None:
        raise ValueRefusedError("/totp", "This is not the code that the app shows now.")
    _write(work.session, account, totp_step=step)
    end_sessions(work.session, account, now=work.now, but=work.actor.session_id)
    close_links(work.session, account, now=work.now)
    by = find_own_session(work)
    tell_owner(work.session, account, AlertKind.FACTOR_CHANGED, now=work.now, by=by)
    work.note("account.second_factor_set", account)
    return account


def set_password(session: Session, account: StaffAccount, password: str, *, now: datetime) -> None:
    """Keep another password of an account, end all that is signed in, and ask nothing about it.

    Links made before open nothing any more: whoever holds one would set yet another password.

    Raises:
        ValueRefusedError: it is too short, or among the first that are guessed.
    """
    community = session.get_one(Community, account.community_id)
    names = (account.username, account.display_name, community.slug, community.name)
    about = [*names, *(pinyin_of(name).replace(" ", "") for name in names)]
    account.password_hash = hash_new_password(password, about=about)
    account.failed_sign_ins, account.locked_until = 0, None
    end_sessions(session, account, now=now)
    close_links(session, account, now=now)
    answer_all(session, account, now=now)


def close_links(session: Session, account: StaffAccount, *, now: datetime) -> None:
    """Let no link of an account open anything any more."""
    session.execute(
        update(AccountLink)
        .where(
            AccountLink.community_id == account.community_id,
            AccountLink.account_id == account.id,
            AccountLink.closed_at.is_(None),
        )
        .values(closed_at=now)
    )


def remove_second_factor(session: Session, account: StaffAccount) -> None:
    """Let an account sign in without a second factor, so that its owner sets another."""
    _write(session, account, totp_secret=None, totp_step=None)


def _write(session: Session, account: StaffAccount, **values: object) -> None:
    """Write without a new version, so that a manager's edit is not disturbed."""
    session.execute(
        update(StaffAccount)
        .where(StaffAccount.community_id == account.community_id, StaffAccount.id == account.id)
        .values(**values)
    )
