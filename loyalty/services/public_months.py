"""Which months the public can do something about: read their notice, or nominate for them."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, NoticeVersion, Round
from loyalty.rules.notice import DAYS_SHOWN_AFTERWARDS
from loyalty.rules.selection import RoundState
from loyalty.services.rounds import LISTS


def rounds_on_notice(session: Session, community: Community, *, today: date) -> Sequence[Round]:
    """Return the rounds of which something can be read now, the latest month first.

    They are those whose list is frozen, until the notice takes itself down.
    """
    last_day = (
        select(func.max(NoticeVersion.last_day))
        .where(NoticeVersion.round_id == Round.id)
        .scalar_subquery()
    )
    return session.scalars(
        select(Round)
        .where(
            Round.community_id == community.id,
            Round.frozen_at.is_not(None),
            Round.state != RoundState.CANCELLED,
            func.coalesce(last_day, today) >= today - timedelta(days=DAYS_SHOWN_AFTERWARDS),
        )
        .order_by(Round.month.desc())
    ).all()


def round_open_to_nominations(session: Session, community: Community) -> Round | None:
    """Return the round, with its lists, for which anyone may nominate; the earliest if several."""
    return session.scalars(
        select(Round)
        .where(Round.community_id == community.id, Round.state == RoundState.OPEN)
        .order_by(Round.month)
        .options(LISTS)
        .limit(1)
    ).one_or_none()
