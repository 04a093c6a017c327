"""Card or special price: the holder gets the better of them in every basket."""

from itertools import chain, combinations
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.discount import Basket, Line, Quote, Terms, quote
from loyalty.rules.money import WHOLE, Fen, Permille, Rounding, payable_on

amounts = (st.integers(0, 60) | st.integers(0, 20_000)).map(Fen)


@st.composite
def on_special(draw: st.DrawFn) -> Line:
    """A line whose special price is often close to what the card gives."""
    amount = draw(amounts)
    near = st.integers(amount * 80 // 100, amount * 90 // 100)
    special = draw(st.none() | near | st.integers(0, amount + 10))
    category = draw(st.sampled_from((None, None, None, "tobacco")))
    return Line(category, amount, None if special is None else Fen(special))


baskets = st.builds(
    lambda lines: Basket(Fen(sum(line.amount for line in lines)), tuple(lines)),
    st.lists(on_special(), min_size=1, max_size=7),
).filter(lambda basket: basket.total > 0)
all_terms = st.builds(
    Terms,
    pay=(st.sampled_from((800, 820, 850, 853)) | st.integers(1, WHOLE)).map(Permille),
    rounding=st.sampled_from(Rounding),
    excluded_categories=st.just(frozenset({"tobacco"})),
    discountable_limit=st.none() | st.integers(0, 60_000).map(Fen),
)


def cheapest(basket: Basket, on: Terms) -> int:
    """What the basket costs if every choice of special prices is tried."""
    places = range(len(basket.lines))
    choices = chain.from_iterable(combinations(places, size) for size in range(len(places) + 1))
    return min(cost(basket, on, frozenset(choice)) for choice in choices)


def cost(basket: Basket, on: Terms, at_special: frozenset[int]) -> int:
    part = paid = 0
    for place, line in enumerate(basket.lines):
        without_card = line.amount if line.special is None else min(line.amount, line.special)
        with_card = without_card == line.amount or place not in at_special
        if with_card and line.category not in on.excluded_categories:
            part += line.amount
        else:
            paid += without_card
    covered = part if on.discountable_limit is None else min(part, on.discountable_limit)
    reduced = payable_on(Fen(covered), pay=on.pay, rounding=on.rounding)
    return paid + part - covered + reduced


def without_card(line: Line) -> int:
    return line.amount if line.special is None else min(line.amount, line.special)


@given(basket=baskets, on=all_terms)
def test_no_choice_of_special_prices_makes_a_basket_cheaper(basket: Basket, on: Terms) -> None:
    assert quote(basket, on).payable == cheapest(basket, on)


@given(basket=baskets, on=all_terms)
def test_no_line_pays_more_than_its_special_price_and_the_lines_add_up(
    basket: Basket, on: Terms
) -> None:
    quoted = quote(basket, on)

    assert sum(line.payable for line in quoted.lines) == quoted.payable
    assert sum(line.saved for line in quoted.lines) == quoted.saved
    for asked, line in zip(basket.lines, quoted.lines, strict=True):
        assert 0 <= line.payable <= without_card(asked)


def priced(*lines: tuple[int, Any], rounding: Rounding = Rounding.JIAO) -> Quote:
    found = tuple(Line(None, Fen(amount), special) for amount, special in lines)
    total = Fen(sum(line.amount for line in found))
    return quote(Basket(total, found), Terms(Permille(850), rounding, frozenset(), None))


def test_the_odd_fen_of_the_whole_basket_decide() -> None:
    by_card = priced((1000, 855), (6, None))
    assert (by_card.payable, by_card.total) == (850, 1006)

    at_special = priced((1000, 845), (6, None))
    assert (at_special.payable, at_special.total) == (845, 851)


@pytest.mark.parametrize(("special", "discounted"), [(850, True), (849, False)])
def test_of_two_equal_prices_the_card_goes_first(special: int, *, discounted: bool) -> None:
    assert priced((1000, special)).lines[0].discounted is discounted


@pytest.mark.parametrize(("special", "saved"), [(None, [5, 3]), (3, [5, 3]), (2, [4, 4])])
def test_what_one_line_must_save_to_keep_its_special_price_the_others_do_without(
    special: int | None, saved: list[int]
) -> None:
    assert [line.saved for line in priced((12, None), (6, special)).lines] == saved


def test_a_basket_made_to_be_slow_is_priced_all_the_same() -> None:
    lines = tuple(
        Line(None, Fen(100 + 7 * at), Fen((100 + 7 * at) * 853 // 1000)) for at in range(60)
    )
    total = Fen(sum(line.amount for line in lines))
    on = Terms(Permille(853), Rounding.JIAO, frozenset(), Fen(total // 2))

    began = process_time()
    quoted = quote(Basket(total, lines), on)

    assert process_time() - began < 5
    assert quoted.payable <= sum(without_card(line) for line in lines)
