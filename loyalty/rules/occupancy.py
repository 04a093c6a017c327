"""Which stalls of a market are let, and how large a part of them month by month."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from loyalty.rules.calendar import Month
from loyalty.rules.money import WHOLE


class StallObstacle(StrEnum):
    """Why a stall is not let, or given back. Codes are public: add one, never rename one."""

    STALL_IS_LET = "stall_is_let"
    """Somebody has it on that day, or from a later one on."""
    STALL_IS_EMPTY = "stall_is_empty"
    """Nobody has it on that day."""
    STALL_NOT_BUILT = "stall_not_built"
    """It does not count among the stalls yet."""


@dataclass(frozen=True, slots=True)
class Turn:
    """That a stall goes to somebody, or to nobody, from a day on until its next turn."""

    stall: Hashable
    since: date
    is_let: bool


@dataclass(frozen=True, slots=True)
class MonthLet:
    """How many stalls were let on the last day of a month, or today within it."""

    month: Month
    let: int
    stalls: int

    @property
    def permille(self) -> int:
        """Return the part that was let, in permille, rounded down; 0 of none."""
        return self.let * WHOLE // self.stalls if self.stalls else 0


def list_months_let(
    built: Mapping[Hashable, date],
    turns: Iterable[Turn],
    *,
    first: Month,
    last: Month,
    today: date,
) -> list[MonthLet]:
    """Return how much of a market was let, month by month.

    Args:
        built: from which day on each stall counts.
        turns: of these stalls, in any order; no stall has two on a day.
        first: month, included, as is the last.
        today: what comes after it is not counted.
    """
    by_stall: dict[Hashable, list[Turn]] = defaultdict(list)
    for turn in sorted(turns, key=lambda one: one.since):
        by_stall[turn.stall].append(turn)
    found = []
    for place in range(first.months_to(last)):
        month = first.plus(place)
        day = min(month.last, today)
        standing = [stall for stall, since in built.items() if since <= day]
        let = sum(_is_let_on(by_stall[stall], day) for stall in standing)
        found.append(MonthLet(month, let, len(standing)))
    return found


def _is_let_on(turns: list[Turn], day: date) -> bool:
    place = bisect_right(turns, day, key=lambda one: one.since)
    return place > 0 and turns[place - 1].is_let
