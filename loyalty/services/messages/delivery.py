"""Sending what is to be told: whose turn it is, the letter, and what came of it.

Nothing is held while a receiver is asked: it is written down before that somebody is at it, and
after, what came of it. A worker that is killed between sends the same again, under the same id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from loyalty.clock import as_local
from loyalty.models import Community, Message, MessageHook, MessageRecipient, Resident
from loyalty.rules.messages import (
    TRIED_FOR,
    MessageState,
    find_event_wait,
    find_wait,
    sign_by_standard,
    sign_message,
)
from loyalty.rules.web_push import Device
from loyalty.services.actors import Programme
from loyalty.services.messages.bodies import write_body
from loyalty.services.messages.events import write_events
from loyalty.services.messages.hooks import open_signing_key
from loyalty.services.messages.outbox import (
    WAITS,
    forget_cards_taken,
    give_up_old_messages,
    write_messages,
)
from loyalty.services.messages.recipients import leave_receiver
from loyalty.services.messages.web_push import seal_for, sign_for
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
    address: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    """What signs it, and says how the body is to be read."""
    recipient_id: UUID | None = None
    """For whom it is; None for a try."""
    service: str | None = None
    """Host of the push service it goes to, which others of the hook do not share."""
    gone: frozenset[int] = frozenset({410})
    """Statuses that say that the receiver knows the reader no more."""


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
        else:
            # It holds recipients, who come before their messages for whoever forgets them, too.
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
    message: Message = found[0]
    recipient: MessageRecipient | None = found[1]
    try:
        key = open_signing_key(hook, sealing_key=sealing_key)
    except InvalidTag:
        return Outcome(SECRET_LOST)
    message.tries += 1
    message.next_at = now + TURN_LASTS
    session.flush()
    reference = None if recipient is None else recipient.reference
    told = write_body(session, message, reference)
    if recipient is not None and recipient.device is not None:
        return _for_browser(hook, message, recipient, told, key, now=now)
    to = None if recipient is None else recipient.id
    return Letter(message.id, hook.address, told, _sign(message.id, told, key, now=now), to)


def _sign(message_id: UUID, body: bytes, key: bytes, *, now: datetime) -> Mapping[str, str]:
    """Return the headers that say how the body is to be read, and sign it in two ways."""
    secret, at = key.decode(), int(now.timestamp())
    return {
        "Content-Type": "application/json",
        "webhook-id": str(message_id),
        "webhook-timestamp": str(at),
        "webhook-signature": sign_by_standard(message_id, body, secret, at),
        "Loyalty-Event": str(message_id),
        "Loyalty-Signature": sign_message(body, secret, at),
    }


def _for_browser(
    hook: MessageHook,
    message: Message,
    recipient: MessageRecipient,
    told: bytes,
    key: bytes,
    *,
    now: datetime,
) -> Letter:
    """Return the letter to the push service of a browser, which alone can open it."""
    device = Device(**(recipient.device or {}))
    keep = TRIED_FOR - (now - message.made_at)
    headers = sign_for(device, key, sender=hook.address, now=now, keep=keep)
    return Letter(
        message.id,
        device.endpoint,
        seal_for(device, told),
        headers,
        recipient.id,
        device.service,
        gone=frozenset({404, 410}),
    )


def note_outcome(
    session: Session, turn: Turn, letter: Letter, outcome: Outcome, *, now: datetime
) -> Outcome:
    """Write down what came of a letter, and return what it means for the hook.

    Whom the receiver no longer knows is told nothing more, and a program that wants no more events
    neither. A push service that cannot be reached is left alone, and those of other browsers are
    asked as before.
    """
    hook = _hold_hook(session, turn)
    message = session.get(Message, (turn.community_id, letter.message_id))
    if hook is None or message is None:
        return outcome
    if outcome.for_good:
        if hook.events:
            _stop(session, turn, outcome, now=now)
        else:
            _end_messages(session, message, letter.recipient_id, now)
            _give_up(session, turn, letter, outcome.failure, now=now)
        return outcome
    message.failure = outcome.failure
    if outcome.failure is None:
        message.state, message.ended_at = MessageState.SENT, now
        session.execute(_of(turn).values(answered_at=now))
        return outcome
    wait = find_event_wait(message.tries) if hook.events else find_wait(message.tries)
    if wait is None:
        message.state, message.ended_at = MessageState.UNDELIVERED, now
    else:
        message.next_at = now + wait
    if letter.service is None or outcome.of_message:
        return outcome
    _leave_alone(session, turn, letter.service, until=message.next_at)
    return replace(outcome, of_message=True)


def _stop(session: Session, turn: Turn, outcome: Outcome, *, now: datetime) -> None:
    """Tell a receiver nothing any more that wants no more events, nor what waits for it."""
    session.execute(_of(turn).values(stopped_at=now))
    session.execute(
        update(Message)
        .where(Message.community_id == turn.community_id, Message.hook_id == turn.hook_id, WAITS)
        .values(state=MessageState.UNDELIVERED, ended_at=now, failure=outcome.failure)
    )


def _give_up(
    session: Session, turn: Turn, letter: Letter, failure: str | None, *, now: datetime
) -> None:
    """Write down that a message did not arrive, if it is not forgotten with its reader."""
    session.execute(
        update(Message)
        .where(Message.community_id == turn.community_id, Message.id == letter.message_id)
        .values(state=MessageState.UNDELIVERED, ended_at=now, failure=failure)
    )


def _leave_alone(session: Session, turn: Turn, service: str, *, until: datetime) -> None:
    """Let whatever else waits for a push service wait as long as what it did not take."""
    own = turn.community_id
    reached_by_it = select(MessageRecipient.resident_id).where(
        MessageRecipient.community_id == own,
        MessageRecipient.hook_id == turn.hook_id,
        MessageRecipient.service == service,
    )
    session.execute(
        update(Message)
        .where(
            Message.community_id == own,
            Message.hook_id == turn.hook_id,
            WAITS,
            Message.next_at < until,
            Message.resident_id.in_(reached_by_it),
        )
        .values(next_at=until)
    )


def _end_messages(
    session: Session, message: Message, recipient_id: UUID | None, now: datetime
) -> None:
    """Tell the reader of a message nothing any more, who is locked before it; a try has none."""
    if message.resident_id is not None:
        timezone = session.get_one(Community, message.community_id).timezone
        actor = Programme(message.community_id, timezone)
        leave_receiver(
            SomebodysWork(session, actor, as_local(now, timezone)),
            message.resident_id,
            recipient_id,
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


def _select_due(turn: Turn, now: datetime) -> Select[tuple[Message, MessageRecipient]]:
    """Return the query for what is due, the earliest first, with where its reader is told.

    A try and an event are for nobody, and have None there, which SQLAlchemy's types do not know.
    """
    own = turn.community_id
    recipient = and_(
        MessageRecipient.community_id == own,
        MessageRecipient.resident_id == Message.resident_id,
        MessageRecipient.hook_id == turn.hook_id,
    )
    resident = and_(Resident.community_id == own, Resident.id == Message.resident_id)
    agrees = and_(MessageRecipient.id.is_not(None), Resident.consent_messages)
    return (
        select(Message, MessageRecipient)
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
