"""What is found when the service is looked after, told to the managers of all communities."""

import shutil
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.commands.session import opened
from loyalty.database import is_migrated, limit_to
from loyalty.models import Community
from loyalty.rules.upkeep import (
    UpkeepSubject,
    add_sample,
    days_until_full,
    is_disk_soon_full,
    is_drill_due,
)
from loyalty.services.community.policy import communities
from loyalty.services.community.upkeep import fact_of, find_report, keep_report
from loyalty.settings import Settings


def report_to_all(
    url: str, subject: UpkeepSubject, *, ok: bool, facts: Mapping[str, Any], now: datetime
) -> None:
    """Tell each community what was found; nobody where the tables are of an older release."""
    if not is_migrated(url):
        return
    for community in _served(url):
        with opened(url) as session:
            limit_to(session, community.id)
            keep_report(session, community.id, subject, ok=ok, facts=facts, now=now)


def look_at_disk(url: str, settings: Settings, community: Community) -> None:
    """Tell a community how much room is left, and for how many days it will do."""
    now = community_now(community.timezone)
    free = shutil.disk_usage(settings.data_dir).free
    with opened(url) as session:
        limit_to(session, community.id)
        samples = add_sample(_samples(session, community), now.date(), free)
        left = days_until_full(samples)
        facts = {
            "free_bytes": free,
            "days_left": left,
            "samples": [(day.isoformat(), room) for day, room in samples],
        }
        ok = not is_disk_soon_full(left)
        keep_report(session, community.id, UpkeepSubject.DISK, ok=ok, facts=facts, now=now)


def is_a_drill_due(url: str, *, now: datetime) -> bool:
    """Return whether a restore is to be tried: some community has not been told of one in time."""
    due = False
    for community in _served(url):
        with opened(url) as session:
            limit_to(session, community.id)
            last = fact_of(find_report(session, community.id, UpkeepSubject.DRILL))
            due = due or is_drill_due(last, now=now)
    return due


def _served(url: str) -> list[Community]:
    with opened(url) as session:
        return [*communities(session)]


def _samples(session: Session, community: Community) -> list[tuple[date, int]]:
    last = find_report(session, community.id, UpkeepSubject.DISK)
    found = [] if last is None else last.facts["samples"]
    return [(date.fromisoformat(day), room) for day, room in found]
