from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.limits import (
    DEFAULT_LIMITS,
    Limits,
    Overrides,
    Used,
    choose_more_generous,
    find_passed_limit,
    is_over_limit,
)
from loyalty.rules.money import NOTHING, Fen

NO_LIMITS = Limits(None, None, None, None)
UNUSED = Used(uses_at_shop_today=0, uses_today=0, saved_this_month=NOTHING)

counts = st.integers(0, 50)
sums = st.integers(0, 50_000).map(Fen)
all_limits = st.builds(
    Limits, st.none() | sums, st.none() | counts, st.none() | counts, st.none() | sums
)
all_overrides = st.builds(
    Overrides, st.none() | sums, st.none() | counts, st.none() | counts, st.none() | sums
)
all_used = st.builds(Used, counts, counts, sums)


def test_a_new_community_allows_three_uses_at_a_shop_in_a_day() -> None:
    used_twice = replace(UNUSED, uses_at_shop_today=2, uses_today=100, saved_this_month=Fen(10**9))

    assert not is_over_limit(DEFAULT_LIMITS, used_twice, Fen(10**9))
    assert is_over_limit(DEFAULT_LIMITS, replace(used_twice, uses_at_shop_today=3), NOTHING)
    assert DEFAULT_LIMITS.discountable_per_sale is None


@pytest.mark.parametrize(("uses", "over"), [(4, False), (5, True), (6, True)])
def test_the_uses_of_a_day_count_at_all_shops(uses: int, *, over: bool) -> None:
    limits = replace(NO_LIMITS, uses_per_day=5)

    assert is_over_limit(limits, replace(UNUSED, uses_today=uses), NOTHING) is over


@pytest.mark.parametrize(("saving", "over"), [(99, False), (100, False), (101, True)])
def test_the_savings_of_a_month_may_reach_their_limit(saving: int, *, over: bool) -> None:
    limits = replace(NO_LIMITS, saved_per_month=Fen(1000))

    assert is_over_limit(limits, replace(UNUSED, saved_this_month=Fen(900)), Fen(saving)) is over


def test_a_limit_of_nothing_allows_nothing() -> None:
    assert is_over_limit(replace(NO_LIMITS, uses_per_day=0), UNUSED, NOTHING)


def test_what_is_discounted_in_one_sale_refuses_no_sale() -> None:
    assert not is_over_limit(replace(NO_LIMITS, discountable_per_sale=NOTHING), UNUSED, Fen(1000))


@given(used=all_used, saving=sums)
def test_without_limits_nothing_is_over_them(used: Used, saving: Fen) -> None:
    assert not is_over_limit(NO_LIMITS, used, saving)


@given(community=all_limits, shop=all_overrides, used=all_used, saving=sums)
def test_a_shop_never_refuses_what_its_community_allows(
    community: Limits, shop: Overrides, used: Used, saving: Fen
) -> None:
    at_shop = choose_more_generous(community, shop)

    assert is_over_limit(community, used, saving) or not is_over_limit(at_shop, used, saving)


@pytest.mark.parametrize(
    "field", ["discountable_per_sale", "uses_per_shop_day", "uses_per_day", "saved_per_month"]
)
@pytest.mark.parametrize(
    ("community", "shop", "in_force"),
    [(3, 5, 5), (3, 2, 3), (3, None, 3), (None, 5, None), (None, None, None), (0, 1, 1)],
)
def test_of_each_pair_the_more_generous_limit_is_in_force(
    field: str, community: Any, shop: Any, in_force: Any
) -> None:
    limits = replace(NO_LIMITS, **{field: community})

    assert choose_more_generous(limits, Overrides(**{field: shop})) == replace(
        NO_LIMITS, **{field: in_force}
    )


def test_a_shop_without_overrides_keeps_the_limits_of_its_community() -> None:
    assert choose_more_generous(DEFAULT_LIMITS, None) == DEFAULT_LIMITS
    assert choose_more_generous(DEFAULT_LIMITS, Overrides()) == DEFAULT_LIMITS


TODAY = date(2026, 12, 9)
OFTEN = Used(uses_at_shop_today=3, uses_today=3, saved_this_month=Fen(900))


@pytest.mark.parametrize(
    ("limits", "saving", "passed"),
    [
        ({}, 0, None),
        ({"uses_per_shop_day": 4, "uses_per_day": 4, "saved_per_month": 900}, 0, None),
        ({"uses_per_shop_day": 3}, 0, ("uses_per_shop_day", date(2026, 12, 10))),
        ({"uses_per_day": 3, "uses_per_shop_day": 3}, 0, ("uses_per_day", date(2026, 12, 10))),
        ({"saved_per_month": 900}, 1, ("saved_per_month", date(2027, 1, 1))),
        ({"saved_per_month": 900, "uses_per_day": 3}, 1, ("saved_per_month", date(2027, 1, 1))),
    ],
)
def test_of_the_limits_that_are_passed_the_one_that_lasts_longest_is_named(
    limits: dict[str, Any], saving: int, passed: tuple[str, date] | None
) -> None:
    found = find_passed_limit(
        replace(NO_LIMITS, **limits),
        OFTEN,
        Fen(saving),
        today=TODAY,
        valid_until=date(2027, 1, 31),
    )

    assert (found and (found.kind, found.again_from)) == passed


@pytest.mark.parametrize(("last", "again"), [(9, None), (10, date(2026, 12, 10))])
def test_no_day_is_named_on_which_the_card_has_run_out(last: int, again: date | None) -> None:
    found = find_passed_limit(
        replace(NO_LIMITS, uses_per_day=3),
        OFTEN,
        NOTHING,
        today=TODAY,
        valid_until=date(2026, 12, last),
    )

    assert found is not None
    assert found.again_from == again
