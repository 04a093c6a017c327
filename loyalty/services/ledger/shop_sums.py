"""What one shop has sold month by month, and to how many: nothing of other shops is added up."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import ClosedMonth, MonthPeople
from loyalty.rules.calendar import Month
from loyalty.rules.money import NOTHING
from loyalty.services.ledger.benefit import Sums
from loyalty.services.ledger.book import Amounts, Months, count_shop_people, sum_shop_amounts
from loyalty.services.work import SomebodysWork


def sum_shop_months(
    work: SomebodysWork, shop_id: UUID, *, first: Month, last: Month
) -> Mapping[Month, Sums]:
    """Return the sums of one shop in each of some months, both ends included; without people.

    Closed months are told as they were closed.
    """
    months = Months(work.community_id, first, last)
    amounts = sum_shop_amounts(work.session, months, shop_id)
    closed = _read_closed(work.session, months, str(shop_id))
    wanted = [first.plus(on) for on in range(first.months_to(last))]
    return {month: closed.get(month.first) or _to_sums(amounts.get(month)) for month in wanted}


def count_people_of_shop(work: SomebodysWork, shop_id: UUID, month: Month) -> int | None:
    """Return how many bought at a shop in a month and did not take it all back.

    None if nobody can count them any more, and nobody has.
    """
    kept = _find_counted(work, shop_id, month)
    if kept is not None:
        return kept
    months = Months(work.community_id, month, month)
    found = count_shop_people(work.session, months, shop_id).people
    # Cards may have been forgotten just before that count, but not without one that was kept.
    kept = _find_counted(work, shop_id, month)
    return found if kept is None else kept


def _find_counted(work: SomebodysWork, shop_id: UUID, month: Month) -> int | None:
    """Return how many were counted for good; None if nobody has counted the month."""
    own = (work.community_id, month.first)
    if work.session.get(MonthPeople, (*own, "all", "")) is None:
        return None
    kept = work.session.get(MonthPeople, (*own, "shop", str(shop_id)))
    return 0 if kept is None else kept.people


def _read_closed(session: Session, months: Months, key: str) -> Mapping[date, Sums]:
    rows = session.execute(
        select(ClosedMonth.month, ClosedMonth.figures["by_shop"]).where(
            ClosedMonth.community_id == months.community_id,
            ClosedMonth.month.between(months.first.first, months.last.first),
        )
    )
    return {
        month: next((_leave_out_people(one["sums"]) for one in shares if one["key"] == key), NONE)
        for month, shares in rows
    }


def _leave_out_people(sums: Mapping[str, Any]) -> Sums:
    return Sums(**{**sums, "people": None, "households": None})


def _to_sums(amounts: Amounts | None) -> Sums:
    if amounts is None:
        return NONE
    return Sums(
        amounts.uses,
        amounts.uses_without_amount,
        None,
        None,
        amounts.total_fen,
        amounts.payable_fen,
        amounts.saved_fen,
    )


NONE = Sums(0, 0, None, None, NOTHING, NOTHING, NOTHING)
"""Of a month in which nothing was sold."""
