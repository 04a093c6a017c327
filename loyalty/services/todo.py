"""What waits for the staff of a community."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Card, Round, Shop
from loyalty.rules.card_state import CardState
from loyalty.rules.certification import CertificationState
from loyalty.rules.selection import RoundState
from loyalty.services.actors import StaffMember
from loyalty.services.rounds import LISTS

UNDER_WAY = (
    CertificationState.APPLIED,
    CertificationState.INSPECTED,
    CertificationState.NOTICE,
    CertificationState.WARNED,
    CertificationState.SUSPENDED,
)
"""States of a shop that call for another step."""


@dataclass(frozen=True, slots=True)
class ToDo:
    """What waits for somebody."""

    current_round: Round | None
    """The latest one that is neither closed nor cancelled."""
    cards_to_hand_over: int
    """Signed, working, and not ticked as handed over."""
    shops_under_way: Sequence[Shop]
    """Shops whose certification waits for a step, the longest waiting first."""


def todo_of(session: Session, actor: StaffMember, *, now: datetime) -> ToDo:
    """Return what waits for the staff of the actor's community."""
    cards = select(func.count()).where(
        Card.community_id == actor.community_id,
        Card.state == CardState.ISSUED,
        Card.valid_until >= now.date(),
    )
    shops = (
        select(Shop)
        .where(Shop.community_id == actor.community_id, Shop.state.in_(UNDER_WAY))
        .order_by(Shop.updated_at, Shop.id)
    )
    return ToDo(
        current_round=current_round(session, actor),
        cards_to_hand_over=session.scalar(cards) or 0,
        shops_under_way=session.scalars(shops).all(),
    )


def current_round(session: Session, actor: StaffMember) -> Round | None:
    """Return the latest round that is under way, with its lists."""
    return session.scalars(
        select(Round)
        .where(
            Round.community_id == actor.community_id,
            Round.state.not_in([RoundState.CLOSED, RoundState.CANCELLED]),
        )
        .options(LISTS)
        .order_by(Round.month.desc())
        .limit(1)
    ).one_or_none()
