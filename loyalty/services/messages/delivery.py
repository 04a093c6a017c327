"""Sending what is to be told: whose turn it is, the letter, and what came of it.

Nothing is held while a receiver is asked: it is written down before that somebody is at it, and
after, what came of it. A worker that is killed between sends the same again, under the same id.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from loyalty.clock import as_local
from loyalty.models import (
    Card,
    Community,
    Honour,
    Message,
    MessageHook,
    MessageRecipient,
    Redemption,
    Resident,
    Shop,
)
from loyalty.rules.messages import (
    MessageKind,
    MessageState,
    find_event_wait,
    find_wait,
    sign_by_standard,
    sign_message,
)
from loyalty.services.actors import Programme
from loyalty.services.messages.events import write_events
from loyalty.services.messages.hooks import open_secret
from loyalty.services.messages.outbox import (
    WAITS,
    forget_cards_taken,
    give_up_old_messages,
    write_messages,
)
from loyalty.services.messages.recipients import leave_receiver
from loyalty.services.work import SomebodysWork

TURN_LASTS = timedelta(minutes=1)
"""After which another worker takes over from one that has not come back."""

REST = timedelta(seconds=5)
"""How long a hook is left alone after its turn."""

SECRET_LOST = "secret_lost"  # noqa: S105  # the code of a failure
"""The operator's secret is another by now; a manager makes a new one for the hook."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A hook that a worker is at, and whose."""

    community_id: UUID
    hook_id: UUID


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it is sent."""

    message_id: UUID
    address: str
    reference: str | None = field(repr=False)
    """What the receiver calls the reader; None for a try."""
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    """What it is called, and what signs it, in two ways."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of sending a letter."""

    failure: str | None
    """A code; None where the receiver has taken it."""
    of_message: bool = False
    """Whether the receiver answers, and refuses this message alone."""
    for_good: bool = False
    """Whether it knows nobody of that reference any more."""


