"""Why staff call on a shop, and for how long they may stay away."""

from datetime import date, timedelta
from enum import StrEnum

VISITED_WITHIN = timedelta(days=30)
"""A shop nobody has called on for longer is shown first."""


class VisitKind(StrEnum):
    """Why a shop is called on. Codes are public: add one, never rename one.

    The first four are the visits that must be made (四必访).
    """

    MOVED_IN = "moved_in"
    IN_DIFFICULTY = "in_difficulty"
    DISPUTE = "dispute"
    HOLIDAY = "holiday"
    ROUTINE = "routine"


def is_visit_due(last: date | None, today: date) -> bool:
    """Return whether a shop has not been called on for long, or never."""
    return last is None or today > last + VISITED_WITHIN
