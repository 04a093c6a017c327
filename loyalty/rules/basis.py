"""Why somebody stands on a list, as far as everyone may know it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from loyalty.rules.ranking import Candidate, place_of
from loyalty.rules.record import FrozenList, rank_round

SCORE_BAND = 500
"""Width of the bands in which scores are published: five points, in hundredths of a point."""


class Basis(StrEnum):
    """What a person is on a list for. Codes are public: add one, never rename one."""

    SCORE = "score"
    LOTTERY = "lottery"
    """Others had as much; the lot was better."""
    AREA_MINIMUM = "area_minimum"
    """The liaison area had a seat of its minimum left."""
    MOVED_UP = "moved_up"
    """A reserve, after somebody had left the list."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Why one person stands on a list."""

    basis: Basis
    score_from: int
    """Lower end of the score's band, included, in hundredths of a point."""
    score_to: int
    """Upper end, included."""
    lottery_place: int | None = None
    """Place of the lot among equals, from 1, where lots decided."""
    lottery_of: int | None = None
    """Among how many equals the lots decided: of each household one, and none who had a seat."""
    area: str | None = None
    """Reference of the liaison area whose minimum gave the seat."""


def standings_of(lists: Sequence[FrozenList]) -> Mapping[tuple[str, str], Standing]:
    """Return why each selected person and each reserve would stand on their list.

    Args:
        lists: of one round, in the order of the draw, with lots.

    Returns:
        Reference of the list and of the candidate → why.
    """
    standings: dict[tuple[str, str], Standing] = {}
    winners: set[str] = set()
    for frozen, ranking in zip(lists, rank_round(lists), strict=True):
        households = {one.household for one in ranking.selected}
        passed_over = [
            one for one in frozen.candidates if one.household not in winners | households
        ]
        for one, why in _find_standings_of_selected(ranking.selected, passed_over):
            standings[frozen.reference, one.reference] = why
        for one in ranking.reserves:
            standings[frozen.reference, one.reference] = _make_standing(one, Basis.MOVED_UP)
        winners |= households
    return standings


def _find_standings_of_selected(
    selected: Sequence[Candidate], passed_over: Sequence[Candidate]
) -> Iterator[tuple[Candidate, Standing]]:
    """Yield why each selected person stands there.

    Whoever has a seat that a better candidate was passed over for has it of their area's minimum.
    Of the others, lots decided for those who have an equal among the passed over.

    Args:
        selected: best first.
        passed_over: everybody whose household has no seat, on this list or an earlier one.
    """
    best_passed_over = min((place_of(one) for one in passed_over), default=None)
    lots_before = Counter[tuple[int, int]]()
    equal_households = {(_merit_of(one), one.household) for one in passed_over}
    equals = Counter(merit for merit, _ in equal_households)
    by_order = {
        one for one in selected if best_passed_over is None or place_of(one) < best_passed_over
    }
    drawn = equals + Counter(_merit_of(one) for one in by_order)
    for one in selected:
        merit = _merit_of(one)
        if one not in by_order:
            yield one, replace(_make_standing(one, Basis.AREA_MINIMUM), area=one.area)
        elif not equals[merit]:
            yield one, _make_standing(one, Basis.SCORE)
        else:
            lots_before[merit] += 1
            why = _make_standing(one, Basis.LOTTERY)
            yield one, replace(why, lottery_place=lots_before[merit], lottery_of=drawn[merit])


def _make_standing(one: Candidate, basis: Basis) -> Standing:
    lowest = one.score // SCORE_BAND * SCORE_BAND
    return Standing(basis, score_from=lowest, score_to=lowest + SCORE_BAND - 1)


def _merit_of(one: Candidate) -> tuple[int, int]:
    return one.score, one.awards
