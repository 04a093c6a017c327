"""Months, the days a card works, and working days."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

CARD_MONTHS = (1, 3, 6, 12)
"""For how many calendar months a community may make its cards valid."""

_MONTHS_PER_YEAR = 12
_FIRST_YEAR = 1900
_WRITTEN_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_SATURDAY = 5


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month, written "2026-12"."""

    year: int
    month: int
    """1 to 12."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month that is written as "2026-12"; raise ValueError on any other text.

        One of the last year that dates have is refused, too: there is no day after it. So are those
        before 1900, for of the first years not every month has others before it.
        """
        written = _WRITTEN_MONTH.fullmatch(text)
        if written is None or not _FIRST_YEAR <= int(written[1]) < date.max.year:
            raise ValueError("A month is written like 2026-12.")
        return cls.of(date(int(written[1]), int(written[2]), 1))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month a day lies in."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """The last day, which belongs to the month."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    def plus(self, months: int) -> Self:
        """Return the month that many months later, or earlier if below 0."""
        year, month = divmod(
            self.year * _MONTHS_PER_YEAR + self.month - 1 + months, _MONTHS_PER_YEAR
        )
        return type(self)(year, month + 1)

    def months_to(self, last: Self) -> int:
        """Return how many months a period has from this one to `last`, both included."""
        return (last.year - self.year) * _MONTHS_PER_YEAR + last.month - self.month + 1

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def find_validity(month_of_round: Month, months: int) -> tuple[date, date]:
    """Return the first and the last day a round's cards work, both included.

    They are valid for whole calendar months, from the one after the round's month.
    """
    return month_of_round.plus(1).first, month_of_round.plus(months).last


def add_months(day: date, months: int) -> date:
    """Return the last day, included, of a period of months that begins the day after `day`.

    It is the corresponding day of the last month, or that month's end if there is none (Civil Code
    of the People's Republic of China, articles 201 and 202).
    """
    last = Month.of(day).plus(months).last
    return last.replace(day=min(day.day, last.day))


def is_working_day(
    day: date, *, official: Callable[[date], bool | None], overrides: Mapping[date, bool]
) -> bool:
    """Return whether people work on a day, with the swapped weekends (调休) of public holidays.

    Args:
        day: the day asked about.
        official: what the published calendar says; None where it does not reach.
        overrides: the community's own table, which wins over the published calendar.

    Where neither knows the day, Monday to Friday are working days.
    """
    known = overrides.get(day)
    if known is None:
        known = official(day)
    return day.weekday() < _SATURDAY if known is None else known
