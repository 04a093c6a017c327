"""When things happened in the demonstration: everything is told back from today."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from loyalty.rules.calendar import Month

ROUNDS = 6
"""Past rounds; their cards were valid in this month and the five before it."""

FOUNDED_BEFORE = 14
"""Months from the founding to now: long enough for a plaque of the first days to have lapsed."""


@dataclass(frozen=True, slots=True)
class Story:
    """The wall clock of the demonstration, and the dice that decide all that is left open."""

    now: datetime
    """Aware, in the community's zone; nothing happens after it."""
    random: Random = field(repr=False)
    """Begins with the same number each time, so that the same market comes about."""

    @property
    def this_month(self) -> Month:
        """Return the month whose round is in its public notice."""
        return Month.of(self.now.date())

    @property
    def founded_on(self) -> date:
        """Return the first day of the programme, on which its first shop applied."""
        return self.this_month.plus(-FOUNDED_BEFORE).first

    @property
    def opened_on(self) -> date:
        """Return the first day of the market as it is: a month before its first round."""
        return self.this_month.plus(-ROUNDS - 1).first

    @property
    def yesterday(self) -> date:
        """Return the day before today, or today if the month has only begun."""
        return max(self.now.date() - timedelta(days=1), self.this_month.first)

    def past_rounds(self) -> list[Month]:
        """Return the months of the rounds that are over, the oldest first."""
        return [self.this_month.plus(-back) for back in range(ROUNDS, 0, -1)]

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return an instant on a day, or now if it has not come yet."""
        zone = ZoneInfo(str(self.now.tzinfo))
        return min(datetime.combine(day, time(hour, minute), zone), self.now)

    def days_of(self, month: Month) -> list[date]:
        """Return the days of a month up to today."""
        last = min(month.last, self.now.date())
        return [month.first + timedelta(days=day) for day in range((last - month.first).days + 1)]
