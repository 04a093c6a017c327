"""What did not arrive: told to staff until they have seen it, and what is forgotten in time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.orm import Session, joinedload

from loyalty.models import Message, MessageHook
from loyalty.rules.messages import MessageKind, MessageState
from loyalty.rules.retention import MESSAGES
from loyalty.services.paging import Page, fetch_page
from loyalty.services.work import Work

UNDELIVERED = Message.state == literal(MessageState.UNDELIVERED.value, literal_execute=True)
IS_TEST = Message.kind == literal(MessageKind.TEST.value, literal_execute=True)
"""Written out, so that plans that are kept use the indexes of these."""
OF_A_RESIDENT = Message.resident_id.is_not(None)


def count_undelivered(work: Work) -> int:
    """Return how many messages to residents did not arrive and nobody has seen yet."""
    query = select(func.count()).where(
        Message.community_id == work.community_id,
        UNDELIVERED,
        OF_A_RESIDENT,
    )
    return work.session.scalar(query) or 0


def find_messages(
    work: Work,
    *,
    hook_id: UUID | None = None,
    state: MessageState | None = None,
    limit: int,
    after: UUID | None,
) -> Page[Message]:
    """Return messages with whom they are for, the newest first.

    Args:
        hook_id: None for those to residents.

    Raises:
        UnknownRecordError: the community has no such hook.
    """
    query = work.select(Message).options(joinedload(Message.resident))
    if hook_id is not None:
        work.find(MessageHook, hook_id)
        query = query.where(Message.hook_id == hook_id)
    else:
        query = query.where(OF_A_RESIDENT)
    if state is not None:
        query = query.where(
            UNDELIVERED if state is MessageState.UNDELIVERED else Message.state == state
        )
    return fetch_page(work.session, query, Message, limit=limit, after=after, newest_first=True)


def list_tests(work: Work, hook_id: UUID, *, most: int) -> Sequence[Message]:
    """Return the last tries of a manager at one address, the newest first."""
    query = work.select(Message).where(IS_TEST, Message.hook_id == hook_id)
    return work.session.scalars(query.order_by(Message.id.desc()).limit(most)).all()


def see_undelivered(work: Work) -> None:
    """Write down that staff have seen what did not arrive."""
    work.session.execute(
        update(Message)
        .where(
            Message.community_id == work.community_id,
            UNDELIVERED,
            OF_A_RESIDENT,
        )
        .values(state=MessageState.SEEN)
    )
    work.note("messages.seen", None)


def forget_messages(session: Session, community_id: UUID, *, now: datetime) -> None:
    """Forget what was sent or given up some time ago."""
    session.execute(
        delete(Message).where(
            Message.community_id == community_id, Message.ended_at <= now - MESSAGES
        )
    )
