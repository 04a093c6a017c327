"""The numbered, signed lists of the cards that must not be accepted."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.cards import revocations
from loyalty.cards.revocations import RevocationEntry, hash_serial, sign_list
from loyalty.models import Card, Community, RevocationList
from loyalty.rules.calendar import Month
from loyalty.rules.card_state import CardState
from loyalty.services.cards.keys import ensure_signing_key, unseal_private_key
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import UnknownRecordError


def publish_revocations(
    session: Session, community: Community, *, sealing_key: bytes, now: datetime
) -> RevocationList:
    """Publish a community's next list, signed with the key of the present month.

    Cards that have run out are left off: their own date refuses them.
    """
    # One list after the other, so that the numbers have no gaps and a later list never lacks what
    # an earlier one holds.
    locked_community(session, community.id)
    session.flush()
    last = find_latest_list(session, community)
    number = 1 if last is None else last.number + 1
    key = ensure_signing_key(
        session, community, Month.of(now.date()), sealing_key=sealing_key, now=now
    )
    unsigned = revocations.RevocationList(
        community=community.slug,
        number=number,
        issued_at=now.isoformat(),
        entries=_list_entries(session, community, today=now.date()),
    )
    private = unseal_private_key(key, community, sealing_key=sealing_key)
    published = RevocationList(
        community_id=community.id,
        number=number,
        document=sign_list(unsigned, key.key_id, private),
        issued_at=now,
    )
    session.add(published)
    session.flush()
    return published


def get_published_list(session: Session, slug: str) -> RevocationList:
    """Return the latest list of a community.

    Raises:
        UnknownRecordError: there is no such community, or it has issued no card yet.
    """
    community = session.scalar(select(Community).where(Community.slug == slug))
    latest = find_latest_list(session, community) if community else None
    if latest is None:
        raise UnknownRecordError("No community of this name has issued cards.")
    return latest


def find_latest_list(session: Session, community: Community) -> RevocationList | None:
    """Return the latest list of a community; None until it has issued its first card."""
    return session.scalar(
        select(RevocationList)
        .where(RevocationList.community_id == community.id)
        .order_by(RevocationList.number.desc())
        .limit(1)
    )


def _list_entries(
    session: Session, community: Community, *, today: date
) -> tuple[RevocationEntry, ...]:
    stopped = session.execute(
        select(Card.serial, Card.state).where(
            Card.community_id == community.id,
            Card.state.in_([CardState.REVOKED.value, CardState.SUSPENDED.value]),
            Card.valid_until >= today,
        )
    )
    return tuple(
        sorted(
            RevocationEntry(hash_serial(community.slug, serial), CardState(state))
            for serial, state in stopped
        )
    )
