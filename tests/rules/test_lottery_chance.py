"""Whether the lottery treats everyone alike, by the chi-square test of the places it gives.

Of nine equal candidates each is to take each place equally often. With `c` the times that a
candidate took a place in `d` draws, `(9 - 1) / d` times the sum of `(c - d / 9)²` over the 81 pairs
follows a chi-square distribution with (9 - 1)² = 64 degrees of freedom, since a draw gives each
place to one candidate and each candidate one place.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import exp, factorial
from random import Random

from loyalty.rules.lottery import compute_lot
from loyalty.rules.ranking import Candidate
from loyalty.rules.record import FrozenList, draw_lots, rank_round

DRAWS = 10_000
EQUALS = 9
LIST = FrozenList(
    "2026-12/civilized_resident",
    quota=EQUALS,
    area_minimums={},
    candidates=tuple(
        Candidate(f"R-{one}", area=None, household=f"H-{one}", score=1800, awards=0, lot="")
        for one in range(EQUALS)
    ),
)


def seeds() -> Iterator[str]:
    """Yield ten thrown dice for each draw; the same ones in every run."""
    dice = Random(20261222)  # noqa: S311  # a repeatable chance is meant
    for _ in range(DRAWS):
        yield " ".join(dice.choices("123456", k=10))


def order_of(drawn: FrozenList) -> list[str]:
    (ranking,) = rank_round([drawn])
    return [one.reference for one in ranking.selected]


def leaning(drawn: FrozenList, seed: str) -> FrozenList:
    """Give the first candidate the better of two lots, if the first of the dice shows six."""
    first, *others = drawn.candidates
    second_lot = compute_lot(seed + "again", drawn.reference, first.reference)
    better = min(first.lot, second_lot) if seed.startswith("6") else first.lot
    return replace(drawn, candidates=(replace(first, lot=better), *others))


def probability(orders: Sequence[Sequence[str]]) -> float:
    """Return how probable places as uneven as these are if chance is fair."""
    counts = Counter(
        (reference, place) for order in orders for place, reference in enumerate(order)
    )
    expected = len(orders) / EQUALS
    pairs = [(one.reference, place) for one in LIST.candidates for place in range(EQUALS)]
    squares = sum((counts[pair] - expected) ** 2 for pair in pairs)
    half = (EQUALS - 1) / len(orders) * squares / 2
    terms = (half**power / factorial(power) for power in range((EQUALS - 1) ** 2 // 2))
    return exp(-half) * sum(terms)


def test_equal_candidates_take_each_place_equally_often() -> None:
    orders = [order_of(draw_lots([LIST], seed)[0]) for seed in seeds()]

    assert 0.001 < probability(orders) < 0.999


def test_a_lot_that_leans_towards_one_candidate_would_be_noticed() -> None:
    orders = [order_of(leaning(draw_lots([LIST], seed)[0], seed)) for seed in seeds()]

    assert probability(orders) < 0.001
