"""What programs are told: events, found in what was recorded for good.

Nothing is written where it happens. A card, what is done with one, a sale, a version of a notice
and a closed month are each written once, in the transaction that makes them; the worker finds them
there, some seconds later, as it finds what residents are told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, exists, func, select
from sqlalchemy.orm import Session

from loyalty.models import (
    Card,
    CardEvent,
    ClosedMonth,
    Honour,
    Message,
    MessageHook,
    NoticeVersion,
    Redemption,
    Round,
)
from loyalty.rules.calendar import Month
from loyalty.rules.card_number import last4
from loyalty.rules.card_reason import LOST
from loyalty.rules.messages import MessageKind
from loyalty.services.messages.outbox import (
    LOOKS_BACK,
    MOST_AT_ONCE,
    add_messages,
    first_id_at,
    tell_until,
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that has happened."""

    subject: str
    """What it is about: the id of what was recorded, or a month."""
    at: datetime
    data: Mapping[str, Any]
    """As it is sent. It names no person, and of a card's number the last four digits alone."""


def write_events(session: Session, hook: MessageHook, *, now: datetime) -> int:
    """Write down what a receiver of events is to be told; return how much.

    Args:
        session: limited to the community of the hook.
        now: on the wall clock of the community.
    """
    found = {kind: _FINDERS[MessageKind(kind)](session, hook, now) for kind in hook.events}
    rows = [
        {
            "kind": kind,
            "subject": event.subject,
            "event": {"timestamp": _write(event.at, now), "data": event.data},
        }
        for kind, events in found.items()
        for event in events
    ]
    add_messages(session, hook, rows, now)
    if all(len(events) < MOST_AT_ONCE for events in found.values()):
        tell_until(session, hook, now)
    return len(rows)


def _find_issued_cards(session: Session, hook: MessageHook, _: datetime) -> Sequence[Event]:
    own = hook.community_id
    found = session.execute(
        select(Card, Honour.code)
        .join(Honour, (Honour.community_id == own) & (Honour.id == Card.honour_id))
        .where(
            Card.community_id == own,
            Card.id > _first_id(hook),
            Card.issued_at >= hook.created_at,
            ~_is_told(hook, MessageKind.CARD_ISSUED_EVENT, cast(Card.id, Text)),
        )
        .order_by(Card.id)
        .limit(MOST_AT_ONCE)
    ).tuples()
    return [
        Event(
            str(card.id),
            card.issued_at,
            _tell_card(card)
            | {
                "honour": honour,
                "pay_permille": card.pay_permille,
                "valid_from": card.valid_from.isoformat(),
                "valid_until": card.valid_until.isoformat(),
                "replaces": None if card.reissue_of_id is None else str(card.reissue_of_id),
            },
        )
        for card, honour in found
    ]


def _find_sales(session: Session, hook: MessageHook, now: datetime) -> Sequence[Event]:
    own = hook.community_id
    present = Month.of(now.date())
    found = session.execute(
        select(Redemption, Card)
        .join(Card, (Card.community_id == own) & (Card.id == Redemption.card_id))
        .where(
            Redemption.community_id == own,
            # One that came in late may count for the month before.
            Redemption.month.in_([present.first, present.plus(-1).first]),
            Redemption.id > _first_id(hook),
            Redemption.kind == "sale",
            Redemption.recorded_at >= hook.created_at,
            ~_is_told(hook, MessageKind.CARD_USED_EVENT, cast(Redemption.id, Text)),
        )
        .order_by(Redemption.id)
        .limit(MOST_AT_ONCE)
    ).tuples()
    return [
        Event(
            str(sale.id),
            sale.happened_at,
            _tell_card(card)
            | {
                "sale_id": str(sale.id),
                "shop_id": str(sale.shop_id),
                "payable_fen": sale.payable_fen if sale.with_amount else None,
                "saved_fen": sale.saved_fen if sale.with_amount else None,
            },
        )
        for sale, card in found
    ]


