"""Cards after they were signed: found, handed over, reported lost, replaced, stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Uuid,
    and_,
    cast,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import joinedload

from loyalty.models import Card, CardEvent, CardMonth, Community, Resident, Round
from loyalty.models.sealed import open_member
from loyalty.rules.card_action import NEED_A_REASON, CardAction, find_obstacles, next_state
from loyalty.rules.card_number import CodeKind, kind_of, normalise, serial_of
from loyalty.rules.card_reason import LOST, read_reason
from loyalty.rules.card_state import FINAL, CardState
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.cards.phone_codes import end_codes, hold_page_of_card
from loyalty.services.cards.revocations import publish_revocations
from loyalty.services.cards.signing import Award, sign_card
from loyalty.services.errors import (
    CardStateError,
    ValueRefusedError,
)
from loyalty.services.paging import Page, fetch_page
from loyalty.services.people.residents import matches_name
from loyalty.services.work import Lock, ResidentWork, Work

HOLDER = (joinedload(Card.resident), joinedload(Card.honour))
"""What a card is shown with."""

LAST_DIGITS = 4
"""How many digits of a number tell cards apart where nobody may read all of them."""


@dataclass(frozen=True, slots=True)
class FindCards:
    """Which cards are wanted; None asks nothing."""

    round_id: UUID | None = None
    resident_id: UUID | None = None
    state: CardState | None = None
    """As of today, so a card may be expired."""
    last4: str | None = None
    """Last four digits of the number."""
    part: str | None = None
    """Of the holder's name or home, the beginning of the name's pinyin, or the last four digits."""
    living: bool = False
    """Whether cards that are revoked or expired are left out."""


@dataclass(frozen=True, slots=True)
class ActOnCard:
    """One action on one card."""

    card_id: UUID
    action: CardAction
    reason: str | None = None
    """Code of a `CardReason`, or the words of another one."""
    version: int | None = None
    """The version that was read, where the caller insists on it."""

    @property
    def is_of_a_lost_card(self) -> bool:
        """Whether the card may be in other hands, and with it a phone that shows its code."""
        return self.reason in LOST


def get_card(work: Work, card_id: UUID) -> Card:
    """Return a card of the actor's community with its holder.

    Raises:
        UnknownRecordError: the community has no such card.
    """
    return work.find(Card, card_id, options=HOLDER)


def find_cards(work: Work, wanted: FindCards, *, limit: int, after: UUID | None) -> Page[Card]:
    """Return a page of the community's cards, the latest first."""
    today = work.now.date()
    conditions: list[ColumnElement[bool]] = []
    if wanted.round_id is not None:
        conditions.append(Card.round_id == wanted.round_id)
    if wanted.resident_id is not None:
        conditions.append(Card.resident_id == wanted.resident_id)
    if wanted.state is not None:
        conditions.append(_is_in_state(wanted.state, today))
    if wanted.living:
        conditions.extend(not_(_is_in_state(state, today)) for state in FINAL)
    if wanted.last4 is not None:
        conditions.append(_number_ends_in(wanted.last4))
    if wanted.part is not None:
        conditions.append(_is_meant_by(work, wanted.part))
    query = work.select(Card).where(*conditions).options(*HOLDER)
    return fetch_page(work.session, query, Card, limit=limit, after=after, newest_first=True)


def act_on_card(work: Work | ResidentWork, request: ActOnCard, *, sealing_key: bytes) -> Card:
    """Do one thing with a card, and tell the tills if it may no longer, or may again, be accepted.

    Returns:
        The card; after a reissue the new one.

    Raises:
        CardStateError: something is missing; `missing` names all of it.
        ValueRefusedError: suspending, reissuing and revoking need a reason.
    """
    page = hold_page_of_card(work, request.card_id) if request.is_of_a_lost_card else None
    card = work.find(
        Card, request.card_id, lock=Lock.REFER, version=request.version, options=HOLDER
    )
    _refuse_unless_allowed(card, request, today=work.now.date())
    card.state = next_state(request.action, CardState(card.state))
    if request.action is CardAction.HAND_OVER:
        card.handed_over_at = work.now
    work.session.add(make_event(work, card, request.action, request.reason))
    work.note(f"card.{request.action}", card)
    if page is not None:
        end_codes(work, page, sealing_key=sealing_key)
    answer = card
    if request.action is CardAction.REISSUE:
        answer = _reissue(work, card, sealing_key=sealing_key)
    if request.action is not CardAction.HAND_OVER:
        community = work.session.get_one(Community, card.community_id)
        publish_revocations(work.session, community, sealing_key=sealing_key, now=work.now)
    return answer


