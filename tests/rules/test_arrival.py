from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.arrival import (
    came_too_late,
    figures_are_out,
    find_counting_month,
    is_live,
    is_to_come,
    sheet_came_too_late,
)
from loyalty.rules.calendar import Month

NOON = datetime(2026, 12, 9, 12, tzinfo=timezone(timedelta(hours=8)))
SECOND = timedelta(seconds=1)
DECEMBER = Month(2026, 12)


@pytest.mark.parametrize("off", [timedelta(minutes=10), timedelta(minutes=-10), timedelta(0)])
def test_ten_minutes_either_way_are_now(off: timedelta) -> None:
    assert is_live(NOON + off, NOON)


@pytest.mark.parametrize("off", [timedelta(minutes=10) + SECOND, timedelta(minutes=-10) - SECOND])
def test_more_than_ten_minutes_are_not_now(off: timedelta) -> None:
    assert not is_live(NOON + off, NOON)


@pytest.mark.parametrize(("day", "out"), [(date(2027, 1, 7), False), (date(2027, 1, 8), True)])
def test_figures_come_out_when_late_sales_have_had_their_week(day: date, *, out: bool) -> None:
    assert figures_are_out(DECEMBER, day) is out


@pytest.mark.parametrize(("older", "late"), [(timedelta(0), False), (SECOND, True)])
def test_a_sale_is_late_a_second_after_its_days(older: timedelta, *, late: bool) -> None:
    happened_at = NOON - timedelta(days=7) - older

    assert came_too_late(happened_at, NOON, days=7) is late


def test_a_sale_of_a_month_whose_figures_are_out_is_late_however_many_days_it_may_have() -> None:
    last_of_november = NOON.replace(month=11, day=30)

    assert came_too_late(last_of_november, NOON, days=92)
    assert not came_too_late(last_of_november, NOON.replace(day=7), days=92)


@pytest.mark.parametrize(("days", "late"), [(5, False), (4, True)])
def test_a_sheet_is_late_the_day_after_its_days(days: int, *, late: bool) -> None:
    assert sheet_came_too_late(date(2026, 12, 4), NOON.date(), days=days) is late


def test_a_sheet_of_a_month_whose_figures_are_out_is_late() -> None:
    assert sheet_came_too_late(date(2026, 11, 30), NOON.date(), days=45)
    assert not sheet_came_too_late(date(2026, 11, 1), date(2026, 12, 7), days=45)


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(day=days, waits=st.integers(0, 400))
def test_no_sale_counts_in_a_month_whose_figures_are_out(day: date, waits: int) -> None:
    today = day + timedelta(days=waits)
    counted = find_counting_month(day, today)

    assert not figures_are_out(counted, today)
    assert counted == Month.of(day) or figures_are_out(Month.of(day), today)


@pytest.mark.parametrize(
    "change", [datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
)
def test_minutes_are_counted_as_they_go_by_where_clocks_are_changed(change: datetime) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = change - timedelta(minutes=5)
    sold, at, over = (
        (before + later).astimezone(berlin)
        for later in (timedelta(0), timedelta(minutes=10), timedelta(minutes=10) + SECOND)
    )

    assert (is_live(sold, at), is_live(sold, over)) == (True, False)
    assert (is_to_come(at, sold), is_to_come(over, sold)) == (False, True)
