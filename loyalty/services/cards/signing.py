"""Signing cards. Nothing is signed before the public notice of its round has ended."""

import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Text, bindparam, func, insert, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from uuid_utils.compat import uuid7

from loyalty.cards.token import CardClaims, CardSigner
from loyalty.models import Card, Community, Honour, Round
from loyalty.rules.calendar import Month
from loyalty.rules.card_action import CardObstacle
from loyalty.rules.card_number import SERIAL_DIGITS
from loyalty.rules.notice import is_notice_over
from loyalty.rules.selection import RoundObstacle
from loyalty.services.cards.keys import destroy_spent_keys, ensure_signing_key, unseal_private_key
from loyalty.services.errors import RoundStateError

MOST_AT_ONCE = 2_000
"""Cards that one statement stores."""


@dataclass(frozen=True, slots=True)
class Award:
    """What one card is to say."""

    resident_id: UUID
    honour: Honour
    pay_permille: int
    valid_until: date
    """Last day the card works, included: the end of a month."""
    notice_last: date | None = None
    """Last day of the notice of the line; None takes the round's."""
    reissue_of_id: UUID | None = None
    """The card it takes the place of, which was signed when its time had come."""


class SignedCard(NamedTuple):
    """A card that is to be stored."""

    award: Award
    serial: str
    token: str


def sign_cards(
    session: Session,
    selection_round: Round,
    awards: Sequence[Award],
    *,
    sealing_key: bytes,
    now: datetime,
) -> Sequence[str]:
    """Sign and store cards of one round, and destroy the keys of months that are over.

    They are valid from the month after the round's; signed later than that, from the present one,
    since the key of a month that is over no longer exists. Returns their serials, in the order of
    the awards.

    Raises:
        RoundStateError: the round is not confirmed, the public notice of a line is not over, or the
            cards' last day has passed.
    """
    _refuse_early(selection_round, awards, today=now.date())
    if any(award.valid_until < now.date() for award in awards):
        raise RoundStateError("These cards' last day has passed.", [CardObstacle.VALIDITY_OVER])
    community = session.get_one(Community, selection_round.community_id)
    first = max(Month.of(selection_round.month).plus(1), Month.of(now.date()))
    key = ensure_signing_key(session, community, first, sealing_key=sealing_key, now=now)
    signer = CardSigner(unseal_private_key(key, community, sealing_key=sealing_key))
    serials = draw_serials(session, len(awards))
    claims = [
        _make_claims(award, key.key_id, serial, first)
        for award, serial in zip(awards, serials, strict=True)
    ]
    tokens = _sign_ahead(signer, claims)
    signed = map(SignedCard, awards, serials, tokens)
    while cards := list(islice(signed, MOST_AT_ONCE)):
        _store(session, selection_round, cards, first=first, now=now)
    destroy_spent_keys(session, community, now=now)
    return serials


def sign_card(
    session: Session, selection_round: Round, award: Award, *, sealing_key: bytes, now: datetime
) -> Card:
    """Sign and store one card as `sign_cards` does, and return it."""
    (serial,) = sign_cards(session, selection_round, [award], sealing_key=sealing_key, now=now)
    own = (Card.community_id == selection_round.community_id, Card.serial == serial)
    return session.scalars(select(Card).where(*own)).one()


def _sign_ahead(signer: CardSigner, claims: Sequence[CardClaims]) -> Iterator[str]:
    """Yield the tokens of some cards; the next are signed while whoever asked stores the last."""

    def sign(at: int) -> list[str]:
        return [signer.sign(one) for one in claims[at : at + MOST_AT_ONCE]]

    with ThreadPoolExecutor(max_workers=1) as ahead:
        for tokens in ahead.map(sign, range(0, len(claims), MOST_AT_ONCE)):
            yield from tokens


def _store(
    session: Session,
    selection_round: Round,
    cards: Sequence[SignedCard],
    *,
    first: Month,
    now: datetime,
) -> None:
    """Write down cards in one statement, which takes what differs between them as arrays."""
    differs: dict[InstrumentedAttribute[Any], list[Any]] = {
        Card.id: [uuid7() for _ in cards],
        Card.resident_id: [card.award.resident_id for card in cards],
        Card.honour_id: [card.award.honour.id for card in cards],
        Card.serial: [card.serial for card in cards],
        Card.token: [card.token for card in cards],
        Card.pay_permille: [card.award.pay_permille for card in cards],
        Card.valid_until: [card.award.valid_until for card in cards],
        Card.reissue_of_id: [card.award.reissue_of_id for card in cards],
    }
    same = {
        Card.community_id: selection_round.community_id,
        Card.round_id: selection_round.id,
        Card.valid_from: first.first,
        Card.issued_at: now,
    }
    arrays = [bindparam(None, values, ARRAY(column.type)) for column, values in differs.items()]
    rows = func.unnest(*arrays).table_valued(*(column.key for column in differs)).render_derived()
    constants = [literal(value, column.type) for column, value in same.items()]
    names = [column.key for column in (*same, *differs)]
    session.execute(insert(Card).from_select(names, select(*constants, *rows.c)))


def _refuse_early(selection_round: Round, awards: Sequence[Award], *, today: date) -> None:
    """Refuse first cards whose time has not come.

    Reissues are not checked again; their first card was.
    """
    if awards and all(award.reissue_of_id for award in awards):
        return
    lasts = [award.notice_last or selection_round.notice_last for award in awards]
    checks = (
        (selection_round.confirmed_at is None, RoundObstacle.WRONG_STATE),
        (
            any(last is None or not is_notice_over(last, today) for last in lasts),
            RoundObstacle.NOTICE_RUNNING,
        ),
    )
    if missing := [obstacle for applies, obstacle in checks if applies]:
        raise RoundStateError(
            "No card is signed before the public notice is over and confirmed.", missing
        )


def _make_claims(award: Award, key_id: str, serial: str, first: Month) -> CardClaims:
    return CardClaims(
        key_id=key_id,
        serial=serial,
        pay_permille=award.pay_permille,
        honour_number=award.honour.number,
        months=first.months_to(Month.of(award.valid_until)),
    )


def draw_serials(session: Session, count: int) -> list[str]:
    """Return random serials that no card has, whosever it is: a number alone tells which it is."""
    found: set[str] = set()
    while len(found) < count:
        drawn = {
            f"{secrets.randbelow(10**SERIAL_DIGITS):0{SERIAL_DIGITS}}"
            for _ in range(count - len(found))
        }
        # The whole database is asked, beyond the community that the transaction is limited to.
        taken = func.taken_serials(bindparam("drawn", list(drawn), ARRAY(Text)))
        found |= drawn.difference(session.scalars(select(taken)))
    return list(found)
