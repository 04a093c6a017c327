"""How a candidate comes out of a round."""

from enum import StrEnum


class Outcome(StrEnum):
    """From nomination to the end. Codes are public: add one, never rename one."""

    NOMINATED = "nominated"
    DECLINED = "declined"
    """Does not want to be chosen; never published."""
    SCREENED_OUT = "screened_out"
    """Something stood against it, which the coded reasons name."""
    ELIGIBLE = "eligible"
    SELECTED = "selected"
    RESERVE = "reserve"
    """Moves up, in order, when a selected person drops out."""
    NOT_SELECTED = "not_selected"
    """Neither selected nor a reserve. There is no order among them, so they have no place."""
    REMOVED = "removed"
    """Was selected, or a reserve, and before the confirmation became ineligible or was objected to
    with success.
    """


PASSED = (
    Outcome.ELIGIBLE,
    Outcome.SELECTED,
    Outcome.RESERVE,
    Outcome.NOT_SELECTED,
    Outcome.REMOVED,
)
"""Outcomes of those who have passed the screening."""
