from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.fairness import Spread, spread_of
from tests.present import present

scores = st.lists(st.integers(0, 20_000), min_size=1)


def test_nobody_has_no_spread() -> None:
    assert spread_of(()) is None


@pytest.mark.parametrize(
    ("some", "spread"),
    [
        ([700], Spread(700, 700, 700, 700, 700)),
        ([300, 100], Spread(100, 100, 100, 300, 300)),
        ([4, 3, 2, 1], Spread(1, 1, 2, 3, 4)),
        ([5, 4, 3, 2, 1], Spread(1, 2, 3, 4, 5)),
    ],
)
def test_a_quartile_is_a_score_that_somebody_has(some: list[int], spread: Spread) -> None:
    assert spread_of(some) == spread


@given(scores)
def test_a_quarter_half_and_three_quarters_do_not_exceed_the_quartiles(some: list[int]) -> None:
    spread = present(spread_of(some))

    for quarters, score in enumerate(
        (spread.lower_quartile, spread.median, spread.upper_quartile), start=1
    ):
        assert sum(one <= score for one in some) * 4 >= len(some) * quarters
        assert sum(one < score for one in some) * 4 < len(some) * quarters
        assert score in some
    assert (spread.least, spread.median, spread.most) == (min(some), median_low(some), max(some))


@given(scores)
def test_the_order_of_the_people_makes_no_difference(some: list[int]) -> None:
    assert spread_of(some) == spread_of(reversed(some))
