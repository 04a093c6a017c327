"""Closing a month: what it waits for, and the text that is hashed and published of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from loyalty.rules.arrival import figures_are_settled
from loyalty.rules.calendar import Month

FORMAT = "loyalty-month-1"
CHAIN_FORMAT = "loyalty-months-1"


class MonthObstacle(StrEnum):
    """What keeps a month from being closed. Codes are public: add one, never rename one."""

    MONTH_CLOSED = "month_closed"
    FIGURES_NOT_OUT = "figures_not_out"
    """It is not over, or sales may still come in: made without network, or being written down as
    the figures came out."""
    EARLIER_MONTH_OPEN = "earlier_month_open"
    NOTHING_TO_CLOSE = "nothing_to_close"
    """Nothing was sold in it nor before it."""
    CASES_UNDECIDED = "cases_undecided"
    CONTRIBUTIONS_WAITING = "contributions_waiting"
    """A large amount of it, or of a month before, waits for a second person."""


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What is known of a month that is to be closed."""

    month: Month
    today: date
    """In the community's time zone."""
    first: Month | None
    """The first month in which something was sold; None if nothing ever was."""
    last_closed: Month | None
    cases_open: int
    """Sales of this month or before about which staff have not decided."""
    entries_waiting: int
    """Contributions of this month or before that wait for a second person."""


def find_next_month(facts: MonthFacts) -> Month | None:
    """Return the one month that may be closed next; None before the first sale."""
    return facts.first if facts.last_closed is None else facts.last_closed.plus(1)


def find_month_obstacles(facts: MonthFacts) -> tuple[MonthObstacle, ...]:
    """Return everything that keeps a month from being closed."""
    closed = facts.last_closed is not None and facts.month <= facts.last_closed
    if closed:
        return (MonthObstacle.MONTH_CLOSED,)
    following = find_next_month(facts)
    checks = (
        (not figures_are_settled(facts.month, facts.today), MonthObstacle.FIGURES_NOT_OUT),
        (following is not None and following < facts.month, MonthObstacle.EARLIER_MONTH_OPEN),
        (following is None or facts.month < following, MonthObstacle.NOTHING_TO_CLOSE),
        (facts.cases_open > 0, MonthObstacle.CASES_UNDECIDED),
        (facts.entries_waiting > 0, MonthObstacle.CONTRIBUTIONS_WAITING),
    )
    return tuple(obstacle for applies, obstacle in checks if applies)


def encode_month(members: Mapping[str, Any]) -> str:
    """Return the figures of a month as the one text that is hashed: JSON with sorted members."""
    return json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def compute_head(text: str) -> str:
    """Return the head of a month's text: its SHA-256 in UTF-8, in hexadecimal."""
    return sha256(text.encode()).hexdigest()
