"""Tills: invited by staff or the shop's owner, paired once with a code, revoked for good."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.models import Community, Shop, Till
from loyalty.rules.community_number import (
    CODE_ALPHABET,
    CODE_SECRET,
    SECRET_BYTES,
    format_code,
    make_numbered_token,
    split_code,
)
from loyalty.rules.typed_text import clean_code_letters
from loyalty.services.audit import note
from loyalty.services.community.policy import find_only_community
from loyalty.services.errors import PairingError, ValueRefusedError
from loyalty.services.late_sales.device_proof import device_key
from loyalty.services.paging import Page, fetch_page
from loyalty.services.shops.finding import get_shop_for_owner
from loyalty.services.work import Work

TILL_TOKEN_PREFIX = "till_"  # noqa: S105  # how a till's token begins, not a token

CODE_LASTS = timedelta(minutes=10)


BAD_CODE = "This pairing code is unknown, used or too old; ask for a new one."


@dataclass(frozen=True, slots=True)
class InviteTill:
    """A till a shop wants to sell with."""

    shop_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A till that waits for its device. The code is told here once and kept nowhere."""

    till: Till
    code: str
    """Eight letters and digits and the community's number, shown in groups: ABCD-2345-3."""
    expires_at: datetime
    """From this instant the code is refused."""


@dataclass(frozen=True, slots=True)
class PairTill:
    """A device that shows a code."""

    code: str
    """As typed: case, hyphens and spaces do not matter."""
    device_public_key: str | None = None
    """As `device_proof.device_key` reads it; None for a device that signs nothing."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """A till on its device. The token is told here once and kept nowhere."""

    token: str
    till: Till
    shop: Shop
    community: Community


def find_tills(work: Work, shop_id: UUID, *, limit: int, after: UUID | None) -> Page[Till]:
    """Return the tills of a shop in the order they were invited, revoked ones among them."""
    shop = get_shop_for_owner(work, shop_id)
    query = work.select(Till).where(Till.shop_id == shop.id)
    return fetch_page(work.session, query, Till, limit=limit, after=after)


def invite_till(work: Work, request: InviteTill) -> Invitation:
    """Add a till to a shop, to be paired within ten minutes."""
    shop = get_shop_for_owner(work, request.shop_id)
    community = work.session.get_one(Community, shop.community_id)
    secret = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_SECRET))
    till = Till(
        community_id=shop.community_id,
        shop_id=shop.id,
        name=request.name,
        pairing_hash=_hash(secret),
        pairing_expires_at=work.now + CODE_LASTS,
        created_at=work.now,
    )
    work.session.add(till)
    work.note("till.invited", till)
    return Invitation(till, format_code(secret, community.number), work.now + CODE_LASTS)


def make_pairing_url(base_url: str, code: str) -> str:
    """Return the address to show as a QR; a fragment is never sent, so no log holds the code."""
    return f"{base_url}/till#pair={code}"


def pair_till(session: Session, request: PairTill, *, now: datetime) -> Pairing:
    """Hand a till to the device that shows its code, once.

    Raises:
        PairingError: the code is unknown, used or too old; which of these is not told.
        ValueRefusedError: the device's key is none.
    """
    _refuse_bad_key(request.device_public_key)
    secret, number = split_code(clean_code_letters(request.code))
    community = _get_numbered_community(session, number)
    token = make_numbered_token(
        TILL_TOKEN_PREFIX, community.number, secrets.token_urlsafe(SECRET_BYTES)
    )
    # The condition and the change are one statement, so of two devices with one code one wins.
    till = session.scalar(
        update(Till)
        .where(
            Till.community_id == community.id,
            Till.pairing_hash == _hash(secret),
            Till.pairing_expires_at > now,
            Till.revoked_at.is_(None),
        )
        .values(
            pairing_hash=None,
            token_hash=_hash(token),
            device_public_key=request.device_public_key,
            paired_at=now,
        )
        .returning(Till)
    )
    if till is None:
        raise PairingError(BAD_CODE)
    note(session, None, "till.paired", community_id=community.id, subject_id=till.id, now=now)
    shop = session.get_one(Shop, (community.id, till.shop_id))
    return Pairing(token, till, shop, community)


def _get_numbered_community(session: Session, number: int | None) -> Community:
    """Return the community of a code; one without a number works where there is one community."""
    community = (
        find_only_community(session)
        if number is None
        else session.scalar(select(Community).where(Community.number == number))
    )
    if community is None:
        raise PairingError(BAD_CODE)
    return community


def _refuse_bad_key(text: str | None) -> None:
    if text is None:
        return
    try:
        device_key(text)
    except ValueError as error:
        raise ValueRefusedError("/device_public_key", "This is no point of P-256.") from error


def get_till(work: Work, till_id: UUID) -> Till:
    """Return a till to the community's staff, or to the owner of its shop."""
    till = work.find(Till, till_id)
    get_shop_for_owner(work, till.shop_id)
    return till


def revoke_till(work: Work, till_id: UUID) -> None:
    """Refuse a till from its next call on; a second time changes nothing."""
    till = get_till(work, till_id)
    if till.revoked_at is None:
        till.revoked_at = work.now
        work.note("till.revoked", till)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
