"""What is kept of residents themselves: their own page, consents and messages."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from loyalty.models import (
    Card,
    Community,
    ConsentEvent,
    Erasure,
    Message,
    MonthPeople,
    Oversight,
    OwnPage,
    OwnPageSession,
    Resident,
)
from tests.given import (
    NOON,
)
from tests.given_messages import given_hook, given_recipient


def given_page_of(session: Session, resident: Resident) -> None:
    """A page that was activated, with somebody signed in."""
    own = {"community_id": resident.community_id, "created_at": NOON}
    page = OwnPage(
        **own,
        resident_id=resident.id,
        activation_hash="!",
        activation_made_at=NOON,
        pin_hash="!",
        handle=f"{uuid4().int % 10**8:08}",
        sealed_secret=b"!",
    )
    session.add(page)
    session.flush()
    opened = OwnPageSession(
        **own, own_page_id=page.id, token_hash=uuid4().bytes, activating=False, expires_at=NOON
    )
    session.add(opened)
    session.flush()


def given_privacy_of(session: Session, resident: Resident) -> None:
    """A consent, somebody who has been erased, and a month that has been counted."""
    own = {"community_id": resident.community_id}
    agreed = {"consent": "membership", "agreed": True, "source": "earlier", "at": NOON}
    counted = {"month": date(2026, 10, 1), "part": "all", "key": "", "people": 0, "households": 0}
    session.add_all(
        [
            ConsentEvent(**own, resident_id=resident.id, **agreed),
            Erasure(**own, resident_id=uuid4(), erased_at=NOON),
            MonthPeople(**own, **counted),
            Oversight(**own, account_id=uuid4(), granted_at=NOON),
        ]
    )
    session.flush()


def given_messages_of(session: Session, community: Community, card_id: UUID) -> dict[str, UUID]:
    """Where messages go, the holder of a card, who is told, and what they were told; an event."""
    hook = given_hook(session, community).hook
    card = session.get_one(Card, (community.id, card_id))
    recipient = given_recipient(session, hook, card)
    session.add(
        Message(
            community_id=community.id,
            hook_id=hook.id,
            kind="card_waiting",
            resident_id=recipient.resident_id,
            card_id=card.id,
            made_at=NOON,
            next_at=NOON,
        )
    )
    receiver = given_hook(session, community, events=["month.closed"]).hook
    event = Message(
        community_id=community.id,
        hook_id=receiver.id,
        kind="month.closed",
        subject="2026-11",
        event={"timestamp": NOON.isoformat(), "data": {"month": "2026-11"}},
        made_at=NOON,
        next_at=NOON,
    )
    session.add(event)
    session.flush()
    return {"webhook_id": receiver.id, "message_id": event.id, "hook_id": receiver.id}
