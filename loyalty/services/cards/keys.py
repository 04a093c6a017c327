"""The keys that sign cards: one for each community and month, its private half sealed at rest."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from loyalty.cards.keys import SealError, make_jwk, make_signing_key, seal, unseal
from loyalty.cards.keys import SigningKey as FreshKey
from loyalty.models import Community, ReplacedKey, SigningKey
from loyalty.rules.calendar import CARD_MONTHS, Month
from loyalty.services.community.policy import move_directory


class PublishedKey(NamedTuple):
    """The public half of a key, and whose it is."""

    key: SigningKey
    community: Community


def ensure_signing_key(
    session: Session, community: Community, month: Month, *, sealing_key: bytes, now: datetime
) -> SigningKey:
    """Return the key of one community and month, made at its first use.

    Args:
        month: first month its cards are valid.
        sealing_key: from `cards.keys.sealing_key_from`.
    """
    # The insert gives way to a key of the same month made at the same moment, and to another key
    # that happens to have the same short id; in either case the next look decides.
    while (key := _find_key(session, community, month)) is None:
        fresh = make_signing_key()
        sealed = seal(
            fresh.private, sealing_key=sealing_key, community=community.slug, month=str(month)
        )
        session.execute(
            insert(SigningKey)
            .values(
                community_id=community.id,
                month=month.first,
                key_id=fresh.key_id,
                public_key=fresh.public,
                sealed_private_key=sealed,
                created_at=now,
            )
            .on_conflict_do_nothing()
        )
        move_directory(session, community.id)
    return key


def replace_key(
    session: Session, key: SigningKey, community: Community, *, sealing_key: bytes, now: datetime
) -> FreshKey:
    """Put a new key in the place of one that may have been stolen; return it, unsealed.

    The public half of the old one is kept, for what was signed with it, and published no more.
    """
    old = {"key_id": key.key_id, "month": key.month, "public_key": key.public_key}
    session.add(ReplacedKey(community_id=community.id, replaced_at=now, **old))
    fresh = make_signing_key()
    key.key_id, key.public_key, key.created_at = fresh.key_id, fresh.public, now
    month = str(Month.of(key.month))
    key.sealed_private_key = seal(
        fresh.private, sealing_key=sealing_key, community=community.slug, month=month
    )
    session.flush()
    return fresh


def unseal_private_key(key: SigningKey, community: Community, *, sealing_key: bytes) -> bytes:
    """Return the raw private half of a key.

    Raises:
        SealError: it was destroyed when its month was over, or sealed under another secret.
    """
    if key.sealed_private_key is None:
        raise SealError("The signing key of this month has been destroyed.")
    return unseal(
        key.sealed_private_key,
        sealing_key=sealing_key,
        community=community.slug,
        month=str(Month.of(key.month)),
    )


def destroy_spent_keys(session: Session, community: Community, *, now: datetime) -> None:
    """Destroy the private halves of a community's months that are over."""
    session.execute(
        update(SigningKey)
        .where(
            SigningKey.community_id == community.id,
            SigningKey.month < Month.of(now.date()).first,
            SigningKey.sealed_private_key.is_not(None),
        )
        .values(sealed_private_key=None)
    )


def list_published_keys(
    session: Session, community: Community | None = None, *, now: datetime
) -> Sequence[PublishedKey]:
    """Return the public keys on which a card may still rely, oldest first.

    Args:
        community: whose; None for those of every community.
    """
    # One month more than a card can last, since it may be yesterday in another community's zone.
    oldest = Month.of(now.date()).plus(-max(CARD_MONTHS)).first
    query = (
        select(SigningKey, Community)
        .join(Community, Community.id == SigningKey.community_id)
        .where(SigningKey.month >= oldest)
        .order_by(SigningKey.month, Community.slug)
    )
    if community is not None:
        query = query.where(SigningKey.community_id == community.id)
    return [PublishedKey(key, whose) for key, whose in session.execute(query)]


def jwk_of(published: PublishedKey) -> dict[str, str]:
    """Return a public key as a JSON Web Key, with the members of ours that say whose it is."""
    key, community = published
    return {
        **make_jwk(key.public_key, key.key_id),
        "community": community.slug,
        "month": str(Month.of(key.month)),
        "timezone": community.timezone,
    }


def _find_key(session: Session, community: Community, month: Month) -> SigningKey | None:
    return session.scalar(
        select(SigningKey).where(
            SigningKey.community_id == community.id, SigningKey.month == month.first
        )
    )