def _refuse_unless_allowed(card: Card, request: ActOnCard, *, today: date) -> None:
    if request.action in NEED_A_REASON and not request.reason:
        raise ValueRefusedError("/reason", "This is done for a reason.")
    missing = find_obstacles(
        request.action, CardState(card.state), valid_until=card.valid_until, today=today
    )
    if missing:
        raise CardStateError(f"The card does not allow this: {', '.join(missing)}.", missing)


def make_event(
    work: Work | ResidentWork, card: Card, action: CardAction, reason: str | None
) -> CardEvent:
    """Return what is kept of an action on a card, which has its new state already."""
    code, words = read_reason(reason) if reason else (None, None)
    return CardEvent(
        community_id=card.community_id,
        card_id=card.id,
        action=action,
        state=card.state,
        reason_code=code,
        reason=words,
        account_id=work.actor.account_id,
        at=work.now,
    )


def list_events(work: Work, card: Card) -> Sequence[CardEvent]:
    """Return what was done with a card since it was signed, the latest first."""
    query = select(CardEvent).where(
        CardEvent.community_id == work.community_id, CardEvent.card_id == card.id
    )
    return work.session.scalars(query.order_by(CardEvent.at.desc(), CardEvent.id.desc())).all()


def _reissue(work: Work | ResidentWork, old: Card, *, sealing_key: bytes) -> Card:
    """Return a new card that ends when the old one would, and has used up what the old one has."""
    award = Award(
        resident_id=old.resident_id,
        honour=old.honour,
        pay_permille=old.pay_permille,
        valid_until=old.valid_until,
        reissue_of_id=old.id,
    )
    selection_round = work.session.get_one(Round, (old.community_id, old.round_id))
    new = sign_card(work.session, selection_round, award, sealing_key=sealing_key, now=work.now)
    new.resident, new.honour = old.resident, old.honour
    used_up = select(
        CardMonth.community_id,
        literal(new.id, Uuid),
        CardMonth.month,
        CardMonth.saved_fen,
        CardMonth.uses,
    ).where(CardMonth.community_id == old.community_id, CardMonth.card_id == old.id)
    columns = ["community_id", "card_id", "month", "saved_fen", "uses"]
    work.session.execute(insert(CardMonth).from_select(columns, used_up))
    return new


def _is_in_state(state: CardState, today: date) -> ColumnElement[bool]:
    """Return the condition for a state of today: nobody writes down that a card expires."""
    expires = Card.state.in_([CardState.ISSUED, CardState.ACTIVE])
    if state is CardState.EXPIRED:
        return and_(expires, Card.valid_until < today)
    return and_(Card.state == state, or_(not_(expires), Card.valid_until >= today))


def _is_meant_by(work: Work, part: str) -> ColumnElement[bool]:
    """Return the condition for what somebody types who looks for a card, or scans."""
    code = normalise(part)
    if kind_of(code) is CodeKind.CARD_NUMBER:
        return Card.serial == serial_of(code)
    holders = select(Resident.id).where(
        Resident.community_id == work.community_id,
        or_(matches_name(part), Resident.id.in_(_list_who_lives_at(work, part))),
    )
    held = Card.resident_id.in_(holders)
    is_last4 = len(code) == LAST_DIGITS and code.isascii() and code.isdecimal()
    return or_(held, _number_ends_in(code)) if is_last4 else held


def _list_who_lives_at(work: Work, part: str) -> list[UUID]:
    """Return whose home has a part in it: homes lie sealed, so each is opened and looked at."""
    wanted, own = make_reference_key(part) or part, work.community_id
    homes = work.session.execute(
        select(Resident.id, Resident.unit_sealed).where(
            Resident.community_id == own,
            exists(
                select(Card.id).where(Card.community_id == own, Card.resident_id == Resident.id)
            ),
        )
    )
    return [
        record_id
        for record_id, unit in homes
        if wanted
        in make_reference_key(
            open_member(Resident, "unit", unit, community_id=own, record_id=record_id)
        )
    ]


def _number_ends_in(last4: str) -> ColumnElement[bool]:
    """Return the condition for the last digits of a number, whose check digits are not stored."""
    check = 98 - cast(Card.serial, BigInteger) * 100 % 97
    return and_(func.right(Card.serial, 2) == last4[:2], check == int(last4[2:]))
