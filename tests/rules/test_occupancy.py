"""How much of a market is let: counted on the last day of each month, today within it."""

from collections.abc import Hashable
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.calendar import Month
from loyalty.rules.occupancy import MonthLet, Turn, list_months_let

JUNE, JULY = Month(2026, 6), Month(2026, 7)
TODAY = date(2026, 7, 20)


def months(built: dict[Hashable, date], *turns: Turn) -> list[tuple[int, int]]:
    found = list_months_let(built, turns, first=JUNE, last=JULY, today=TODAY)
    return [(one.let, one.stalls) for one in found]


def test_a_stall_counts_from_the_day_on_which_it_is_built() -> None:
    built: dict[Hashable, date] = {1: date(2026, 6, 30), 2: date(2026, 7, 1), 3: date(2026, 7, 21)}

    assert months(built) == [(0, 1), (0, 2)]


def test_what_holds_on_the_last_day_counts_for_the_month() -> None:
    built: dict[Hashable, date] = {1: date(2026, 1, 1), 2: date(2026, 1, 1)}
    let = Turn(1, date(2026, 6, 30), is_let=True)
    back = Turn(1, date(2026, 7, 20), is_let=False)
    later = Turn(2, date(2026, 7, 21), is_let=True)

    assert months(built, back, let, later) == [(1, 2), (0, 2)]


def test_a_part_is_rounded_down_and_none_of_none_is_none() -> None:
    assert MonthLet(JUNE, 42, 274).permille == 153
    assert MonthLet(JUNE, 274, 274).permille == 1000
    assert MonthLet(JUNE, 0, 0).permille == 0


@given(
    days=st.lists(st.tuples(st.integers(0, 4), st.dates(date(2026, 1, 1), TODAY), st.booleans()))
)
def test_never_more_are_let_than_there_are(days: list[tuple[int, date, bool]]) -> None:
    built: dict[Hashable, date] = dict.fromkeys(range(5), date(2026, 1, 1))
    single = {(stall, since): is_let for stall, since, is_let in days}
    turns = [Turn(stall, since, is_let=is_let) for (stall, since), is_let in single.items()]

    for one in list_months_let(built, turns, first=JUNE, last=JULY, today=TODAY):
        assert 0 <= one.let <= one.stalls == 5
