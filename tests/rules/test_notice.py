from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.notice import find_last_day_shown, find_notice_end, is_notice_over

FRIDAY = date(2026, 12, 4)


def weekday(day: date) -> bool:
    return day.weekday() < 5


def test_the_day_of_publication_does_not_count() -> None:
    assert find_notice_end(FRIDAY, 1, weekday) == date(2026, 12, 7)
    assert find_notice_end(FRIDAY, 5, weekday) == date(2026, 12, 11)


def test_a_notice_published_on_a_day_off_begins_with_the_next_working_day() -> None:
    assert find_notice_end(date(2026, 12, 5), 5, weekday) == date(2026, 12, 11)


def test_a_holiday_lengthens_a_notice_and_a_swapped_weekend_shortens_it() -> None:
    holiday, swapped = date(2026, 12, 8), date(2026, 12, 6)

    assert find_notice_end(FRIDAY, 5, lambda day: weekday(day) and day != holiday) == date(
        2026, 12, 14
    )
    assert find_notice_end(FRIDAY, 5, lambda day: weekday(day) or day == swapped) == date(
        2026, 12, 10
    )


@given(first=st.dates(date(2020, 1, 1), date(2040, 1, 1)), working_days=st.integers(1, 30))
def test_a_notice_holds_exactly_its_working_days(first: date, working_days: int) -> None:
    last = find_notice_end(first, working_days, weekday)

    counted = [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]
    assert sum(map(weekday, counted)) == working_days
    assert weekday(last)


@pytest.mark.parametrize("working_days", [0, -1])
def test_a_notice_of_no_days_is_no_notice(working_days: int) -> None:
    with pytest.raises(ValueError, match="at least one working day"):
        find_notice_end(FRIDAY, working_days, weekday)


@pytest.mark.parametrize(("day", "over"), [(10, False), (11, False), (12, True)])
def test_a_notice_is_over_only_the_day_after_its_last(day: int, *, over: bool) -> None:
    assert is_notice_over(date(2026, 12, 11), date(2026, 12, day)) is over


@pytest.mark.parametrize(("last", "shown"), [(date(2026, 12, 16), date(2027, 1, 15))])
def test_a_notice_can_be_read_for_thirty_days_after_its_last(last: date, shown: date) -> None:
    assert find_last_day_shown(last) == shown
