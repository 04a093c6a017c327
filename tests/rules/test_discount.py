import csv
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.discount import (
    DEFAULT_EXCLUDED,
    OPT_IN_CATEGORIES,
    Basket,
    Line,
    Quote,
    Terms,
    find_basket_fault,
    find_exclusions,
    pay_for,
    quote,
)
from loyalty.rules.money import MAX_FEN, NOTHING, WHOLE, Fen, Permille, Rounding, payable_on

SALES = Path(__file__).parents[3] / "shared" / "data" / "retail" / "veg_pos_2023-06-16_to_06-24.csv"

AT_85 = Terms(Permille(850), Rounding.FEN, frozenset(), discountable_limit=None)

prices = st.integers(0, 20_000).map(Fen)
lines = st.builds(
    Line,
    category=st.sampled_from((None, "vegetables", "alcohol", "tobacco")),
    amount=prices,
    special=st.none() | prices,
)
baskets = st.builds(
    lambda found: Basket(Fen(sum(line.amount for line in found)), tuple(found)),
    st.lists(lines, min_size=1, max_size=8),
).filter(lambda basket: basket.total > 0)
all_terms = st.builds(
    Terms,
    pay=st.integers(1, WHOLE).map(Permille),
    rounding=st.sampled_from(Rounding),
    excluded_categories=st.frozensets(st.sampled_from(("alcohol", "tobacco"))),
    discountable_limit=st.none() | st.integers(0, 60_000).map(Fen),
)


def basket_of(*found: Line) -> Basket:
    return Basket(Fen(sum(line.amount for line in found)), found)


def line(amount: int, category: str | None = None, special: int | None = None) -> Line:
    return Line(category, Fen(amount), None if special is None else Fen(special))


def terms(
    *,
    pay: int = 850,
    rounding: Rounding = Rounding.FEN,
    excluded: frozenset[str] = frozenset(),
    limit: int | None = None,
) -> Terms:
    return Terms(Permille(pay), rounding, excluded, None if limit is None else Fen(limit))


def without_card(one: Line) -> int:
    return one.amount if one.special is None else min(one.amount, one.special)


def test_a_basket_without_lines_is_discounted_whole() -> None:
    assert quote(Basket(Fen(1290)), AT_85) == Quote(
        total=Fen(1290),
        discountable=Fen(1290),
        payable=Fen(1096),
        saved=Fen(194),
        pay=Permille(850),
        lines=(),
    )


def test_jiao_are_cut_from_the_discountable_part_alone() -> None:
    quoted = quote(Basket(Fen(1293), excluded=Fen(3)), terms(rounding=Rounding.JIAO))

    assert quoted.payable == 1090 + 3


def test_the_excluded_part_is_paid_in_full() -> None:
    quoted = quote(Basket(Fen(3000), excluded=Fen(1000)), AT_85)

    assert (quoted.discountable, quoted.payable, quoted.saved) == (2000, 2700, 300)


def test_a_line_of_an_excluded_category_is_paid_in_full() -> None:
    quoted = quote(
        basket_of(line(2000, "vegetables"), line(1000, "tobacco")),
        terms(excluded=frozenset({"tobacco"})),
    )

    assert (quoted.discountable, quoted.payable) == (2000, 2700)
    assert [(one.payable, one.discounted) for one in quoted.lines] == [(1700, True), (1000, False)]


def test_an_empty_list_of_exclusions_excludes_nothing() -> None:
    quoted = quote(basket_of(line(1000, "tobacco"), line(1000)), AT_85)

    assert quoted.payable == 1700


def test_a_basket_of_excluded_goods_alone_saves_nothing() -> None:
    quoted = quote(basket_of(line(1000, "tobacco")), terms(excluded=frozenset({"tobacco"})))

    assert (quoted.discountable, quoted.payable, quoted.saved) == (0, 1000, 0)


def test_fractions_are_dropped_once_for_the_basket() -> None:
    quoted = quote(basket_of(line(11), line(11), line(11)), AT_85)

    assert quoted.payable == 28
    assert quoted.payable > 3 * payable_on(Fen(11), pay=Permille(850))


