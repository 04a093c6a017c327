"""Whether a card is valid, for anyone who holds one: no name, no number, nothing is written."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from loyalty.cards.token import BadTokenError, ForgedTokenError, read_claims, token_in, verify_token
from loyalty.clock import as_local
from loyalty.models import Card, Community, SigningKey
from loyalty.rules.card_number import CodeKind, kind_of, normalise, serial_of
from loyalty.rules.card_state import CardState
from loyalty.rules.verdict import Verdict, Visit, verdict_on


@dataclass(frozen=True, slots=True)
class CardCheck:
    """The public part of a card."""

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
    serial = _serial_in(session, code)
    if isinstance(serial, Verdict):
        return CardCheck(serial)
    row = session.execute(
        select(Card, Community.timezone)
        .join(Community, Community.id == Card.community_id)
        .where(Card.serial == serial)
        .options(joinedload(Card.honour))
    ).one_or_none()
    if row is None:
        return CardCheck(Verdict.UNKNOWN)
    card, timezone = row
    return CardCheck(
        verdict=_judge(card, today=as_local(now, timezone).date()),
        valid_from=card.valid_from,
        valid_until=card.valid_until,
        pay_permille=card.pay_permille,
        honour=card.honour.code,
        community_id=card.community_id,
    )


def _serial_in(session: Session, code: str) -> str | Verdict:
    """Return the serial a code names, or the verdict where the code alone decides."""
    text = normalise(code)
    match kind_of(code):
        case CodeKind.CARD_NUMBER:
            return serial_of(text)
        case CodeKind.TOKEN if token := token_in(text):
            return _read_signed_serial(session, token)
        case CodeKind.PAYMENT_CODE:
            return Verdict.PAYMENT_CODE
        case _:
            return Verdict.BAD_CODE


def _read_signed_serial(session: Session, token: str) -> str | Verdict:
    try:
        key_id = read_claims(token).key_id
        key = session.scalar(select(SigningKey).where(SigningKey.key_id == key_id))
        return verify_token(token, key.public_key).serial if key else Verdict.UNKNOWN
    except BadTokenError:
        return Verdict.BAD_CODE
    except ForgedTokenError:
        return Verdict.FORGED


def _judge(card: Card, *, today: date) -> Verdict:
    """Return the verdict where no shop, no till and no amount is concerned."""
    return verdict_on(
        Visit(
            today=today,
            state=CardState(card.state),
            valid_from=card.valid_from,
            valid_until=card.valid_until,
        )
    )
