"""Whether a card is valid, for anyone who holds one: no name, no number, nothing is written."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from loyalty.cards.token import BadTokenError, ForgedTokenError, read_claims, token_in, verify_token
from loyalty.clock import as_local
from loyalty.models import Card, Community, SigningKey
from loyalty.rules.card_number import CodeKind, kind_of, normalise, serial_of
from loyalty.rules.card_state import CardState
from loyalty.rules.verdict import Verdict, Visit, verdict_on

_Found = tuple[Card, str]
"""A card, and the zone of its community."""


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


def check_card(
    session: Session, code: str, *, community: Community | None = None, now: datetime
) -> CardCheck:
    """Return what a code is worth today.

    Args:
        code: a token, its URL or a card number, as scanned or typed.
        community: among whose cards a number is looked for; None for anybody's: a program may
            know of no communities. A token names its own.
        now: any aware instant; the day is that of the card's community.
    """
    found = _find_card(session, code, community)
    if isinstance(found, Verdict):
        return CardCheck(found)
    card, timezone = found
    return CardCheck(
        verdict=judge_card(card, today=as_local(now, timezone).date()),
        valid_from=card.valid_from,
        valid_until=card.valid_until,
        pay_permille=card.pay_permille,
        honour=card.honour.code,
        community_id=card.community_id,
    )


def _find_card(session: Session, code: str, community: Community | None) -> _Found | Verdict:
    """Return the card a code names, or the verdict where there is none."""
    text = normalise(code)
    match kind_of(code):
        case CodeKind.CARD_NUMBER:
            return _find_numbered(session, community, serial_of(text))
        case CodeKind.TOKEN if token := token_in(text):
            return _find_signed(session, token)
        case CodeKind.PAYMENT_CODE:
            return Verdict.PAYMENT_CODE
        case _:
            return Verdict.BAD_CODE


def _find_signed(session: Session, token: str) -> _Found | Verdict:
    try:
        key_id = read_claims(token).key_id
        key = session.scalar(select(SigningKey).where(SigningKey.key_id == key_id))
        if key is None:
            return Verdict.UNKNOWN
        serial = verify_token(token, key.public_key).serial
        return _find_numbered(session, session.get_one(Community, key.community_id), serial)
    except BadTokenError:
        return Verdict.BAD_CODE
    except ForgedTokenError:
        return Verdict.FORGED


def _find_numbered(session: Session, community: Community | None, serial: str) -> _Found | Verdict:
    """Return the card of a number; UNKNOWN as well where two communities have one."""
    query = _select_cards().where(Card.serial == serial)
    if community is not None:
        query = query.where(Card.community_id == community.id)
    rows = session.execute(query).all()
    return (rows[0][0], rows[0][1]) if len(rows) == 1 else Verdict.UNKNOWN


def _select_cards() -> Select[tuple[Card, str]]:
    return (
        select(Card, Community.timezone)
        .join(Community, Community.id == Card.community_id)
        .options(joinedload(Card.honour))
    )


def judge_card(card: Card, *, today: date) -> Verdict:
    """Return the verdict where no shop, no till and no amount is concerned."""
    return verdict_on(
        Visit(
            today=today,
            state=CardState(card.state),
            valid_from=card.valid_from,
            valid_until=card.valid_until,
        )
    )
