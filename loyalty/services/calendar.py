"""Which days people work: the published Chinese calendar, as far as it reaches."""

from datetime import date

import chinese_calendar

from loyalty.rules import calendar
from loyalty.rules.notice import notice_end


def is_working_day(day: date) -> bool:
    """Return whether people work on a day, with the swapped weekends (调休) of public holidays.

    The State Council announces the holidays of a year in the November before. In years that the
    published table does not hold, Monday to Friday are working days.
    """
    return calendar.is_working_day(day, official=_published, overrides={})


def notice_last(first: date, working_days: int) -> date:
    """Return the last day, included, of a public notice published on `first`.

    Args:
        first: the day of publication, which does not count.
        working_days: how many working days the notice runs, at least 1.
    """
    return notice_end(first, working_days, is_working_day)


def _published(day: date) -> bool | None:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None
