"""Which days people work: the community's own table, and the published Chinese calendar."""

from collections.abc import Mapping
from datetime import date

import chinese_calendar

from loyalty.rules import calendar
from loyalty.rules.notice import notice_end


def is_working_day(day: date, overrides: Mapping[date, bool]) -> bool:
    """Return whether people work on a day, with the swapped weekends (调休) of public holidays.

    The State Council announces the holidays of a year in the November before. In years that the
    published table does not hold, Monday to Friday are working days.

    Args:
        overrides: the community's own table, from `working_days.overrides_of`; it wins.
    """
    return calendar.is_working_day(day, official=_published, overrides=overrides)


def notice_last(first: date, working_days: int, overrides: Mapping[date, bool]) -> date:
    """Return the last day, included, of a public notice published on `first`.

    Args:
        first: the day of publication, which does not count.
        working_days: how many working days the notice runs, at least 1.
        overrides: the community's own table, from `working_days.overrides_of`.
    """
    return notice_end(first, working_days, lambda day: is_working_day(day, overrides))


def is_published(year: int) -> bool:
    """Return whether the published calendar holds a year."""
    return _published(date(year, 1, 1)) is not None


def _published(day: date) -> bool | None:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None
