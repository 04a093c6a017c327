"""How long a public notice runs, and how long it stays to be read."""

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from itertools import count, islice

DAYS_SHOWN_AFTERWARDS = 30
"""A notice can be read for that many days after its last day; then it is gone."""

LONGEST_NOTICE = 60
"""The most working days a notice may be set to run."""

ANSWER_WORKING_DAYS = 5
"""Within how many working days an objection should be answered."""


class ObjectionState(StrEnum):
    """How far an objection is. Codes are public: add one, never rename one."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class NoticeKind(StrEnum):
    """Why a version of a notice was published. Codes are public: add one, never rename one."""

    FIRST = "first"
    SUPPLEMENTARY = "supplementary"
    """Somebody stands on the list who has not stood there before, so it runs for some days more."""
    CORRECTION = "correction"
    """Somebody left the list, and nobody came; its last day stays."""
    TAKEN_DOWN = "taken_down"
    """The round was called off."""


def find_notice_end(first: date, working_days: int, is_working: Callable[[date], bool]) -> date:
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


def is_notice_over(last: date, today: date) -> bool:
    """Return whether a notice has run out: only from the day after its last day."""
    return today > last


def find_last_day_shown(last: date) -> date:
    """Return the last day, included, on which a notice can be read that runs to `last`."""
    return last + timedelta(days=DAYS_SHOWN_AFTERWARDS)
