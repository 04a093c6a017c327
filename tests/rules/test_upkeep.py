"""When somebody must look after the service."""

from datetime import date, datetime, timedelta

import pytest

from loyalty.rules.upkeep import (
    DRILL_EVERY,
    LATEST_BACKUP,
    LATEST_DRILL,
    LONGEST_WATCH,
    RESERVE_BYTES,
    UpkeepFact,
    UpkeepSubject,
    UpkeepTrouble,
    add_sample,
    days_until_full,
    find_upkeep_trouble,
    is_disk_soon_full,
    is_drill_due,
)
from tests.given import NOON

MOMENT = timedelta(microseconds=1)
DAY = date(2026, 12, 1)


def trouble(
    subject: UpkeepSubject,
    age: timedelta | None = None,
    *,
    ok: bool = True,
    since: datetime | None = None,
) -> UpkeepTrouble | None:
    last = None if age is None else UpkeepFact(NOON - age, ok)
    return find_upkeep_trouble(subject, last, since=since, now=NOON)


def test_a_backup_is_asked_for_once_it_is_more_than_a_week_old_or_was_never_made() -> None:
    backup = UpkeepSubject.BACKUP

    assert trouble(backup) is UpkeepTrouble.NEVER_BACKED_UP
    assert trouble(backup, LATEST_BACKUP) is None
    assert trouble(backup, LATEST_BACKUP + MOMENT) is UpkeepTrouble.BACKUP_OLD


def test_a_drill_that_failed_or_is_late_is_told_and_one_that_is_yet_to_come_is_not() -> None:
    drill = UpkeepSubject.DRILL

    assert trouble(drill) is None
    assert trouble(drill, LATEST_DRILL) is None
    assert trouble(drill, LATEST_DRILL + MOMENT) is UpkeepTrouble.DRILL_LATE
    assert trouble(drill, MOMENT, ok=False) is UpkeepTrouble.DRILL_FAILED


def test_a_drill_that_was_never_tried_is_late_two_weeks_after_the_founding() -> None:
    drill = UpkeepSubject.DRILL

    assert trouble(drill, since=NOON - LATEST_DRILL) is None
    assert trouble(drill, since=NOON - LATEST_DRILL - MOMENT) is UpkeepTrouble.DRILL_LATE
    assert trouble(UpkeepSubject.DISK, since=NOON - LATEST_DRILL - MOMENT) is None


def test_a_disk_is_told_by_what_was_found() -> None:
    assert trouble(UpkeepSubject.DISK, timedelta(days=99)) is None
    assert trouble(UpkeepSubject.DISK, MOMENT, ok=False) is UpkeepTrouble.DISK_SOON_FULL


def test_a_drill_is_due_each_week_and_at_the_beginning() -> None:
    assert is_drill_due(None, now=NOON)
    assert is_drill_due(UpkeepFact(NOON - DRILL_EVERY, ok=True), now=NOON)
    assert not is_drill_due(UpkeepFact(NOON - DRILL_EVERY + MOMENT, ok=False), now=NOON)


@pytest.mark.parametrize(
    ("gigabytes", "days", "left", "told"),
    [
        ((100, 90), 10, 80 + 9, False),
        ((18, 11), 7, 10, False),
        ((19, 9), 10, 8, False),
        ((18, 8), 10, 7, True),
        ((90, 100), 10, None, False),
        ((50, 50), 10, None, False),
        ((50, 1), 10, 0, True),
        ((1, 1), 0, 0, True),
        ((50, 40), 0, None, False),
    ],
)
def test_how_long_the_room_does_is_told_by_how_it_went(
    gigabytes: tuple[int, int], days: int, left: int | None, *, told: bool
) -> None:
    before, now = (number * RESERVE_BYTES for number in gigabytes)

    found = days_until_full([(DAY, before), (DAY + timedelta(days=days), now)])

    assert found == left
    assert is_disk_soon_full(found) is told


def test_samples_are_one_a_day_and_of_a_month_at_most() -> None:
    oldest = DAY - LONGEST_WATCH
    free = [(oldest - timedelta(days=1), 9), (oldest, 8), (DAY, 7)]

    assert add_sample(free, DAY, 6) == [(oldest, 8), (DAY, 6)]
