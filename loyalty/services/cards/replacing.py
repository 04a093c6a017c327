"""Replacing the keys of a community: whoever has stolen one can make cards until this is done.

Each card that still works gets a new number under a new key, with the same days, honour and rate,
and has used up what the old one has. The old ones are on the revocation list, and the old keys in
no pack nor published set, so a till takes neither after its next contact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Insert, Select, and_, insert, select, update
from uuid_utils.compat import uuid7

from loyalty.cards.keys import SigningKey as FreshKey
from loyalty.cards.token import CardClaims, sign_token
from loyalty.models import Card, CardEvent, CardMonth, Community, Honour, Round
from loyalty.rules.calendar import Month
from loyalty.rules.card_action import CardAction
from loyalty.rules.card_reason import CardReason
from loyalty.rules.card_state import CardState
from loyalty.services.cards.keys import destroy_spent_keys, list_published_keys, replace_key
from loyalty.services.cards.revocations import publish_revocations
from loyalty.services.cards.signing import draw_serials
from loyalty.services.community.policy import locked_community, move_directory
from loyalty.services.work import Work


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of keys and cards."""

    keys: int
    cards: int
    list_number: int
    """Of the revocation list that names the old cards."""


def replace_keys(work: Work, *, sealing_key: bytes) -> Replaced:
    """Replace every key on which a card may still rely, and all cards that rely on them.

    Sales wait meanwhile. Whoever is just issuing or replacing cards is waited for.

    Args:
        sealing_key: from `cards.keys.sealing_key_from`.
    """
    community = _hold_cards(work)
    cards = work.session.scalars(_select_living(work)).all()
    keys = _replace_each(work, community, sealing_key=sealing_key)
    _revoke(work, cards)
    _issue(work, cards, keys)
    work.session.execute(_carry_over(work))
    destroy_spent_keys(work.session, community, now=work.now)
    move_directory(work.session, community.id)
    published = publish_revocations(work.session, community, sealing_key=sealing_key, now=work.now)
    fresh = sorted(key.key_id for key in keys.values())
    work.note("keys.replaced", None, keys=fresh, cards=len(cards))
    return Replaced(len(keys), len(cards), published.number)


def _hold_cards(work: Work) -> Community:
    """Wait for whoever is issuing or replacing cards, and let nobody else begin."""
    rounds = work.select(Round).order_by(Round.id).with_for_update(key_share=True)
    work.session.execute(rounds).all()
    work.session.execute(_select_living(work)).all()
    return locked_community(work.session, work.community_id)


def _select_living(work: Work) -> Select[tuple[Card]]:
    return (
        work.select(Card)
        .where(Card.state != CardState.REVOKED, Card.valid_until >= work.now.date())
        .order_by(Card.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _replace_each(
    work: Work, community: Community, *, sealing_key: bytes
) -> Mapping[Month, FreshKey]:
    """Replace the published keys of a community; return the new ones by their months."""
    published = list_published_keys(work.session, community, now=work.now)
    return {
        Month.of(key.month): replace_key(
            work.session, key, community, sealing_key=sealing_key, now=work.now
        )
        for key, _ in published
    }


def _revoke(work: Work, cards: Sequence[Card]) -> None:
    living = (Card.state != CardState.REVOKED, Card.valid_until >= work.now.date())
    work.session.execute(
        update(Card)
        .where(Card.community_id == work.community_id, *living)
        .values(state=CardState.REVOKED, version=Card.version + 1)
        .execution_options(synchronize_session=False)
    )
    events = [
        {
            "id": uuid7(),
            "community_id": card.community_id,
            "card_id": card.id,
            "action": CardAction.REISSUE,
            "state": CardState.REVOKED,
            "reason_code": CardReason.KEY_REPLACED,
            "account_id": work.actor.account_id,
            "at": work.now,
        }
        for card in cards
    ]
    if events:
        work.session.execute(insert(CardEvent), events)


def _issue(work: Work, cards: Sequence[Card], keys: Mapping[Month, FreshKey]) -> None:
    """Store a new card for each of some, suspended where the old one is."""
    query = select(Honour.id, Honour.number).where(Honour.community_id == work.community_id)
    numbers = dict(work.session.execute(query).tuples().all())
    serials = draw_serials(work.session, len(cards))
    rows = [
        _make_row(work, card, keys[Month.of(card.valid_from)], numbers[card.honour_id], serial)
        for card, serial in zip(cards, serials, strict=True)
    ]
    if rows:
        work.session.execute(insert(Card), rows)


def _make_row(
    work: Work, card: Card, key: FreshKey, honour_number: int, serial: str
) -> dict[str, Any]:
    claims = CardClaims(
        key_id=key.key_id,
        serial=serial,
        pay_permille=card.pay_permille,
        honour_number=honour_number,
        months=Month.of(card.valid_from).months_to(Month.of(card.valid_until)),
    )
    kept = ("community_id", "resident_id", "round_id", "honour_id", "pay_permille")
    suspended = card.state == CardState.SUSPENDED
    return {
        **{name: getattr(card, name) for name in (*kept, "valid_from", "valid_until")},
        "id": uuid7(),
        "serial": serial,
        "token": sign_token(claims, key.private),
        "state": CardState.SUSPENDED if suspended else CardState.ISSUED,
        "reissue_of_id": card.id,
        "issued_at": work.now,
    }


def _carry_over(work: Work) -> Insert:
    """Let the new cards have used up what the old ones have."""
    columns = ["community_id", "card_id", "month", "saved_fen", "uses"]
    used = select(
        CardMonth.community_id, Card.id, CardMonth.month, CardMonth.saved_fen, CardMonth.uses
    ).join(
        Card,
        and_(Card.community_id == CardMonth.community_id, Card.reissue_of_id == CardMonth.card_id),
    )
    return insert(CardMonth).from_select(
        columns,
        used.where(CardMonth.community_id == work.community_id, Card.issued_at == work.now),
    )
