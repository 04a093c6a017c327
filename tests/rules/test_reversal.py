"""What comes back is priced by the sale's own rule."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.discount import Basket, Line, Terms, quote
from loyalty.rules.money import WHOLE, Fen, Permille, Rounding
from loyalty.rules.reversal import (
    EXCLUDED,
    ReversalObstacle,
    Sold,
    find_reversal_obstacle,
    make_lines,
    quote_rest,
    spread_return,
)

amounts = (st.integers(0, 60) | st.integers(0, 20_000)).map(Fen)
lines = st.builds(
    Line,
    category=st.sampled_from((None, None, EXCLUDED)),
    amount=amounts,
    special=st.none() | amounts,
)
sales = st.builds(
    Sold,
    lines=st.lists(lines, min_size=1, max_size=5).map(tuple),
    terms=st.builds(
        Terms,
        pay=(st.sampled_from((800, 850)) | st.integers(1, WHOLE)).map(Permille),
        rounding=st.sampled_from(Rounding),
        excluded_categories=st.just(frozenset({EXCLUDED})),
        discountable_limit=st.none() | st.integers(0, 30_000).map(Fen),
    ),
)


def sold(total: int, *, excluded: int = 0, limit: int | None = None) -> Sold:
    on = Terms(
        Permille(850), Rounding.FEN, frozenset({EXCLUDED}), None if limit is None else Fen(limit)
    )
    return Sold(make_lines(Basket(Fen(total), excluded=Fen(excluded))), on)


@given(sale=sales, data=st.data())
def test_returns_refund_what_the_rest_does_not_cost_in_any_order(
    sale: Sold, data: st.DataObject
) -> None:
    parts = [
        (at, part)
        for at, line in enumerate(sale.lines)
        for part in data.draw(st.lists(st.integers(0, line.amount), max_size=2))
    ]
    refunds, ends = [], []
    for order in (parts, data.draw(st.permutations(parts))):
        returned, paid, refund = [0] * len(sale.lines), quote_rest(sale, [0] * len(sale.lines)), 0
        for at, part in order:
            returned[at] += min(part, sale.lines[at].amount - returned[at])
            rest = quote_rest(sale, returned)
            assert rest.payable <= paid.payable
            refund += paid.payable - rest.payable
            paid = rest
        refunds.append(refund)
        ends.append(paid.payable)

    whole = quote_rest(sale, [0] * len(sale.lines)).payable
    assert [one + other for one, other in zip(refunds, ends, strict=True)] == [whole, whole]
    assert refunds[0] == refunds[1]


@given(sale=sales)
def test_all_that_was_paid_is_refunded_with_the_last_of_the_goods(sale: Sold) -> None:
    rest = quote_rest(sale, [line.amount for line in sale.lines])

    assert (rest.total, rest.payable, rest.saved, rest.discountable) == (0, 0, 0, 0)


@given(
    total=st.integers(1, 100_000),
    share=st.integers(0, 1000),
    rounding=st.sampled_from(Rounding),
    limit=st.none() | st.integers(0, 100_000).map(Fen),
)
def test_a_basket_without_lines_costs_what_the_two_lines_for_it_cost(
    total: int, share: int, rounding: Rounding, limit: Fen | None
) -> None:
    basket = Basket(Fen(total), excluded=Fen(total * share // 1000))
    on = Terms(Permille(850), rounding, frozenset({EXCLUDED}), limit)

    rest = quote_rest(Sold(make_lines(basket), on), [0, 0])

    asked = quote(basket, on)
    assert (rest.total, rest.payable, rest.saved, rest.discountable) == (
        asked.total,
        asked.payable,
        asked.saved,
        asked.discountable,
    )


def test_a_line_left_in_part_has_its_special_price_in_the_same_part() -> None:
    sale = Sold((Line(None, Fen(1000), Fen(501)),), sold(1).terms)

    assert quote_rest(sale, [500]).payable == 250


def test_goods_the_card_applied_to_come_back_first_unless_it_is_said() -> None:
    mixed = sold(20_000, excluded=10_000)

    assert spread_return(mixed, [0, 0], Fen(10_000), None) == [10_000, 0]
    assert spread_return(mixed, [0, 0], Fen(10_001), None) == [10_000, 1]
    assert spread_return(mixed, [0, 0], Fen(10_000), Fen(10_000)) == [0, 10_000]
    assert spread_return(mixed, [4000, 0], Fen(10_000), Fen(4000)) == [6000, 4000]


def test_no_more_comes_back_than_is_left() -> None:
    mixed = sold(20_000, excluded=10_000)

    assert spread_return(mixed, [0, 0], Fen(20_000), None) == [10_000, 10_000]
    assert spread_return(mixed, [0, 0], Fen(20_001), None) is None
    assert spread_return(mixed, [0, 1], Fen(10_000), Fen(10_000)) is None
    assert spread_return(mixed, [1, 0], Fen(10_000), Fen(0)) is None
    assert spread_return(mixed, [0, 0], Fen(5), Fen(6)) is None


BERLIN = ZoneInfo("Europe/Berlin")
SOLD_AT = datetime(2026, 12, 9, 12, tzinfo=timezone(timedelta(hours=8)))
EVENING, MORNING = SOLD_AT.replace(hour=23, minute=59), SOLD_AT.replace(day=10, hour=0)


@pytest.mark.parametrize(
    ("now", "whole", "void", "came_late", "obstacle"),
    [
        (SOLD_AT + timedelta(minutes=10), True, True, False, None),
        (
            SOLD_AT + timedelta(minutes=10, seconds=1),
            True,
            True,
            False,
            ReversalObstacle.MAY_NOT_VOID,
        ),
        (EVENING, True, True, True, None),
        (MORNING, True, True, True, ReversalObstacle.MAY_NOT_VOID),
        (EVENING, True, False, False, None),
        (MORNING, True, False, False, ReversalObstacle.MAY_NOT_RETURN_ALL),
        (SOLD_AT.replace(day=16, hour=23), False, False, False, None),
        (SOLD_AT.replace(day=17, hour=0), False, False, False, ReversalObstacle.MAY_NOT_RETURN),
    ],
)
def test_a_till_takes_back_a_slip_at_once_all_goods_today_and_some_for_a_week(
    now: datetime, *, whole: bool, void: bool, came_late: bool, obstacle: ReversalObstacle | None
) -> None:
    found = find_reversal_obstacle(SOLD_AT, now, whole=whole, void=void, came_late=came_late)

    assert found is obstacle


@pytest.mark.parametrize(
    "change", [datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
)
def test_a_tills_ten_minutes_are_ten_where_clocks_are_changed(change: datetime) -> None:
    sold_at = change - timedelta(minutes=5)
    faults = [
        find_reversal_obstacle(*moments, whole=True, void=True, came_late=False)
        for later in (timedelta(minutes=10), timedelta(minutes=10, seconds=1))
        if (moments := [one.astimezone(BERLIN) for one in (sold_at, sold_at + later)])
    ]

    assert [fault is None for fault in faults] == [True, False]
