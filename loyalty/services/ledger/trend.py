"""The figures of some months side by side, and what a month is made of, for pictures and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import ClosedMonth, Redemption
from loyalty.rules.calendar import Month
from loyalty.services.ledger.benefit import Sums, sum_month_in
from loyalty.services.ledger.book import Amounts, Key, Months, sum_amounts

MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class MonthSums:
    """The sums of one month."""

    month: Month
    sums: Sums


def list_trend(
    session: Session, community_id: UUID, last: Month, *, months: int = MONTHS_SHOWN
) -> list[MonthSums]:
    """Return the sums of some months, up to one that is included, from the first sale on.

    Closed months are read as they were closed, all at once.
    """
    first_sale = session.scalar(
        select(func.min(Redemption.month)).where(Redemption.community_id == community_id)
    )
    if first_sale is None:
        return []
    first = max(Month.of(first_sale), last.plus(1 - months))
    closed = _read_closed(session, community_id, first, last)
    wanted = [first.plus(on) for on in range(max(0, first.months_to(last)))]
    return [
        MonthSums(month, closed.get(month.first) or sum_month_in(session, community_id, month))
        for month in wanted
    ]


def list_trades(
    session: Session, community_id: UUID, month: Month
) -> Sequence[tuple[str, Amounts]]:
    """Return what each trade has sold in a month, the largest first."""
    _, groups = sum_amounts(session, Months(community_id, month, month), (Key.TRADE,))
    return sorted(groups[Key.TRADE].items(), key=lambda one: (-one[1].payable_fen, one[0]))


def _read_closed(
    session: Session, community_id: UUID, first: Month, last: Month
) -> Mapping[date, Sums]:
    rows = session.execute(
        select(ClosedMonth.month, ClosedMonth.figures["totals"]).where(
            ClosedMonth.community_id == community_id,
            ClosedMonth.month.between(first.first, last.first),
        )
    )
    return {month: Sums(**totals) for month, totals in rows}
