"""What the briefing and the workbook of some months say: figures, gifts, matters, and the chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from loyalty.models import ClosedMonth, Community, Contribution
from loyalty.rules.arrival import FIGURES_OUT_AFTER
from loyalty.rules.calendar import Month
from loyalty.rules.contributions import ContributionState
from loyalty.services.ledger.benefit import (
    Benefit,
    Share,
    Sums,
    sum_benefit,
    sum_benefit_in,
    sum_month,
)
from loyalty.services.ledger.contributions import WITH_NAMES
from loyalty.services.ledger.matrix import Given
from loyalty.services.matters.matter_counts import MatterCount, count_matters
from loyalty.services.work import SomebodysWork

TREND_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Some months of a community, both ends included, as they are reported."""

    community: Community
    found: Benefit
    given: Given
    matters: Sequence[MatterCount]
    """Answered by the day the figures of the last month come out: later answers change nothing."""
    last_closed: ClosedMonth | None
    """The last closed month of them or before; None where none is closed."""

    @property
    def is_closed(self) -> bool:
        """Whether all its months are closed, so that its figures change no more."""
        closed = self.last_closed
        return closed is not None and Month.of(closed.month) >= self.found.last


def collect_period(work: SomebodysWork, *, first: Month, last: Month) -> Period:
    """Return what is reported of some months.

    Raises:
        ValueRefusedError: the months are in the wrong order, or too many.
    """
    community = work.session.get_one(Community, work.community_id)
    found = sum_benefit(work, first=first, last=last)
    if found.given is None:
        raise LookupError("Who gave whom is added up with the rest.")
    closed = select(ClosedMonth).where(
        ClosedMonth.community_id == work.community_id, ClosedMonth.month <= last.first
    )
    return Period(
        community=community,
        found=found,
        given=found.given,
        matters=count_matters(
            work.session,
            community,
            first=first,
            last=last,
            answered_before=_day_figures_come_out(last, community),
        ),
        last_closed=work.session.scalar(closed.order_by(ClosedMonth.month.desc()).limit(1)),
    )


def find_month_before(work: SomebodysWork, month: Month) -> Sums | None:
    """Return the sums of the month before one; None where nothing was sold in it."""
    sums = sum_month(work, month.plus(-1))
    return sums if sums.uses or sums.total_fen else None


def list_trend(work: SomebodysWork, last: Month) -> Sequence[Share]:
    """Return the sums of each of the twelve months up to one; those without sales are left out."""
    first = last.plus(1 - TREND_MONTHS)
    return sum_benefit_in(work.session, work.community_id, first=first, last=last).by_month


def list_counted_entries(
    work: SomebodysWork, *, first: Month, last: Month
) -> Sequence[Contribution]:
    """Return the contributions that count in some months, by day, with kinds and parties."""
    query = (
        work.select(Contribution)
        .where(
            Contribution.state == ContributionState.COUNTED.value,
            Contribution.happened_on.between(first.first, last.last),
        )
        .options(*WITH_NAMES)
        .order_by(Contribution.happened_on, Contribution.id)
    )
    return work.session.scalars(query).all()


def _day_figures_come_out(month: Month, community: Community) -> datetime:
    day = month.plus(1).first + FIGURES_OUT_AFTER
    return datetime.combine(day, time(), ZoneInfo(community.timezone))
