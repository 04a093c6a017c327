"""Who is signed in with an account: browsers at the console, and programs.

A browser is known by random letters that it keeps; they are hashed with the account, so that two
accounts of one computer have nothing in common here. No address is kept.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from loyalty.models import AccessToken, Community, StaffAccount
from loyalty.rules.browser import Browser
from loyalty.rules.community_number import SECRET_BYTES, make_numbered_token
from loyalty.rules.retention import SIGN_INS
from loyalty.services.staff.alerts import AlertKind, tell_owner
from loyalty.services.work import Work

TOKEN_PREFIX = "staff_"  # noqa: S105  # how a token begins, not a token
TOKEN_LIFETIME = timedelta(hours=12)
IDLE_FOR = timedelta(minutes=30)
"""For how long a browser may do nothing and stay signed in; a program may for as long as it is."""
NOTED_AFTER = timedelta(minutes=1)
"""How exactly it is known when a browser did something last."""
MOST_SESSIONS = 30
"""How many are shown at once."""

_PURPOSE = b"loyalty device v1"


@dataclass(frozen=True, slots=True)
class Device:
    """The browser that somebody signs in with."""

    secret: str = field(repr=False)
    """Random letters that it keeps."""
    kind: Browser


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """Whoever has signed in."""

    token: str = field(repr=False)
    """Shown once; only its hash is kept."""
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSession:
    """One sign-in, as the owner of the account sees it."""

    device: str | None
    """A `Browser`; None for a program."""
    since: datetime
    last: datetime | None
    """When it was last used, to a minute; None for a program."""
    is_open: bool
    is_here: bool
    """Whether it is the one that asks."""


def hash_token(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def open_session(
    session: Session, account: StaffAccount, device: Device | None, *, now: datetime
) -> OpenedSession:
    """Give a token for twelve hours, and tell the owner if it goes to a browser not known before.

    Args:
        device: None for a program; all programs of an account count as one device.
    """
    community = session.get_one(Community, account.community_id)
    token = make_numbered_token(TOKEN_PREFIX, community.number, secrets.token_urlsafe(SECRET_BYTES))
    opened = AccessToken(
        community_id=account.community_id,
        account_id=account.id,
        token_hash=hash_token(token),
        created_at=now,
        expires_at=now + TOKEN_LIFETIME,
        device=device.kind.value if device else None,
        device_hash=_name_device(account, device) if device else None,
        seen_at=now if device else None,
        proven_at=now if device else None,
    )
    if not _is_known(session, opened, now=now):
        tell_owner(session, account, AlertKind.NEW_DEVICE, now=now, by=opened)
    session.add(opened)
    session.flush()
    return OpenedSession(token, opened.expires_at)


def note_use(session: Session, used: AccessToken, *, now: datetime) -> None:
    """Write down that a browser is in use, once a minute at most."""
    if used.seen_at is not None and now - used.seen_at >= NOTED_AFTER:
        session.execute(
            update(AccessToken)
            .where(AccessToken.community_id == used.community_id, AccessToken.id == used.id)
            .values(seen_at=now)
        )


def note_proof(work: Work) -> None:
    """Write down that the owner of the account has shown password or code where they work."""
    work.session.execute(
        update(AccessToken)
        .where(
            AccessToken.community_id == work.community_id,
            AccessToken.id == work.actor.session_id,
            AccessToken.proven_at.is_not(None),
        )
        .values(proven_at=work.now)
    )


def list_sessions(work: Work) -> list[ListedSession]:
    """Return the latest sign-ins of the actor's own account, the last one first."""
    query = work.select(AccessToken).where(AccessToken.account_id == work.actor.account_id)
    found = work.session.scalars(
        query.order_by(AccessToken.created_at.desc(), AccessToken.id).limit(MOST_SESSIONS)
    )
    return [
        ListedSession(
            device=one.device,
            since=one.created_at,
            last=one.seen_at,
            is_open=_is_open(one, now=work.now),
            is_here=one.id == work.actor.session_id,
        )
        for one in found
    ]


def find_own_session(work: Work) -> AccessToken | None:
    """Return where the actor is signed in; None at the command line."""
    session_id = work.actor.session_id
    return None if session_id is None else work.find(AccessToken, session_id)


def end_other_sessions(work: Work) -> None:
    """End all that is signed in with the actor's account, but for the browser that asks."""
    account = work.find(StaffAccount, work.actor.account_id)
    end_sessions(work.session, account, now=work.now, but=work.actor.session_id)
    work.note("account.sessions_ended", account)


def end_sessions(
    session: Session, account: StaffAccount, *, now: datetime, but: UUID | None = None
) -> None:
    """End whatever is signed in with an account.

    Args:
        but: one that stays.
    """
    ended = update(AccessToken).where(
        AccessToken.community_id == account.community_id,
        AccessToken.account_id == account.id,
        AccessToken.revoked_at.is_(None),
    )
    if but is not None:
        ended = ended.where(AccessToken.id != but)
    session.execute(ended.values(revoked_at=now))


def forget_sign_ins(session: Session, community_id: UUID, *, now: datetime) -> None:
    """Forget who was signed in long ago; its browser is a new one again."""
    session.execute(
        delete(AccessToken).where(
            AccessToken.community_id == community_id, AccessToken.created_at <= now - SIGN_INS
        )
    )


def _name_device(account: StaffAccount, device: Device) -> bytes:
    secret = device.secret.encode(errors="surrogatepass")
    return hashlib.sha256(_PURPOSE + account.id.bytes + secret).digest()


def _is_known(session: Session, opened: AccessToken, *, now: datetime) -> bool:
    earlier = select(AccessToken.id).where(
        AccessToken.community_id == opened.community_id,
        AccessToken.account_id == opened.account_id,
        AccessToken.device_hash.is_not_distinct_from(opened.device_hash),
        AccessToken.created_at > now - SIGN_INS,
    )
    return session.scalar(earlier.limit(1)) is not None


def _is_open(one: AccessToken, *, now: datetime) -> bool:
    in_use = one.seen_at is None or one.seen_at > now - IDLE_FOR
    return one.revoked_at is None and one.expires_at > now and in_use
