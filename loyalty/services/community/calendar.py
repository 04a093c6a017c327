"""Which days people work: the community's own table, and the published Chinese calendar."""

from collections.abc import Mapping
from datetime import date
from functools import cache

import chinese_calendar
from holidays import country_holidays

from loyalty.rules import calendar
from loyalty.rules.notice import find_notice_end


def is_working_day(day: date, overrides: Mapping[date, bool]) -> bool:
    """Return whether people work on a day, with the swapped weekends (调休) of public holidays.

    The State Council announces the holidays of a year in the November before. In years that the
    published table does not hold, Monday to Friday are working days but for the holidays that the
    law fixes; what is worked or free in exchange for them is then not known.

    Args:
        overrides: the community's own table, from `working_days.overrides_of`; it wins.
    """
    return calendar.is_working_day(day, official=_known, overrides=overrides)


def notice_last(first: date, working_days: int, overrides: Mapping[date, bool]) -> date:
    """Return the last day, included, of a public notice published on `first`.

    Args:
        first: the day of publication, which does not count.
        working_days: how many working days the notice runs, at least 1.
        overrides: the community's own table, from `working_days.overrides_of`.
    """
    return find_notice_end(first, working_days, lambda day: is_working_day(day, overrides))


def is_published(year: int) -> bool:
    """Return whether the published calendar holds a year."""
    return _published(date(year, 1, 1)) is not None


def _known(day: date) -> bool | None:
    """Return what the published table says, else what the law fixes; None for any other day."""
    published = _published(day)
    if published is None and day in _fixed_by_law(day.year):
        return False
    return published


@cache
def _fixed_by_law(year: int) -> frozenset[date]:
    """Return the public holidays of a year without those given in exchange.

    The State Council's rules on public holidays (全国年节及纪念日放假办法) fix them; some follow
    the lunar calendar.
    """
    return frozenset(country_holidays("CN", years=year, observed=False))


def _published(day: date) -> bool | None:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None
