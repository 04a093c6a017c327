"""What is to be told: found by the worker, some seconds after it happened.

A sale knows nothing of messages. The worker looks for sales that were recorded since it last
looked, and a little before, for one that has a smaller id may be committed later; each is told
once all the same, for the table holds one message of a sale for each way it is told.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session
from uuid_utils.compat import uuid7

from loyalty.models import Card, Message, MessageHook, MessageRecipient, Redemption, Resident
from loyalty.rules.calendar import Month
from loyalty.rules.card_state import CardState
from loyalty.rules.messages import EVENTS_WAIT, TRIED_FOR, MessageKind, MessageState

LOOKS_BACK = timedelta(minutes=5)
"""Longer than any statement or transaction may take, and than clocks of two machines differ."""

MOST_AT_ONCE = 500

WAITS = Message.state == literal(MessageState.WAITING.value, literal_execute=True)
"""Written out, so that a plan that is kept uses the index of what waits."""

_MILLISECONDS_AT = 80
"""By how many bits the instant of a UUIDv7 is shifted."""


def write_messages(session: Session, hook: MessageHook, *, now: datetime) -> int:
    """Write down what people are to be told; return how much.

    Args:
        session: limited to the community of the hook.
        now: on the wall clock of the community.
    """
    sales = session.execute(_select_sales(hook, now)).tuples().all()
    cards = session.execute(_select_cards(hook, now)).tuples().all()
    used = {"kind": MessageKind.CARD_USED.value}
    waiting = {"kind": MessageKind.CARD_WAITING.value}
    rows = [
        *(used | {"resident_id": whose, "sale_id": sale, "card_id": None} for sale, whose in sales),
        *(waiting | {"resident_id": whose, "sale_id": None, "card_id": card}
          for card, whose in cards),
    ]  # fmt: skip
    add_messages(session, hook, rows, now)
    if len(sales) < MOST_AT_ONCE:
        tell_until(session, hook, now)
    return len(rows)


def add_messages(
    session: Session, hook: MessageHook, rows: Sequence[dict[str, Any]], now: datetime
) -> None:
    """Write down what a hook is to be told; what it has been told already stays as it is."""
    own = {
        "community_id": hook.community_id,
        "hook_id": hook.id,
        "state": MessageState.WAITING.value,
        "made_at": now,
        "next_at": now,
    }
    if rows:
        wanted = [{"id": uuid7(), **own, **row} for row in rows]
        session.execute(insert(Message).values(wanted).on_conflict_do_nothing())


def tell_until(session: Session, hook: MessageHook, now: datetime) -> None:
    """Write down that all that was recorded until now has its messages."""
    session.execute(
        update(MessageHook)
        .where(MessageHook.community_id == hook.community_id, MessageHook.id == hook.id)
        .values(told_until=now)
    )


def forget_cards_taken(session: Session, hook: MessageHook) -> None:
    """Tell nobody that a card waits which waits no longer: it was handed over, or stopped."""
    taken = exists().where(
        Card.community_id == hook.community_id,
        Card.id == Message.card_id,
        Card.state != CardState.ISSUED,
    )
    session.execute(
        delete(Message).where(
            Message.community_id == hook.community_id,
            Message.hook_id == hook.id,
            WAITS,
            taken,
        )
    )


def give_up_old_messages(session: Session, hook: MessageHook, *, now: datetime) -> None:
    """Give up what is too old to be told.

    What residents are told is no news after a day; staff are told instead. An event is given up
    whose turn has not come for days: when it was made says nothing of one that is sent again.
    """
    of_residents = Message.made_at <= now - TRIED_FOR
    session.execute(
        update(Message)
        .where(
            Message.community_id == hook.community_id,
            Message.hook_id == hook.id,
            WAITS,
            Message.next_at <= now - EVENTS_WAIT if hook.events else of_residents,
        )
        .values(
            state=MessageState.UNDELIVERED,
            ended_at=now,
            failure=func.coalesce(Message.failure, hook.failure),
        )
    )


def _select_sales(hook: MessageHook, now: datetime) -> Select[tuple[UUID, UUID]]:
    """Return the query for sales that nobody has been told of, each with the card's holder."""
    own = hook.community_id
    present = Month.of(now.date())
    return (
        select(Redemption.id, MessageRecipient.resident_id)
        .join(Card, (Card.community_id == own) & (Card.id == Redemption.card_id))
        .join(MessageRecipient, _is_of(Card.resident_id, hook))
        .join(Resident, _agrees(own))
        .where(
            Redemption.community_id == own,
            # One that came in late may count for the month before.
            Redemption.month.in_([present.first, present.plus(-1).first]),
            Redemption.id > first_id_at(hook.told_until - LOOKS_BACK),
            Redemption.kind == "sale",
            Redemption.recorded_at >= func.greatest(MessageRecipient.created_at, now - TRIED_FOR),
            ~_is_told(hook, Message.sale_id == Redemption.id),
        )
        .order_by(Redemption.id)
        .limit(MOST_AT_ONCE)
        # Whoever withdraws just now waits, and then takes what is written here away.
        .with_for_update(read=True, of=MessageRecipient)
    )


def _select_cards(hook: MessageHook, now: datetime) -> Select[tuple[UUID, UUID]]:
    """Return the query for new cards that lie with the community, each with its holder."""
    own = hook.community_id
    return (
        select(Card.id, MessageRecipient.resident_id)
        .join(MessageRecipient, _is_of(Card.resident_id, hook))
        .join(Resident, _agrees(own))
        .where(
            Card.community_id == own,
            Card.state == CardState.ISSUED,
            Card.valid_until >= now.date(),
            Card.issued_at >= func.greatest(MessageRecipient.created_at, now - TRIED_FOR),
            ~_is_told(hook, Message.card_id == Card.id),
        )
        .order_by(Card.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(read=True, of=MessageRecipient)
    )


def _is_of(resident_id: InstrumentedAttribute[UUID], hook: MessageHook) -> ColumnElement[bool]:
    return (
        (MessageRecipient.community_id == hook.community_id)
        & (MessageRecipient.resident_id == resident_id)
        & (MessageRecipient.hook_id == hook.id)
    )


def _is_told(hook: MessageHook, about_it: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        Message.community_id == hook.community_id, Message.hook_id == hook.id, about_it
    )


def _agrees(own: UUID) -> ColumnElement[bool]:
    return (
        (Resident.community_id == own)
        & (Resident.id == MessageRecipient.resident_id)
        & Resident.consent_messages
    )


def first_id_at(moment: datetime) -> UUID:
    """Return an id before any that was made at an instant or later."""
    return UUID(int=int(moment.timestamp() * 1000) << _MILLISECONDS_AT)