def _find_lost_cards(session: Session, hook: MessageHook, _: datetime) -> Sequence[Event]:
    own = hook.community_id
    found = session.execute(
        select(CardEvent, Card)
        .join(Card, (Card.community_id == own) & (Card.id == CardEvent.card_id))
        .where(
            CardEvent.community_id == own,
            CardEvent.id > _first_id(hook),
            CardEvent.at >= hook.created_at,
            CardEvent.reason_code.in_(sorted(LOST)),
            ~_is_told(hook, MessageKind.CARD_LOST_EVENT, cast(CardEvent.id, Text)),
        )
        .order_by(CardEvent.id)
        .limit(MOST_AT_ONCE)
    ).tuples()
    return [
        Event(
            str(deed.id),
            deed.at,
            _tell_card(card) | {"action": deed.action, "reason": deed.reason_code},
        )
        for deed, card in found
    ]


def _find_notices(session: Session, hook: MessageHook, _: datetime) -> Sequence[Event]:
    own = hook.community_id
    found = session.execute(
        select(NoticeVersion, Round.month)
        .join(Round, (Round.community_id == own) & (Round.id == NoticeVersion.round_id))
        .where(
            NoticeVersion.community_id == own,
            NoticeVersion.id > _first_id(hook),
            NoticeVersion.published_at >= hook.created_at,
            ~_is_told(hook, MessageKind.ROUND_PUBLISHED_EVENT, cast(NoticeVersion.id, Text)),
        )
        .order_by(NoticeVersion.id)
        .limit(MOST_AT_ONCE)
    ).tuples()
    return [
        Event(
            str(version.id),
            version.published_at,
            {
                "round_id": str(version.round_id),
                "month": str(Month.of(month)),
                "number": version.number,
                "kind": version.kind,
                "first_day": version.first_day.isoformat(),
                "last_day": version.last_day.isoformat(),
                "sha256": version.sha256,
            },
        )
        for version, month in found
    ]


def _find_closed_months(session: Session, hook: MessageHook, _: datetime) -> Sequence[Event]:
    month = func.to_char(ClosedMonth.month, "YYYY-MM")
    found = session.scalars(
        select(ClosedMonth)
        .where(
            ClosedMonth.community_id == hook.community_id,
            ClosedMonth.closed_at >= max(hook.created_at, hook.told_until - LOOKS_BACK),
            ~_is_told(hook, MessageKind.MONTH_CLOSED_EVENT, month),
        )
        .order_by(ClosedMonth.month)
        .limit(MOST_AT_ONCE)
    )
    return [
        Event(
            str(Month.of(closed.month)),
            closed.closed_at,
            {
                "month": str(Month.of(closed.month)),
                "head": closed.head,
                "previous_head": closed.previous_head,
            },
        )
        for closed in found
    ]


_FINDERS: Mapping[MessageKind, Callable[[Session, MessageHook, datetime], Sequence[Event]]] = (
    MappingProxyType(
        {
            MessageKind.CARD_ISSUED_EVENT: _find_issued_cards,
            MessageKind.CARD_USED_EVENT: _find_sales,
            MessageKind.CARD_LOST_EVENT: _find_lost_cards,
            MessageKind.ROUND_PUBLISHED_EVENT: _find_notices,
            MessageKind.MONTH_CLOSED_EVENT: _find_closed_months,
        }
    )
)


def _first_id(hook: MessageHook) -> Any:
    """Return an id before any that may have no message yet."""
    return first_id_at(hook.told_until - LOOKS_BACK)


def _is_told(
    hook: MessageHook, kind: MessageKind, subject: ColumnElement[str]
) -> ColumnElement[bool]:
    return exists().where(
        Message.community_id == hook.community_id,
        Message.hook_id == hook.id,
        Message.kind == kind,
        Message.subject == subject,
    )


def _tell_card(card: Card) -> dict[str, Any]:
    return {"card_id": str(card.id), "last4": last4(card.serial)}


def _write(at: datetime, now: datetime) -> str:
    return at.astimezone(now.tzinfo).isoformat(timespec="seconds")
