"""Scores, and who is selected by them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from loyalty.rules.calendar import Month

_HUNDREDTHS = 100

_Place = tuple[int, int, str, str]
"""What orders two candidates: the lower is the better."""


@dataclass(frozen=True, slots=True)
class DeedPoints:
    """What one recorded deed of a person counts."""

    kind: str
    month: Month
    """The month in which it was done."""
    points: int
    """In hundredths of a point."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person as the ranking sees them: no name, nothing but what decides."""

    reference: str
    area: str | None
    """Reference of the liaison area; None if the person belongs to none."""
    household: str
    """Reference of the household: one person of each is selected."""
    score: int
    """In hundredths of a point."""
    awards: int
    """Rounds won in the last 12 months."""
    lot: str
    """The lot as `lottery.compute_lot` gives it; empty before the draw."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who is selected, and who moves up if somebody drops out, each best first."""

    selected: tuple[Candidate, ...]
    reserves: tuple[Candidate, ...]
    """The best candidates of households that have no winner, one of each, whatever the area."""


def sum_deed_points(deeds: Iterable[DeedPoints], monthly_caps: Mapping[str, int]) -> int:
    """Return the sum of a person's deeds, in hundredths of a point.

    Args:
        deeds: the deeds of the period the round looks at.
        monthly_caps: for each kind the most that counts in one calendar month, in hundredths of a
            point. A kind that is missing counts in full.
    """
    sums: Counter[tuple[str, Month]] = Counter()
    for deed in deeds:
        sums[deed.kind, deed.month] += deed.points
    return sum(min(points, monthly_caps.get(kind, points)) for (kind, _), points in sums.items())


def score_of(capped_deed_points: int, ballots: Sequence[int]) -> int:
    """Return a candidate's score in hundredths of a point: the deeds plus the mean ballot.

    Args:
        capped_deed_points: as `sum_deed_points` gives it, in hundredths of a point.
        ballots: one number from 0 to 100, in whole points, from each panellist who may score this
            candidate. Without any the mean is 0.

    The mean is cut to hundredths. What is equal after that is equal, and the lottery decides.
    """
    return capped_deed_points + sum(ballots) * _HUNDREDTHS // max(len(ballots), 1)


def rank(
    candidates: Iterable[Candidate],
    quota: int,
    area_minimums: Mapping[str, int],
    *,
    reserves: int | None = None,
) -> Ranking:
    """Return who is selected, and the reserves. The others have no order: nobody is ranked last.

    Args:
        candidates: all who are eligible, in any order, each reference once. They are read once, and
            only those who can still win are kept, so a million take no more memory than a thousand.
        quota: how many are selected at most.
        area_minimums: how many of an area are selected before the others. If the minimums do not
            all fit into the quota, the better candidates among them are selected.
        reserves: how many wait for a free seat at most; as many as the quota if not given.

    The better candidate has the higher score, then fewer awards, then the lower lot, then the lower
    reference. First the best of each area with a minimum are selected, then the best of all; at
    most one of each household, ahead of whom an area minimum may put another member.
    """
    if quota < 1:
        return Ranking(selected=(), reserves=())
    waiting = quota if reserves is None else reserves
    in_order = _find_contenders(candidates, quota, waiting, area_minimums)
    open_seats = dict[str | None, int](area_minimums.items())
    winners: dict[str, Candidate] = {}
    for candidate in in_order:
        seats = open_seats.get(candidate.area, 0)
        if seats > 0 and len(winners) < quota and candidate.household not in winners:
            winners[candidate.household] = candidate
            open_seats[candidate.area] = seats - 1
    next_best: dict[str, Candidate] = {}
    for candidate in in_order:
        if candidate.household not in winners:
            places = winners if len(winners) < quota else next_best
            places.setdefault(candidate.household, candidate)
    selected = tuple(one for one in in_order if winners.get(one.household) is one)
    return Ranking(selected, reserves=tuple(islice(next_best.values(), waiting)))


class _Shortlist:
    """The best candidate of each of the best households that were offered so far."""

    def __init__(self, households: int) -> None:
        """Keep that many households, at least 1, and for a while up to twice as many."""
        self._households = households
        self._best: dict[str, Candidate] = {}
        self._last_place: _Place | None = None

    def offer(self, candidate: Candidate, place: _Place) -> None:
        if self._last_place is not None and place > self._last_place:
            return
        rival = self._best.get(candidate.household)
        if rival is None or place < place_of(rival):
            self._best[candidate.household] = candidate
        # Sorting only once the list has doubled costs each candidate the same, long list or short.
        if len(self._best) > 2 * self._households:
            best = sorted(self._best.values(), key=place_of)[: self._households]
            self._best = {one.household: one for one in best}
            self._last_place = place_of(best[-1])

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self._best.values())


def _find_contenders(
    candidates: Iterable[Candidate], quota: int, reserves: int, area_minimums: Mapping[str, int]
) -> Sequence[Candidate]:
    """Return, best first, everyone who decides a ranking, and few others.

    On the way through an area every household wins or has won, until all the seats of the minimums
    or of the quota are taken: that many of an area's best households are enough. On the way through
    all, the quota's and the reserves' together are enough.
    """
    of_all = _Shortlist(quota + reserves)
    seats = min(quota, sum(area_minimums.values()))
    of_area = {area: _Shortlist(seats) for area, least in area_minimums.items() if least > 0}
    for candidate in candidates:
        place = place_of(candidate)
        of_all.offer(candidate, place)
        if candidate.area in of_area:
            of_area[candidate.area].offer(candidate, place)
    kept = {one.reference: one for one in chain(of_all, *of_area.values())}
    return sorted(kept.values(), key=place_of)


def place_of(candidate: Candidate) -> _Place:
    """Return what orders a candidate among others: the lower is the better."""
    return (-candidate.score, candidate.awards, candidate.lot, candidate.reference)
