"""Scores, and who is selected by them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from loyalty.rules.calendar import Month

_HUNDREDTHS = 100


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
    """The lot as `lottery.lot` gives it; empty before the draw."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who is selected, and who moves up if somebody drops out, each best first."""

    selected: tuple[Candidate, ...]
    reserves: tuple[Candidate, ...]
    """The best candidate of each household that has no winner, whatever the area."""


def deed_points(deeds: Iterable[DeedPoints], monthly_caps: Mapping[str, int]) -> int:
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
        capped_deed_points: as `deed_points` gives it, in hundredths of a point.
        ballots: one number from 0 to 100, in whole points, from each panellist who may score this
            candidate. Without any the mean is 0.

    The mean is cut to hundredths. What is equal after that is equal, and the lottery decides.
    """
    return capped_deed_points + sum(ballots) * _HUNDREDTHS // max(len(ballots), 1)


def rank(candidates: Iterable[Candidate], quota: int, area_minimums: Mapping[str, int]) -> Ranking:
    """Return who is selected, and the reserves.

    Args:
        candidates: all who are eligible, in any order, each reference once.
        quota: how many are selected at most.
        area_minimums: how many of an area are selected before the others. If the minimums do not
            all fit into the quota, the better candidates among them are selected.

    The better candidate has the higher score, then fewer awards, then the lower lot, then the lower
    reference. First the best of each area with a minimum are selected, then the best of all; at
    most one of each household, ahead of whom an area minimum may put another member.
    """
    in_order = sorted(candidates, key=lambda one: (-one.score, one.awards, one.lot, one.reference))
    open_seats = dict[str | None, int](area_minimums.items())
    winners: dict[str, Candidate] = {}
    for candidate in in_order:
        seats = open_seats.get(candidate.area, 0)
        if seats > 0 and len(winners) < quota and candidate.household not in winners:
            winners[candidate.household] = candidate
            open_seats[candidate.area] = seats - 1
    reserves: dict[str, Candidate] = {}
    for candidate in in_order:
        if candidate.household not in winners:
            places = winners if len(winners) < quota else reserves
            places.setdefault(candidate.household, candidate)
    return Ranking(
        selected=tuple(one for one in in_order if winners.get(one.household) is one),
        reserves=tuple(reserves.values()),
    )
