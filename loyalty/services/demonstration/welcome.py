"""What a visitor of the demonstration is handed: a pairing code and a card to print."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Shop, StaffAccount, Till
from loyalty.rules.card_state import CardState
from loyalty.services.staff.sign_in import to_staff_member
from loyalty.services.tills.pairing import Invitation, InviteTill, invite_till
from loyalty.services.work import Work

VISITORS_TILL = "演示收银台"


def invite_visitor(session: Session, community: Community, *, now: datetime) -> Invitation:
    """Return a fresh pairing code for the till that waits for a visitor's device.

    The till of an earlier code nobody used makes room for it.
    """
    manager = session.scalars(
        select(StaffAccount).where(
            StaffAccount.community_id == community.id, StaffAccount.username == "demo-manager"
        )
    ).one()
    shop_id = session.scalars(
        select(Shop.id).where(Shop.community_id == community.id, Shop.owner_id.is_not(None))
    ).one()
    session.execute(
        delete(Till).where(
            Till.community_id == community.id,
            Till.shop_id == shop_id,
            Till.name == VISITORS_TILL,
            Till.paired_at.is_(None),
        )
    )
    actor = to_staff_member(manager, timezone=community.timezone)
    return invite_till(Work(session, actor, now), InviteTill(shop_id, VISITORS_TILL))


def token_to_print(session: Session, community: Community, *, now: datetime) -> str | None:
    """Return the token of a card that works today; None if the last round's have run out."""
    return session.scalar(
        select(Card.token)
        .where(
            Card.community_id == community.id,
            Card.state == CardState.ACTIVE,
            Card.valid_from <= now.date(),
            Card.valid_until >= now.date(),
        )
        .order_by(Card.serial)
        .limit(1)
    )
