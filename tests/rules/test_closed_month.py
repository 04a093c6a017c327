from datetime import date, timedelta

import pytest

from loyalty.rules.calendar import Month
from loyalty.rules.closed_month import (
    MonthFacts,
    MonthObstacle,
    compute_head,
    encode_month,
    find_month_obstacles,
)

DECEMBER = Month(2026, 12)
SETTLED = date(2027, 1, 9)


def obstacles(
    month: Month = DECEMBER,
    today: date = SETTLED,
    first: Month | None = DECEMBER,
    *,
    last_closed: Month | None = None,
    cases_open: int = 0,
    entries_waiting: int = 0,
) -> tuple[MonthObstacle, ...]:
    facts = MonthFacts(month, today, first, last_closed, cases_open, entries_waiting)
    return find_month_obstacles(facts)


def test_a_month_waits_until_large_contributions_are_approved_or_withdrawn() -> None:
    assert obstacles(entries_waiting=1) == (MonthObstacle.CONTRIBUTIONS_WAITING,)
    assert obstacles(entries_waiting=0) == ()


def test_the_first_month_with_a_sale_is_closed_first() -> None:
    assert obstacles() == ()
    assert obstacles(DECEMBER.plus(-1)) == (MonthObstacle.NOTHING_TO_CLOSE,)
    assert obstacles(first=DECEMBER.plus(-1)) == (MonthObstacle.EARLIER_MONTH_OPEN,)
    assert obstacles(first=None) == (MonthObstacle.NOTHING_TO_CLOSE,)


def test_after_it_come_all_others_in_order() -> None:
    november = DECEMBER.plus(-1)

    assert obstacles(first=november, last_closed=november) == ()
    assert obstacles(first=november, last_closed=DECEMBER) == (MonthObstacle.MONTH_CLOSED,)
    assert obstacles(november, last_closed=DECEMBER) == (MonthObstacle.MONTH_CLOSED,)


def test_a_month_waits_a_day_after_its_figures_are_out() -> None:
    assert obstacles(today=SETTLED - timedelta(days=1)) == (MonthObstacle.FIGURES_NOT_OUT,)


@pytest.mark.parametrize("cases", [1, 20])
def test_all_that_is_missing_is_named(cases: int) -> None:
    assert obstacles(DECEMBER.plus(1), cases_open=cases) == (
        MonthObstacle.FIGURES_NOT_OUT,
        MonthObstacle.EARLIER_MONTH_OPEN,
        MonthObstacle.CASES_UNDECIDED,
    )


def test_the_same_figures_are_the_same_text_however_they_are_ordered() -> None:
    one = encode_month({"month": "2026-12", "by_trade": [{"trade": "蔬菜", "sums": None}]})
    two = encode_month({"by_trade": [{"sums": None, "trade": "蔬菜"}], "month": "2026-12"})

    assert one == two == '{"by_trade":[{"sums":null,"trade":"蔬菜"}],"month":"2026-12"}'
    assert compute_head(one) == "96b66ec989f1d75d31b63a564f86825fbf407b88c98401c85a9fc05283e04603"