def take_turn(session: Session, *, now: datetime) -> Turn | None:
    """Return the hook that has waited the longest, whosever it is; None where none is due."""
    due = (
        select(MessageHook.id)
        .where(MessageHook.next_at <= now, MessageHook.stopped_at.is_(None))
        .order_by(MessageHook.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = session.execute(
        update(MessageHook)
        .where(MessageHook.id.in_(due.scalar_subquery()))
        .values(next_at=now + TURN_LASTS)
        .returning(MessageHook.community_id, MessageHook.id)
    ).one_or_none()
    return None if taken is None else Turn(*taken)


def begin_turn(session: Session, turn: Turn, *, now: datetime) -> None:
    """Write down what there is to tell, and give up what is old.

    Args:
        session: limited to the community of the turn, as in all that follows.
    """
    hook = _hold_hook(session, turn)
    if hook is not None:
        local = as_local(now, session.get_one(Community, turn.community_id).timezone)
        if hook.events:
            write_events(session, hook, now=local)
            return
        # It holds recipients, and those come before their messages for whoever forgets them, too.
        write_messages(session, hook, now=local)
        forget_cards_taken(session, hook)
        give_up_old_messages(session, hook, now=now)


def next_letter(
    session: Session, turn: Turn, *, sealing_key: bytes, now: datetime
) -> Letter | Outcome | None:
    """Return what is sent next, or why nothing can be; None where nothing is due.

    Somebody who no longer agrees gets nothing, whatever was written down before.
    """
    hook = _find_hook(session, turn)
    if hook is None or hook.stopped_at is not None:
        return None
    found = session.execute(_select_due(turn, now)).tuples().first()
    if found is None:
        return None
    message, reference = found
    try:
        secret = open_secret(hook, sealing_key=sealing_key)
    except InvalidTag:
        return Outcome(SECRET_LOST)
    message.tries += 1
    message.next_at = now + TURN_LASTS
    session.flush()
    body = _write_body(session, message, reference)
    return Letter(
        message.id, hook.address, reference, body, _sign(message.id, body, secret, now=now)
    )


def _sign(message_id: UUID, body: bytes, secret: str, *, now: datetime) -> Mapping[str, str]:
    """Return the headers that sign a message: by Standard Webhooks 1.0, and as before it."""
    at = int(now.timestamp())
    return {
        "webhook-id": str(message_id),
        "webhook-timestamp": str(at),
        "webhook-signature": sign_by_standard(message_id, body, secret, at),
        "Loyalty-Event": str(message_id),
        "Loyalty-Signature": sign_message(body, secret, at),
    }


def note_outcome(
    session: Session, turn: Turn, letter: Letter, outcome: Outcome, *, now: datetime
) -> None:
    """Write down what came of a letter. Whoever is gone is told nothing more."""
    hook = _hold_hook(session, turn)
    message = session.get(Message, (turn.community_id, letter.message_id))
    if hook is None or message is None:
        return
    message.failure = outcome.failure
    if outcome.failure is None:
        message.state, message.ended_at = MessageState.SENT, now
        session.execute(_of(turn).values(answered_at=now))
        return
    wait = find_event_wait(message.tries) if hook.events else find_wait(message.tries)
    if outcome.for_good or wait is None:
        message.state, message.ended_at = MessageState.UNDELIVERED, now
    else:
        message.next_at = now + wait
    if outcome.for_good and hook.events:
        _stop(session, turn, outcome, now)
    elif outcome.for_good:
        _end_messages(session, message, letter.reference, now)


def _stop(session: Session, turn: Turn, outcome: Outcome, now: datetime) -> None:
    """Tell a receiver nothing any more that wants no more events, nor what waits for it."""
    session.execute(_of(turn).values(stopped_at=now))
    waiting = (Message.community_id == turn.community_id, Message.hook_id == turn.hook_id, WAITS)
    session.execute(
        update(Message)
        .where(*waiting)
        .values(state=MessageState.UNDELIVERED, ended_at=now, failure=outcome.failure)
    )


def _end_messages(session: Session, message: Message, reference: str | None, now: datetime) -> None:
    """Tell the reader of a message nothing any more; a try has none."""
    if message.resident_id is not None:
        timezone = session.get_one(Community, message.community_id).timezone
        actor = Programme(message.community_id, timezone)
        leave_receiver(
            SomebodysWork(session, actor, as_local(now, timezone)), message.resident_id, reference
        )


def end_turn(session: Session, turn: Turn, outcome: Outcome, *, now: datetime) -> None:
    """Let the next worker look at the hook again: soon, or later each time it is not reached."""
    hook = _find_hook(session, turn)
    if hook is None:
        return
    reached = outcome.failure is None or outcome.of_message
    failures = 0 if reached else hook.failures + 1
    session.execute(
        _of(turn).values(
            failures=failures,
            failure=None if reached else outcome.failure,
            next_at=now + (REST if reached else find_wait(failures)),
        )
    )


def _find_hook(session: Session, turn: Turn) -> MessageHook | None:
    """Return the hook as it stands now; None if a manager has removed it."""
    return session.scalar(_select_hook(turn))


def _hold_hook(session: Session, turn: Turn) -> MessageHook | None:
    """Return the hook, which nobody removes meanwhile, nor anybody agrees to.

    It is locked before its messages, as by whoever removes it: so no two wait for each other.
    """
    return session.scalar(_select_hook(turn).with_for_update(key_share=True))


def _select_hook(turn: Turn) -> Select[tuple[MessageHook]]:
    return (
        select(MessageHook)
        .where(MessageHook.community_id == turn.community_id, MessageHook.id == turn.hook_id)
        .execution_options(populate_existing=True)
    )


def _of(turn: Turn) -> Any:
    return update(MessageHook).where(
        MessageHook.community_id == turn.community_id, MessageHook.id == turn.hook_id
    )


def _select_due(turn: Turn, now: datetime) -> Select[tuple[Message, str]]:
    """Return the query for what is due, the earliest first, with what its reader is called.

    A try and an event are for nobody, and have None there.
    """
    own = turn.community_id
    recipient = and_(
        MessageRecipient.community_id == own, MessageRecipient.resident_id == Message.resident_id
    )
    resident = and_(Resident.community_id == own, Resident.id == Message.resident_id)
    agrees = and_(MessageRecipient.reference.is_not(None), Resident.consent_messages)
    return (
        select(Message, MessageRecipient.reference)
        .outerjoin(MessageRecipient, recipient)
        .outerjoin(Resident, resident)
        .where(
            Message.community_id == own,
            Message.hook_id == turn.hook_id,
            WAITS,
            Message.next_at <= now,
            or_(Message.resident_id.is_(None), agrees),
        )
        .order_by(Message.next_at, Message.id)
        .limit(1)
    )


def _write_body(session: Session, message: Message, reference: str | None) -> bytes:
    """Return a message as JSON: it names the reader by the receiver's own reference, and nobody."""
    community = session.get_one(Community, message.community_id)
    told: dict[str, Any] = {
        "id": str(message.id),
        "type": message.kind,
        "community": community.slug,
    }
    if message.event is not None:
        told |= message.event
    else:
        told |= {
            "made_at": _write(message.made_at, community),
            "recipient": reference,
            "data": _DATA[MessageKind(message.kind)](session, message, community),
        }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _tell_sale(session: Session, message: Message, community: Community) -> dict[str, Any]:
    sale = session.get_one(Redemption, (community.id, message.sale_id))
    shop = session.get_one(Shop, (community.id, sale.shop_id))
    return {
        "happened_at": _write(sale.happened_at, community),
        "shop": shop.name,
        "saved_fen": sale.saved_fen if sale.with_amount else None,
    }


def _tell_card(session: Session, message: Message, community: Community) -> dict[str, Any]:
    card = session.get_one(Card, (community.id, message.card_id))
    honour = session.get_one(Honour, (community.id, card.honour_id))
    return {
        "honour": honour.name,
        "valid_from": card.valid_from.isoformat(),
        "valid_until": card.valid_until.isoformat(),
        "telephone": community.telephone,
    }


def _tell_nothing(_: Session, __: Message, ___: Community) -> dict[str, Any]:
    return {}


_DATA = {
    MessageKind.CARD_USED: _tell_sale,
    MessageKind.CARD_WAITING: _tell_card,
    MessageKind.TEST: _tell_nothing,
}


def _write(moment: datetime, community: Community) -> str:
    return as_local(moment, community.timezone).isoformat(timespec="seconds")
