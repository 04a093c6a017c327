"""Which cards are printed, with what each of them shows beside its own record."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.cards.token import read_claims
from loyalty.models import Card, SigningKey
from loyalty.rules.card_number import last4
from loyalty.rules.card_state import WORKING, CardState, state_on
from loyalty.services.cards.acts import HOLDER
from loyalty.services.errors import (
    CardsOffSheetError,
    TooManyCardsError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.selection.planning import round_of
from loyalty.services.work import Work

MOST_CARDS = 500
"""How many are drawn at once: some seconds of a worker's time."""

_DIGITS = re.compile("[0-9]+")
_LONGEST_NUMBER = 8


@dataclass(frozen=True, slots=True)
class PrintCards:
    """Which cards are wanted: those of a round that work, or some by name."""

    round_id: UUID | None = None
    card_ids: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """A card with the key that signed it."""

    card: Card
    public_key: bytes
    month: date
    """First day of the key's month."""


def cards_to_print(
    work: Work, wanted: PrintCards, *, most: int = MOST_CARDS
) -> Sequence[PrintedCard]:
    """Return cards in the order in which they are printed: of a round, as they are handed out.

    Args:
        work: of whoever prints them.
        wanted: which ones.
        most: how many there may be.

    Raises:
        UnknownRecordError: the community has no such round, or not all of these cards.
        CardsOffSheetError: some of them do not work; it names them.
        TooManyCardsError: there are more.
        ValueRefusedError: there are none.
    """
    pointer = "/round_id" if wanted.round_id else "/card_ids"
    # Before a look into the database: whoever asks for a million is told so first.
    _refuse_too_many(len(set(wanted.card_ids)), pointer, most)
    cards = _of_round(work, wanted.round_id) if wanted.round_id else _by_id(work, wanted.card_ids)
    if not cards:
        raise ValueRefusedError(pointer, "There is no card to print.")
    _refuse_too_many(len(cards), pointer, most)
    return _with_keys(work, cards)


def printable_among(work: Work, card_ids: Sequence[UUID]) -> Sequence[PrintedCard]:
    """Return those of some cards that work, in the same order."""
    found = _find_by_id(work, card_ids)
    today = work.now.date()
    cards = [found[one] for one in card_ids if one in found and _works(found[one], today)]
    return _with_keys(work, cards)


def card_behind(session: Session, community_id: UUID, token: str) -> PrintedCard:
    """Return the card of a token that is one of the community's, with the key that signed it."""
    claims = read_claims(token)
    key = session.scalars(
        select(SigningKey).where(
            SigningKey.community_id == community_id, SigningKey.key_id == claims.key_id
        )
    ).one()
    card = session.scalars(
        select(Card)
        .where(Card.community_id == community_id, Card.serial == claims.serial)
        .options(*HOLDER)
    ).one()
    return PrintedCard(card, key.public_key, key.month)


def cards_of_round(work: Work, round_id: UUID) -> Sequence[Card]:
    """Return the cards of a round that can be printed, as they are handed out."""
    query = work.select(Card).where(Card.round_id == round_id).options(*HOLDER)
    today = work.now.date()
    return as_walked(card for card in work.session.scalars(query) if _works(card, today))


def as_walked(cards: Iterable[Card]) -> Sequence[Card]:
    """Return cards in the order of their homes from door to door: building 2 before building 10."""
    return sorted(cards, key=lambda card: (_home(card.resident.unit), card.id))


def _of_round(work: Work, round_id: UUID) -> Sequence[Card]:
    round_of(work, round_id)
    return cards_of_round(work, round_id)


def _by_id(work: Work, card_ids: Sequence[UUID]) -> Sequence[Card]:
    found = _find_by_id(work, card_ids)
    if found.keys() != set(card_ids):
        raise UnknownRecordError("The community has no such card.")
    cards = [found[card_id] for card_id in dict.fromkeys(card_ids)]
    dead = [last4(card.serial) for card in cards if not _works(card, work.now.date())]
    if dead:
        raise CardsOffSheetError(dead)
    return cards


def _find_by_id(work: Work, card_ids: Sequence[UUID]) -> dict[UUID, Card]:
    query = work.select(Card).where(Card.id.in_(card_ids)).options(*HOLDER)
    return {card.id: card for card in work.session.scalars(query)}


def _refuse_too_many(asked: int, pointer: str, most: int) -> None:
    if asked > most:
        raise TooManyCardsError(pointer, most=most, asked=asked)


def _works(card: Card, today: date) -> bool:
    return state_on(CardState(card.state), card.valid_until, today) in WORKING


def _with_keys(work: Work, cards: Sequence[Card]) -> Sequence[PrintedCard]:
    keys = _keys_of(work, cards)
    return [PrintedCard(card, *keys[read_claims(card.token).key_id]) for card in cards]


def _keys_of(work: Work, cards: Sequence[Card]) -> dict[str, tuple[bytes, date]]:
    """Return the public halves of the keys that signed some cards, and their months, by key id."""
    wanted = {read_claims(card.token).key_id for card in cards}
    query = work.select(SigningKey).where(SigningKey.key_id.in_(wanted))
    return {key.key_id: (key.public_key, key.month) for key in work.session.scalars(query)}


def _home(unit: str) -> str:
    return _DIGITS.sub(lambda number: number[0].zfill(_LONGEST_NUMBER), unit)
