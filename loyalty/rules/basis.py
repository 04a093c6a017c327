"""Why somebody stands on a list, as far as everyone may know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from loyalty.rules.ranking import Candidate, rank
from loyalty.rules.record import FrozenList, rank_round

SCORE_BAND = 500
"""Scores are told in bands of five points, in hundredths of a point."""


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
    """How many equals there were."""
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
        others = [one for one in frozen.candidates if one.household not in winners]
        by_order = rank(others, frozen.quota, {}, reserves=0).selected
        for one in ranking.selected:
            standings[frozen.reference, one.reference] = (
                _by_order(one, others, ranking.selected)
                if one in by_order
                else replace(_standing(one, Basis.AREA_MINIMUM), area=one.area)
            )
        for one in ranking.reserves:
            standings[frozen.reference, one.reference] = _standing(one, Basis.MOVED_UP)
        winners.update(one.household for one in ranking.selected)
    return standings


def _by_order(
    winner: Candidate, others: Sequence[Candidate], selected: Sequence[Candidate]
) -> Standing:
    """Return why somebody without need of an area stands there: lots count if an equal lost."""
    equals = [one for one in others if _merit(one) == _merit(winner)]
    if all(one in selected for one in equals):
        return _standing(winner, Basis.SCORE)
    place = 1 + sum(one.lot < winner.lot for one in equals)
    return replace(_standing(winner, Basis.LOTTERY), lottery_place=place, lottery_of=len(equals))


def _standing(one: Candidate, basis: Basis) -> Standing:
    lowest = one.score // SCORE_BAND * SCORE_BAND
    return Standing(basis, score_from=lowest, score_to=lowest + SCORE_BAND - 1)


def _merit(one: Candidate) -> tuple[int, int]:
    return one.score, one.awards
