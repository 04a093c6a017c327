"""The figures of a month as a table without persons, for whoever adds up those of many communities.

It holds what the public reads, and no more: what is about fewer than five people is hidden, and so
is the cell from which it could be worked out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, Redemption
from loyalty.rules.arrival import figures_are_out
from loyalty.rules.calendar import Month
from loyalty.services.errors import ValueRefusedError
from loyalty.services.ledger.benefit import Sums
from loyalty.services.ledger.public_figures import sum_public_figures


@dataclass(frozen=True, slots=True)
class MonthCell:
    """One row of the table: all of a month, or one trade of it."""

    trade: str | None
    """As the community writes it; None for all of the month."""
    sums: Sums | None
    """None where they are hidden."""


def list_exported_months(session: Session, community: Community, *, today: date) -> list[Month]:
    """Return the months that are written out: from the first sale on, those that are out."""
    first = session.scalar(
        select(func.min(Redemption.month)).where(Redemption.community_id == community.id)
    )
    if first is None:
        return []
    begin = Month.of(first)
    months = [begin.plus(place) for place in range(begin.months_to(Month.of(today)))]
    return [month for month in months if figures_are_out(month, today)]


def list_month_cells(
    session: Session, community: Community, month: Month, *, today: date
) -> Sequence[MonthCell]:
    """Return the table of a month: all of it first, then the trades in the order of their names.

    Raises:
        ValueRefusedError: its figures are not out, so they may still change.
    """
    if not figures_are_out(month, today):
        raise ValueRefusedError("/month", f"The figures of {month} are not out yet.")
    found = sum_public_figures(session, community, month)
    trades = (MonthCell(trade, found.by_trade[trade]) for trade in sorted(found.by_trade))
    return [MonthCell(None, found.totals), *trades]