def test_the_saved_fen_go_to_the_largest_remainders_and_the_earlier_line_first() -> None:
    equal = quote(basket_of(line(11), line(11), line(11)), AT_85)
    unequal = quote(basket_of(line(11), line(16)), AT_85)

    assert [one.saved for one in equal.lines] == [2, 2, 1]
    assert [one.saved for one in unequal.lines] == [2, 3]


@pytest.mark.parametrize(("limit", "saved"), [(1999, 300), (2000, 300), (2001, 300), (1000, 150)])
def test_the_limit_cuts_the_discountable_part(limit: int, saved: int) -> None:
    quoted = quote(Basket(Fen(2000)), terms(limit=limit))

    assert quoted.discountable == min(limit, 2000)
    assert quoted.saved == saved


def test_a_limit_of_nothing_discounts_nothing() -> None:
    quoted = quote(basket_of(line(2000)), terms(limit=0))

    assert (quoted.discountable, quoted.payable) == (0, 2000)


@pytest.mark.parametrize(
    ("special", "payable", "discounted"),
    [(849, 849, False), (850, 850, True), (851, 850, True), (1000, 850, True), (1200, 850, True)],
)
def test_the_customer_gets_the_better_of_special_price_and_card(
    special: int, payable: int, *, discounted: bool
) -> None:
    quoted = quote(basket_of(line(1000, special=special)), AT_85)

    assert quoted.payable == payable
    assert quoted.lines[0].discounted is discounted


def test_a_special_price_is_not_counted_as_saved_by_the_card() -> None:
    quoted = quote(basket_of(line(1000, special=700), line(2000)), AT_85)

    assert (quoted.total, quoted.payable, quoted.saved) == (2700, 2400, 300)
    assert [one.amount for one in quoted.lines] == [700, 2000]


def test_an_excluded_line_is_sold_at_its_special_price_like_to_anybody() -> None:
    quoted = quote(
        basket_of(line(1000, "alcohol", special=990)), terms(excluded=frozenset({"alcohol"}))
    )

    assert (quoted.payable, quoted.saved) == (990, 0)


def test_a_special_price_counts_where_the_limit_leaves_nothing_of_the_card() -> None:
    quoted = quote(basket_of(line(1000, special=900), line(1000)), terms(limit=1000))

    assert [(one.payable, one.discounted) for one in quoted.lines] == [(900, False), (850, True)]


@given(basket=baskets, on=all_terms)
def test_paid_and_saved_are_the_total_and_the_lines_add_up(basket: Basket, on: Terms) -> None:
    quoted = quote(basket, on)

    assert quoted.payable + quoted.saved == quoted.total <= basket.total
    assert 0 <= quoted.payable <= quoted.total
    assert sum(one.amount for one in quoted.lines) == quoted.total
    assert sum(one.payable for one in quoted.lines) == quoted.payable
    assert sum(one.saved for one in quoted.lines) == quoted.saved


@given(basket=baskets, on=all_terms)
def test_no_line_costs_more_with_the_card_than_without(basket: Basket, on: Terms) -> None:
    for one, quoted in zip(basket.lines, quote(basket, on).lines, strict=True):
        assert quoted.payable + quoted.saved == quoted.amount
        assert 0 <= quoted.payable <= without_card(one)
        assert quoted.discounted or quoted.saved == 0


@given(basket=baskets, on=all_terms)
def test_only_what_is_not_excluded_is_discounted_and_never_beyond_the_limit(
    basket: Basket, on: Terms
) -> None:
    quoted = quote(basket, on)

    for one, line_quote in zip(basket.lines, quoted.lines, strict=True):
        assert not (line_quote.discounted and one.category in on.excluded_categories)
    assert on.discountable_limit is None or quoted.discountable <= on.discountable_limit
    assert (quoted.discountable - quoted.saved) * WHOLE <= quoted.discountable * on.pay


