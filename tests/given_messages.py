"""Where messages go, who is told, and sales and cards as the worker finds them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.models import (
    Card,
    Community,
    Message,
    MessageHook,
    MessageRecipient,
    Redemption,
    Resident,
)
from loyalty.rules.messages import EVENTS
from loyalty.services.actors import Role, SignedInResident
from loyalty.services.messages.delivery import Letter, Outcome, Turn, next_letter
from loyalty.services.messages.hooks import NewSecret, create_hook
from loyalty.services.messages.push_channel import begin_web_push
from loyalty.services.work import ResidentWork, Work
from tests.given import NOON, SEALING_KEY, given_shop, given_staff, number
from tests.given_sales import given_redemption

LONG_AGO = NOON - timedelta(days=1000)
ADDRESS = "https://messenger.example/loyalty"


def given_hook(
    session: Session,
    community: Community,
    *,
    address: str = ADDRESS,
    events: Collection[str] = (),
    now: datetime = NOON,
) -> NewSecret:
    """Where the messages or events of a community go, and the secret that signs them."""
    manager = given_staff(session, community, Role.MANAGER)
    work = Work(session, manager, now)
    return create_hook(work, address, events=events, sealing_key=SEALING_KEY)


def given_receiver(
    session: Session, community: Community, events: Collection[str] = EVENTS
) -> MessageHook:
    """A program that is told of events since noon; ids that tests make are of any day."""
    hook = given_hook(session, community, events=events).hook
    hook.told_until = LONG_AGO
    session.flush()
    return hook


def given_web_push(session: Session, community: Community, *, now: datetime = NOON) -> MessageHook:
    """That a community tells residents by web push."""
    manager = given_staff(session, community, Role.MANAGER)
    return begin_web_push(Work(session, manager, now), "market.example", sealing_key=SEALING_KEY)


def given_recipient(
    session: Session, hook: MessageHook, card: Card, *, now: datetime = NOON
) -> MessageRecipient:
    """The holder of a card, who agrees to be told."""
    holder = (Resident.community_id == card.community_id) & (Resident.id == card.resident_id)
    session.execute(update(Resident).where(holder).values(consent_messages=True))
    recipient = MessageRecipient(
        community_id=hook.community_id,
        resident_id=card.resident_id,
        hook_id=hook.id,
        reference=f"openid-{next(number):06}",
        created_at=now,
    )
    session.add(recipient)
    session.flush()
    return recipient


def at_home(session: Session, card: Card, now: datetime = NOON) -> ResidentWork:
    """The holder of a card, at their own page."""
    actor = SignedInResident(
        resident_id=card.resident_id,
        own_page_id=uuid4(),
        session_id=uuid4(),
        community_id=card.community_id,
        timezone="Asia/Shanghai",
        activating=False,
    )
    return ResidentWork(session, actor, now)


def id_at(moment: datetime) -> UUID:
    """Return an id as it is made at an instant."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | (uuid4().int & (1 << 80) - 1))


def sold_at(session: Session, card: Card, at: datetime, **values: Any) -> Redemption:
    """A sale that a till made at an instant, and that was recorded then."""
    community = session.get_one(Community, card.community_id)
    shop = given_shop(session, community)
    return given_redemption(session, card, shop, id=id_at(at), at=at, **values)


def messages_of(session: Session) -> list[Message]:
    """Return all messages as they stand now, the earliest first."""
    query = select(Message).order_by(Message.id).execution_options(populate_existing=True)
    return [*session.scalars(query)]


def manager_of(session: Session, community: Community, now: datetime) -> Work:
    """Return the work of a new manager."""
    return Work(session, given_staff(session, community, Role.MANAGER), now)


def letter_of(session: Session, turn: Turn, now: datetime) -> Letter | Outcome | None:
    """Return what a hook sends next."""
    return next_letter(session, turn, sealing_key=SEALING_KEY, now=now)
