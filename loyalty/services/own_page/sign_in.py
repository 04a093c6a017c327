"""Signing in to an own page: with an activation code the first time, with a PIN from then on."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from loyalty.models import Card, Community, OwnPage, OwnPageSession
from loyalty.rules.card_number import CodeKind, kind_of, normalise, serial_of
from loyalty.rules.card_state import CardState
from loyalty.rules.community_number import SECRET_BYTES, make_numbered_token
from loyalty.rules.own_page import SESSION_LASTS, find_lock, is_pin
from loyalty.rules.typed_text import clean_code_letters
from loyalty.rules.verdict import MEANINGS
from loyalty.services.actors import SignedInResident
from loyalty.services.audit import note
from loyalty.services.cards.check import judge_card
from loyalty.services.errors import (
    ActivationUsedError,
    CardNotUsableError,
    OwnPageLockedError,
    OwnPageSignInError,
)
from loyalty.services.own_page.hashing import (
    code_matches,
    hash_pin,
    pin_matches,
    read_sealed_pin,
)

TOKEN_PREFIX = "me_"  # noqa: S105  # how a token begins, not a token

WRONG = "The number and the PIN or code do not belong together."


@dataclass(frozen=True, slots=True)
class OwnPageSignIn:
    """What a resident types to see their own page."""

    number: str
    """Of any of their cards that was not stopped."""
    secret: str = field(repr=False)
    """The PIN, or an activation code."""


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """A page that has been opened."""

    token: str = field(repr=False)
    """Shown once; only its hash is kept."""
    expires_at: datetime
    activating: bool
    """A PIN is to be chosen first."""


def sign_in(
    session: Session,
    community: Community,
    request: OwnPageSignIn,
    *,
    sealing_key: bytes,
    former_keys: Sequence[bytes] = (),
    now: datetime,
) -> OpenedPage:
    """Open the page of the resident whose card has a number.

    All errors are recorded refusals: the count of failures is committed with them. The page is
    locked, so that tries made at the same time are counted one by one. A number that nobody has
    takes as long as a wrong PIN, and is told in the same words.

    Args:
        sealing_key: from `cards.keys.sealing_key_from`.
        former_keys: of the secret before, where it still opens what was made under it.
        now: on the wall clock of the community.

    Raises:
        OwnPageSignInError: number and secret do not belong together.
        OwnPageLockedError: too many PINs were wrong; an activation code still opens the page.
        ActivationUsedError: the code is right, and was used.
        CardNotUsableError: the code is right, and the card lost, stopped or expired.
    """
    card = _find_card(session, community, request.number)
    page = None if card is None else _locked_page(session, card)
    secret = clean_code_letters(request.secret)
    activating = not is_pin(request.secret)
    if activating:
        _check_code(card, page, secret, now=now)
    else:
        keys = (sealing_key, *former_keys)
        _check_pin(session, card, page, secret, sealing_keys=keys, now=now)
    if page is None:
        raise OwnPageSignInError(WRONG)
    return _open(session, community, page, activating=activating, now=now)


def sign_out(session: Session, resident: SignedInResident) -> None:
    """End a session."""
    session.execute(
        delete(OwnPageSession).where(
            OwnPageSession.community_id == resident.community_id,
            OwnPageSession.id == resident.session_id,
        )
    )


def forget_sessions(session: Session, community_id: UUID, *, now: datetime) -> None:
    """Remove the sessions that have expired: they open nothing, and tell who came when."""
    session.execute(
        delete(OwnPageSession).where(
            OwnPageSession.community_id == community_id, OwnPageSession.expires_at <= now
        )
    )


def find_signed_in(
    session: Session, community: Community, token: str, *, now: datetime
) -> SignedInResident | None:
    """Return whose token this is; None if it is unknown or has expired."""
    found = session.scalar(
        select(OwnPageSession)
        .where(
            OwnPageSession.community_id == community.id,
            OwnPageSession.token_hash == _hash(token),
            OwnPageSession.expires_at > now,
        )
        .options(joinedload(OwnPageSession.own_page))
    )
    if found is None:
        return None
    return SignedInResident(
        resident_id=found.own_page.resident_id,
        own_page_id=found.own_page_id,
        session_id=found.id,
        community_id=community.id,
        timezone=community.timezone,
        activating=found.activating,
    )


def _find_card(session: Session, community: Community, number: str) -> Card | None:
    if kind_of(number) is not CodeKind.CARD_NUMBER:
        return None
    serial = serial_of(normalise(number))
    return session.scalar(
        select(Card).where(Card.community_id == community.id, Card.serial == serial)
    )


def _locked_page(session: Session, card: Card) -> OwnPage | None:
    return session.scalar(
        select(OwnPage)
        .where(OwnPage.community_id == card.community_id, OwnPage.resident_id == card.resident_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _check_code(card: Card | None, page: OwnPage | None, code: str, *, now: datetime) -> None:
    """Refuse a code unless it opens the page; nobody guesses one, so nothing is counted."""
    if not code_matches(code, page.activation_hash if page else None) or page is None:
        raise OwnPageSignInError(WRONG)
    if page.activation_used_at is not None:
        raise ActivationUsedError
    if card is not None:
        verdict = judge_card(card, today=now.date())
        if not MEANINGS[verdict].may_be_printed:
            raise CardNotUsableError(verdict)


def _check_pin(
    session: Session,
    card: Card | None,
    page: OwnPage | None,
    pin: str,
    *,
    sealing_keys: Sequence[bytes],
    now: datetime,
) -> None:
    if page is not None and page.locked_until is not None and page.locked_until > now:
        raise OwnPageLockedError(page.locked_until - now)
    # The number of a card that was stopped may be in anybody's hands.
    known = page is not None and card is not None and card.state != CardState.REVOKED
    kept, page_id = (None, None) if page is None else (page.pin_hash, page.id)
    matches = pin_matches(pin, kept, page_id, sealing_keys=sealing_keys)
    if page is None or (matches and not known):
        raise OwnPageSignInError(WRONG)
    if not matches:
        _count_failure(session, page, now=now)
        raise OwnPageSignInError(WRONG)
    page.failures, page.locked_until = 0, None
    if kept is not None and read_sealed_pin(kept) is None:
        page.pin_hash = hash_pin(pin, page.id, sealing_key=sealing_keys[0])


def _count_failure(session: Session, page: OwnPage, *, now: datetime) -> None:
    page.failures += 1
    lock = find_lock(page.failures)
    if lock is not None:
        page.locked_until = now + lock
        _note(session, page, "own_page.locked", now=now)
    session.flush()


def _open(
    session: Session, community: Community, page: OwnPage, *, activating: bool, now: datetime
) -> OpenedPage:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    token = make_numbered_token(TOKEN_PREFIX, community.number, secret)
    expires_at = now + SESSION_LASTS
    of_page = (
        OwnPageSession.community_id == page.community_id,
        OwnPageSession.own_page_id == page.id,
    )
    session.execute(delete(OwnPageSession).where(*of_page, OwnPageSession.expires_at <= now))
    session.add(
        OwnPageSession(
            community_id=page.community_id,
            own_page_id=page.id,
            token_hash=_hash(token),
            activating=activating,
            created_at=now,
            expires_at=expires_at,
        )
    )
    _note(session, page, "own_page.opened", now=now)
    session.flush()
    return OpenedPage(token, expires_at, activating)


def _note(session: Session, page: OwnPage, action: str, *, now: datetime) -> None:
    note(session, None, action, community_id=page.community_id, subject_id=page.id, now=now)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
