from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.calendar import CARD_MONTHS, Month, add_months, find_validity, is_working_day

months = st.builds(Month, st.integers(2000, 2100), st.integers(1, 12))
days = st.dates(date(2000, 1, 1), date(2100, 12, 31))

MONDAY, SATURDAY = date(2026, 12, 14), date(2026, 12, 19)


@given(month=months)
def test_a_written_month_is_read_again(month: Month) -> None:
    assert Month.parse(str(month)) == month
    assert len(str(month)) == 7


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-1",
        "2026-00",
        "2026-13",
        "0000-01",
        "0001-01",
        "1899-12",
        "9999-12",
        "2026-12-01",
        "202612",
        "２０２６-12",
    ],
)
def test_anything_else_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match=r"month|year"):
        Month.parse(text)


def test_the_first_month_that_is_read_has_ten_years_before_it() -> None:
    assert Month.parse("1900-01").plus(-120).first == date(1890, 1, 1)


@given(day=days)
def test_a_day_lies_in_its_month(day: date) -> None:
    month = Month.of(day)

    assert month.first <= day <= month.last
    assert month.first.day == 1
    assert month.last + timedelta(days=1) == month.plus(1).first


@given(month=months, there=st.integers(-60, 60), further=st.integers(-60, 60))
def test_months_add_up(month: Month, there: int, further: int) -> None:
    assert month.plus(there).plus(further) == month.plus(there + further)
    assert (month.plus(there) > month) == (there > 0)


def test_the_year_turns_after_december() -> None:
    assert Month(2026, 12).plus(1) == Month(2027, 1)
    assert Month(2027, 1).plus(-1) == Month(2026, 12)
    assert Month(2026, 11).plus(1) == Month(2026, 12)


@pytest.mark.parametrize(
    ("months_valid", "last"),
    [
        (1, date(2026, 12, 31)),
        (3, date(2027, 2, 28)),
        (6, date(2027, 5, 31)),
        (12, date(2027, 11, 30)),
    ],
)
def test_a_card_works_for_the_calendar_months_after_its_round(
    months_valid: int, last: date
) -> None:
    assert find_validity(Month(2026, 11), months_valid) == (date(2026, 12, 1), last)
    assert months_valid in CARD_MONTHS


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 12, 5), date(2027, 12, 5)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2027, 2, 28), date(2028, 2, 28)),
    ],
)
def test_a_year_ends_on_the_corresponding_day_or_the_end_of_the_month(
    day: date, last: date
) -> None:
    assert add_months(day, 12) == last


@pytest.mark.parametrize(("day", "works"), [(MONDAY, True), (SATURDAY, False)])
@pytest.mark.parametrize("published", [True, False, None])
@pytest.mark.parametrize("own", [True, False, None])
def test_the_own_table_comes_before_the_published_one_and_the_week(
    day: date, *, works: bool, published: bool | None, own: bool | None
) -> None:
    overrides = {} if own is None else {day: own}
    known = [answer for answer in (own, published, works) if answer is not None]

    assert is_working_day(day, official=lambda _: published, overrides=overrides) is known[0]


def test_the_week_works_from_monday_to_friday_where_no_table_reaches() -> None:
    week = [MONDAY + timedelta(days=number) for number in range(7)]

    working = [is_working_day(day, official=lambda _: None, overrides={}) for day in week]

    assert working == [True, True, True, True, True, False, False]
