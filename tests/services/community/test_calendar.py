from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.services.community.calendar import is_published, is_working_day, notice_last

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
    ],
    ids=["day before National Day", "National Day", "swapped Saturday", "Sunday after"],
)
def test_the_published_calendar_swaps_weekends_around_a_holiday(day: date, *, works: bool) -> None:
    assert is_working_day(day, {}) is works


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2003, 12, 31), True),
        (date(2003, 10, 4), False),
        (date(2099, 9, 30), True),
        (date(2099, 10, 1), False),
        (date(2099, 10, 3), False),
        (date(2099, 10, 7), True),
        (date(2027, 1, 1), False),
        (date(2027, 1, 4), True),
        (date(2027, 2, 4), True),
        (date(2027, 2, 5), False),
        (date(2027, 2, 8), False),
        (date(2027, 2, 9), True),
        (date(2028, 4, 4), False),
        (date(2028, 4, 5), True),
        (date(2030, 6, 5), False),
        (date(2030, 9, 12), False),
    ],
)
def test_years_without_a_published_calendar_work_from_monday_to_friday_but_for_the_law_s_days(
    day: date, *, works: bool
) -> None:
    assert is_working_day(day, {}) is works


def test_a_notice_runs_its_working_days_after_the_day_of_publication() -> None:
    assert notice_last(date(2026, 12, 7), 5, {}) == date(2026, 12, 14)


def test_new_years_day_is_no_day_of_a_notice() -> None:
    assert notice_last(date(2026, 12, 25), 4, {}) == date(2026, 12, 31)
    assert notice_last(date(2026, 12, 25), 5, {}) == date(2027, 1, 4)


def test_a_notice_waits_for_the_end_of_a_holiday() -> None:
    assert notice_last(date(2026, 9, 30), 1, {}) == date(2026, 10, 8)


@given(first=DAYS, working_days=st.integers(1, 60))
def test_a_notice_holds_exactly_its_number_of_working_days(first: date, working_days: int) -> None:
    last = notice_last(first, working_days, {})

    following = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
    assert sum(is_working_day(day, {}) for day in following) == working_days
    assert is_working_day(last, {})


def test_the_communitys_own_table_wins_over_the_published_calendar() -> None:
    assert is_working_day(date(2026, 10, 1), {date(2026, 10, 1): True})
    assert notice_last(date(2026, 12, 7), 1, {date(2026, 12, 8): False}) == date(2026, 12, 9)


@pytest.mark.parametrize(("year", "published"), [(2003, False), (2004, True), (2099, False)])
def test_it_is_known_which_years_are_published(year: int, *, published: bool) -> None:
    assert is_published(year) is published
