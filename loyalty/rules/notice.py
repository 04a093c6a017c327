"""How long a public notice runs."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count, islice


def notice_end(first: date, working_days: int, is_working: Callable[[date], bool]) -> date:
    """Return the last day of a public notice, included.

    Args:
        first: the day of publication. It does not count: a period begins on the following day
            (Civil Code of the People's Republic of China, article 201).
        working_days: how many working days the notice runs, at least 1.
        is_working: tells whether people work on a day.

    Raises:
        ValueError: a notice of no days is no notice.
    """
    if working_days < 1:
        raise ValueError("A public notice runs for at least one working day.")
    following_days = (first + timedelta(days=number) for number in count(1))
    return next(islice(filter(is_working, following_days), working_days - 1, None))


def notice_over(last: date, today: date) -> bool:
    """Return whether a notice has run out: only from the day after its last day."""
    return today > last
