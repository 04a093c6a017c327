"""What keeps a service running for years, and when somebody must look after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class UpkeepSubject(StrEnum):
    """What is looked after."""

    BACKUP = "backup"
    """The copy that the operator makes, and keeps on another machine."""
    DRILL = "drill"
    """The restore that the service tries by itself, with a copy of its own."""
    DISK = "disk"
    """The room of the data folder."""


class UpkeepTrouble(StrEnum):
    """Why somebody must look."""

    NEVER_BACKED_UP = "never_backed_up"
    BACKUP_OLD = "backup_old"
    DRILL_FAILED = "drill_failed"
    DRILL_LATE = "drill_late"
    DISK_SOON_FULL = "disk_soon_full"


DRILL_EVERY = timedelta(days=7)
"""How long after a restore was tried it is tried again."""

LATEST_DRILL = timedelta(days=14)
"""After which a restore that nobody tried is a trouble."""

LATEST_BACKUP = timedelta(days=8)
"""After which the operator's copy is too old: who copies each week is a day late."""

TOLD_BEFORE_FULL = timedelta(days=7)
"""How long before the disk is full this is told."""

RESERVE_BYTES = 1024**3
"""Free room below which PostgreSQL may stop at any moment, so that it counts as none."""

LONGEST_WATCH = timedelta(days=30)
"""How far back it is looked how fast the room goes."""


@dataclass(frozen=True, slots=True)
class UpkeepFact:
    """What was found when something was looked at last."""

    at: datetime
    ok: bool


def find_upkeep_trouble(
    subject: UpkeepSubject, last: UpkeepFact | None, *, since: datetime | None, now: datetime
) -> UpkeepTrouble | None:
    """Return why somebody must look after something; None if nobody must.

    Args:
        last: None where it has never been looked at; a restore is then tried soon by itself.
        since: when the community was founded; None where that is fictional.
    """
    if last is None:
        late = since is not None and now - since > LATEST_DRILL
        never = {
            UpkeepSubject.BACKUP: UpkeepTrouble.NEVER_BACKED_UP,
            UpkeepSubject.DRILL: UpkeepTrouble.DRILL_LATE if late else None,
        }
        return never.get(subject)
    age = now - last.at
    checks = (
        (UpkeepSubject.BACKUP, age > LATEST_BACKUP, UpkeepTrouble.BACKUP_OLD),
        (UpkeepSubject.DRILL, not last.ok, UpkeepTrouble.DRILL_FAILED),
        (UpkeepSubject.DRILL, age > LATEST_DRILL, UpkeepTrouble.DRILL_LATE),
        (UpkeepSubject.DISK, not last.ok, UpkeepTrouble.DISK_SOON_FULL),
    )
    return next((trouble for of, applies, trouble in checks if of is subject and applies), None)


def is_drill_due(last: UpkeepFact | None, *, now: datetime) -> bool:
    """Return whether a restore is to be tried now."""
    return last is None or now - last.at >= DRILL_EVERY


def days_until_full(free: Sequence[tuple[date, int]]) -> int | None:
    """Return in how many whole days the room is used up, if it goes on as since the first day.

    Args:
        free: bytes that were free on each day, the earliest first.

    None where it does not go, or where one day alone is known. Zero where it has gone.
    """
    (first, before), (last, now) = free[0], free[-1]
    left = now - RESERVE_BYTES
    if left <= 0:
        return 0
    used, days = before - now, (last - first).days
    return left * days // used if used > 0 and days > 0 else None


def is_disk_soon_full(days: int | None) -> bool:
    """Return whether it is to be told that the disk will be full in so many days."""
    return days is not None and days <= TOLD_BEFORE_FULL.days


def add_sample(
    free: Sequence[tuple[date, int]], today: date, now_free: int
) -> list[tuple[date, int]]:
    """Return the samples with that of today, which replaces an earlier one of the same day."""
    kept = [one for one in free if today - LONGEST_WATCH <= one[0] < today]
    return [*kept, (today, now_free)]
