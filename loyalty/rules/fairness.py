"""How a round came out, in figures that rank nobody."""

from collections.abc import Iterable
from dataclasses import dataclass

_QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Spread:
    """How scores are spread, in hundredths of a point. Each is a score that somebody has."""

    least: int
    lower_quartile: int
    median: int
    upper_quartile: int
    most: int


def spread_of(scores: Iterable[int]) -> Spread | None:
    """Return the spread of some scores, in hundredths of a point; None if there are none.

    A quartile is the lowest score that a quarter (half, three quarters) of the people do not
    exceed: the nearest rank, so that nothing is rounded or averaged.
    """
    in_order = sorted(scores)
    if not in_order:
        return None

    def quartile(quarters: int) -> int:
        people = -(-len(in_order) * quarters // _QUARTERS)
        return in_order[people - 1]

    return Spread(in_order[0], quartile(1), quartile(2), quartile(3), in_order[-1])
