"""When a sale happened, when it arrived, and in which month's figures it counts."""

from datetime import UTC, date, datetime, timedelta

from loyalty.rules.calendar import Month
from loyalty.rules.offline import DAYS_WITHOUT_NETWORK

LIVE_WITHIN = timedelta(minutes=10)
"""How far a till's clock may be off, either way, for a sale to happen now."""

FIGURES_OUT_AFTER = timedelta(days=DAYS_WITHOUT_NETWORK)
"""How long after a month its figures come out: by then what a till may sell without network has had
its time to arrive. It is no community's to change, so that what is out stays out."""

WRITTEN_DOWN_WITHIN = timedelta(days=1)
"""How long a month is left alone after its figures came out: a sale that was being written down at
midnight still counts in it."""

LATEST = 92
"""The most days a community may take late sales for: the oldest sheet of paper has as many."""


def time_from(earlier: datetime, later: datetime) -> timedelta:
    """Return how much time goes by between two moments, also where clocks are changed between.

    Two moments of one zone are otherwise subtracted as their wall clocks show them.
    """
    return later.astimezone(UTC) - earlier.astimezone(UTC)


def is_live(happened_at: datetime, now: datetime) -> bool:
    """Return whether a sale happens now, both ends included."""
    return abs(time_from(happened_at, now)) <= LIVE_WITHIN


def is_to_come(happened_at: datetime, now: datetime) -> bool:
    """Return whether a sale lies further in the future than a till's clock may be off."""
    return time_from(now, happened_at) > LIVE_WITHIN


def figures_are_out(month: Month, today: date) -> bool:
    """Return whether the figures of a month can be read by everybody."""
    return today >= month.plus(1).first + FIGURES_OUT_AFTER


def figures_are_settled(month: Month, today: date) -> bool:
    """Return whether no sale that was being written down as the figures came out can follow."""
    return figures_are_out(month, today - WRITTEN_DOWN_WITHIN)


def find_counting_month(day: date, today: date) -> Month:
    """Return in which month's figures a sale counts.

    It is the month it was made in; where the figures of that are out, the month it arrives in, for
    figures that are out do not change.

    Args:
        day: the local day it was made on.
        today: the local day it arrives on.
    """
    month = Month.of(day)
    return Month.of(today) if figures_are_out(month, today) else month


def came_too_late(happened_at: datetime, now: datetime, *, days: int) -> bool:
    """Return whether staff look at a sale because it arrives so late.

    It is older than so many days, to the second, or the figures of its month are out.

    Args:
        happened_at: on the community's wall clock, as is `now`.
        now: when it arrives.
        days: how late a sale may be, by the community's policy.
    """
    out = figures_are_out(Month.of(happened_at.date()), now.date())
    return out or now - happened_at > timedelta(days=days)


def sheet_came_too_late(day: date, today: date, *, days: int) -> bool:
    """Return the same of a sheet of paper, which has a day and no more."""
    return figures_are_out(Month.of(day), today) or today - day > timedelta(days=days)
