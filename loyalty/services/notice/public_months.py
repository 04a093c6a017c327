"""Which months the public can do something about: read their notice, or nominate for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, NoticeVersion, Round
from loyalty.rules.calendar import Month
from loyalty.rules.notice import DAYS_SHOWN_AFTERWARDS
from loyalty.rules.selection import RoundState
from loyalty.services.selection.planning import LISTS


@dataclass(frozen=True, slots=True)
class PublicMonths:
    """The months of which anybody can read something, the latest first."""

    on_notice: Sequence[Round]
    """Rounds whose list is frozen, until the names of the notice are taken down."""
    proven: Sequence[Month]
    """Months whose names have been taken down, or whose round was called off after its list was
    frozen: what proves what was frozen and drawn can be read for ever.
    """


def public_months(session: Session, community: Community, *, today: date) -> PublicMonths:
    """Return the months of which anybody can read something."""
    on_notice = _rounds_on_notice(session, community, today=today)
    frozen = session.scalars(
        select(Round.month)
        .where(
            Round.community_id == community.id,
            Round.frozen_at.is_not(None),
            Round.month.not_in([one.month for one in on_notice]),
        )
        .distinct()
        .order_by(Round.month.desc())
    )
    return PublicMonths(on_notice, [Month.of(month) for month in frozen])


def _rounds_on_notice(session: Session, community: Community, *, today: date) -> Sequence[Round]:
    last_day = (
        select(func.max(NoticeVersion.last_day))
        .where(NoticeVersion.community_id == Round.community_id, NoticeVersion.round_id == Round.id)
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