@given(basket=baskets, pay=st.integers(1, WHOLE))
def test_without_limit_no_other_choice_of_special_prices_is_cheaper(
    basket: Basket, pay: int
) -> None:
    quoted = quote(basket, terms(pay=pay))

    exact = sum(min(one.amount * pay, without_card(one) * WHOLE) for one in basket.lines)
    assert quoted.payable == exact // WHOLE


@given(amount=st.integers(1, MAX_FEN).map(Fen), on=all_terms)
def test_one_line_costs_what_a_basket_without_lines_costs(amount: Fen, on: Terms) -> None:
    by_line = quote(basket_of(Line(None, amount)), on)

    assert quote(Basket(amount), on) == replace(by_line, lines=())


@given(on=all_terms)
def test_a_free_line_stays_free(on: Terms) -> None:
    quoted = quote(basket_of(line(0), line(1)), on)

    assert quoted.lines[0].payable == 0


@pytest.mark.skipif(not SALES.exists(), reason=f"needs the real data: {SALES.name} is absent")
def test_real_sales_are_never_a_fen_too_dear_nor_a_fen_too_cheap() -> None:
    by_minute = defaultdict[str, list[Line]](list)
    with SALES.open(encoding="utf-8") as text:
        for row in csv.DictReader(text):
            price = Decimal(row["销量(千克)"]) * Decimal(row["销售单价(元/千克)"])
            minute = row["销售日期"] + row["扫码销售时间"][:5]
            by_minute[minute].append(line(int((price * 100).to_integral_value())))
    singles = [basket_of(one) for sold in by_minute.values() for one in sold]
    together = [basket_of(*sold) for sold in by_minute.values()]

    assert len(singles) == 5960
    for basket in (*singles, *together):
        quoted = quote(basket, AT_85)
        assert 0 <= basket.total * 850 - quoted.payable * WHOLE < WHOLE
        assert sum(one.payable for one in quoted.lines) == quoted.payable


@pytest.mark.parametrize(
    "basket",
    [
        Basket(Fen(1)),
        Basket(MAX_FEN),
        Basket(Fen(100), excluded=Fen(100)),
        basket_of(line(100), line(0)),
        basket_of(line(100, special=0)),
        basket_of(line(100, special=101)),
    ],
)
def test_a_sensible_basket_has_no_fault(basket: Basket) -> None:
    assert find_basket_fault(basket) is None


@pytest.mark.parametrize(
    ("basket", "word"),
    [
        (Basket(NOTHING), "more than 0"),
        (Basket(Fen(-1)), "more than 0"),
        (Basket(Fen(MAX_FEN + 1)), "at most 100000.00 yuan"),
        (Basket(Fen(100), (line(101), line(-1))), "A line has a price below 0"),
        (basket_of(line(100, special=-1)), "A line has a price below 0"),
        (Basket(Fen(100), excluded=Fen(-1)), "excluded part is below 0"),
        (Basket(Fen(100), excluded=Fen(101)), "more than the total"),
        (Basket(Fen(100), (line(100),), Fen(1)), "not both"),
        (Basket(Fen(100), (line(99),)), "add up to 0.99, but the total is 1.00"),
        (Basket(Fen(100), (line(101),)), "add up to 1.01, but the total is 1.00"),
    ],
)
def test_a_basket_that_makes_no_sense_is_told_why(basket: Basket, word: str) -> None:
    assert word in (find_basket_fault(basket) or "")


def test_a_shop_may_opt_in_to_alcohol_and_to_nothing_else() -> None:
    excluded = frozenset(DEFAULT_EXCLUDED)

    assert find_exclusions(excluded, excluded) == excluded - {"alcohol"}
    assert frozenset({"alcohol"}) == OPT_IN_CATEGORIES
    assert find_exclusions(excluded, frozenset()) == excluded
    assert find_exclusions(frozenset(), frozenset({"alcohol"})) == frozenset()


def test_the_term_of_the_shop_comes_before_the_rate_of_the_card() -> None:
    assert pay_for(Permille(800), Permille(850)) == 800
    assert pay_for(Permille(850), Permille(800)) == 850
    assert pay_for(None, Permille(850)) == 850
