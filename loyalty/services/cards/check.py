"""Whether a card is valid, for anyone who holds one: no name, no number, nothing is written."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from loyalty.cards.token import BadTokenError, ForgedTokenError, read_claims, token_in, verify_token
from loyalty.clock import as_local
from loyalty.models import Card, Community, SigningKey
from loyalty.rules.card_number import CodeKind, kind_of, normalise, serial_of
from loyalty.rules.card_state import CardState
from loyalty.rules.verdict import Verdict, Visit, verdict_on

Conditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class CardCheck:
    """What anyone is told of a card."""

    verdict: Verdict
    valid_from: date | None = None
    """None, as all that follows, unless the code names a card of ours."""
    valid_until: date | None = None
    """Last day the card works, included."""
    pay_permille: int | None = None
    honour: str | None = None
    """Code of the honour."""
    community_id: UUID | None = None
    """Whose card it is."""


def check_card(session: Session, code: str, *, now: datetime) -> CardCheck:
    """Return what a code is worth today.

    Args:
        code: a token, its URL or a card number, as scanned or typed.
        now: any aware instant; the day is that of the card's community.
    """
    named = _named_in(session, code)
    if isinstance(named, Verdict):
        return CardCheck(named)
    row = session.execute(
        select(Card, Community.timezone)
        .join(Community, Community.id == Card.community_id)
        .where(*named)
        .options(joinedload(Card.honour))
    ).first()
    if row is None:
        return CardCheck(Verdict.UNKNOWN)
    card, timezone = row
    return CardCheck(
        verdict=_verdict(card, today=as_local(now, timezone).date()),
        valid_from=card.valid_from,
        valid_until=card.valid_until,
        pay_permille=card.pay_permille,
        honour=card.honour.code,
        community_id=card.community_id,
    )


def _named_in(session: Session, code: str) -> Conditions | Verdict:
    """Return which card a code names, or the verdict where the code alone decides."""
    text = normalise(code)
    match kind_of(code):
        case CodeKind.CARD_NUMBER:
            return (Card.serial == serial_of(text),)
        case CodeKind.TOKEN if token := token_in(text):
            return _signed_for(session, token)
        case CodeKind.PAYMENT_CODE:
            return Verdict.PAYMENT_CODE
        case _:
            return Verdict.BAD_CODE


def _signed_for(session: Session, token: str) -> Conditions | Verdict:
    try:
        key_id = read_claims(token).key_id
        key = session.scalar(select(SigningKey).where(SigningKey.key_id == key_id))
        if key is None:
            return Verdict.UNKNOWN
        serial = verify_token(token, key.public_key).serial
    except BadTokenError:
        return Verdict.BAD_CODE
    except ForgedTokenError:
        return Verdict.FORGED
    return (Card.community_id == key.community_id, Card.serial == serial)


def _verdict(card: Card, *, today: date) -> Verdict:
    """Return the verdict where no shop, no till and no amount is concerned."""
    return verdict_on(
        Visit(
            today=today,
            state=CardState(card.state),
            valid_from=card.valid_from,
            valid_until=card.valid_until,
        )
    )
