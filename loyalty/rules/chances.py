"""Each candidate's chance of a seat, computed from the frozen list before any seed exists.

The lists are drawn with seeds that everybody knows beforehand, `trial 1`, `trial 2` and so on, and
whoever is equal in all that counts shares the seats they win. Where each household stands on one
list and no area has a minimum, that is exact: k seats among n equals are k/n. Otherwise it is as
near as the number of trials allows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from loyalty.rules.ranking import Candidate
from loyalty.rules.record import FrozenList, draw_lots, rank_round

CERTAIN = 10_000
"""Chances are told in ten-thousandths."""
LOTS_IN_ALL = 50_000
"""So many lots the trials of a round compute at most: a fraction of a second."""
MOST_TRIALS = 500

_Line = tuple[int, str]
"""Place of a list in the record, and the reference of a candidate on it."""
_Standing = tuple[int, int, int, str]
"""Place of a list, and what counts there: score, awards, and an area with a minimum, or none."""


def find_trials(lists: Sequence[FrozenList]) -> int:
    """Return how often lists are drawn on trial; once where that tells the chances exactly."""
    homes = Counter(one.household for frozen in lists for one in frozen.candidates)
    is_exact = not any(frozen.area_minimums for frozen in lists) and all(
        count == 1 for count in homes.values()
    )
    if is_exact or not homes:
        return 1
    return min(MOST_TRIALS, max(1, LOTS_IN_ALL // homes.total()))


def find_chances(lists: Sequence[FrozenList], trials: int) -> list[Mapping[str, int]]:
    """Return, list by list, each candidate's chance of a seat on it, in ten-thousandths."""
    seats: Counter[_Line] = Counter()
    for trial in range(1, trials + 1):
        for place, ranking in enumerate(rank_round(draw_lots(lists, f"trial {trial}"))):
            seats.update((place, one.reference) for one in ranking.selected)
    found: list[dict[str, int]] = [{} for _ in lists]
    for equals in _find_equals(lists):
        chance = _round_up_half(sum(seats[line] for line in equals), trials * len(equals))
        for place, reference in equals:
            found[place][reference] = chance
    return list(found)


def _find_equals(lists: Sequence[FrozenList]) -> Iterator[Sequence[_Line]]:
    """Yield the lines that nothing but their lots tells apart, on their own list or any other."""
    households: defaultdict[str, list[_Standing]] = defaultdict(list)
    for place, frozen in enumerate(lists):
        for one in frozen.candidates:
            households[one.household].append(_standing(place, frozen, one))
    equals: defaultdict[tuple[object, ...], list[_Line]] = defaultdict(list)
    for place, frozen in enumerate(lists):
        for one in frozen.candidates:
            alike = (_standing(place, frozen, one), *sorted(households[one.household]))
            equals[alike].append((place, one.reference))
    yield from equals.values()


def _standing(place: int, frozen: FrozenList, one: Candidate) -> _Standing:
    area = one.area or ""
    return place, one.score, one.awards, area if area in frozen.area_minimums else ""


def _round_up_half(seats: int, of: int) -> int:
    return (2 * CERTAIN * seats + of) // (2 * of)
