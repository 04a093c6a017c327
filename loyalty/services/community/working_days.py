"""The community's own table of working days, where it knows better than the calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from loyalty.models import WorkingDayOverride
from loyalty.services.community.calendar import is_published, notice_last
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import ValueRefusedError
from loyalty.services.work import Work


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day that is not what the calendar says."""

    day: date
    works: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SetWorkingDays:
    """All the changed days of one year; those that are not named are no longer changed."""

    year: int
    days: Sequence[ChangedDay]


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """What is known of one year."""

    year: int
    official: bool
    """Whether the published calendar holds the year; if not, Monday to Friday are reckoned."""
    days: Sequence[WorkingDayOverride]


def overrides_of(session: Session, community_id: UUID) -> Mapping[date, bool]:
    """Return every day of a community's own table, and whether people work on it."""
    days = session.scalars(
        select(WorkingDayOverride).where(WorkingDayOverride.community_id == community_id)
    )
    return {one.day: one.works for one in days}


def last_day_of(session: Session, community_id: UUID, first: date, working_days: int) -> date:
    """Return the last day, included, of some working days of a community that follow `first`."""
    return notice_last(first, working_days, overrides_of(session, community_id))


def years_without_table(
    session: Session, community_id: UUID, first: int, last: int
) -> Sequence[int]:
    """Return the years, both ends included, whose public holidays are known from nowhere.

    A year is known where the published calendar holds it, or the community has entered a day of it.
    """
    unpublished = [year for year in range(first, last + 1) if not is_published(year)]
    if not unpublished:
        return ()
    entered = {day.year for day in overrides_of(session, community_id)}
    return [year for year in unpublished if year not in entered]


def working_days_of(work: Work, year: int) -> WorkingDays:
    """Return what the actor's community has changed in a year."""
    days = work.session.scalars(
        work.select(WorkingDayOverride)
        .where(WorkingDayOverride.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(WorkingDayOverride.day)
    ).all()
    return WorkingDays(year=year, official=is_published(year), days=days)


def set_working_days(work: Work, request: SetWorkingDays) -> WorkingDays:
    """Write down the changed days of a year; notices published from now on count with them.

    Raises:
        ValueRefusedError: a day of another year, or one that is named twice.
    """
    seen: set[date] = set()
    for place, changed in enumerate(request.days):
        if changed.day.year != request.year or changed.day in seen:
            raise ValueRefusedError(
                f"/items/{place}/day", "Name each day once, and those of this year alone."
            )
        seen.add(changed.day)
    # Two who save at once do so one after the other; the later table stands.
    locked_community(work.session, work.community_id)
    work.session.execute(
        delete(WorkingDayOverride).where(
            WorkingDayOverride.community_id == work.community_id,
            WorkingDayOverride.day.between(date(request.year, 1, 1), date(request.year, 12, 31)),
        )
    )
    work.session.add_all(
        WorkingDayOverride(
            community_id=work.community_id, day=one.day, works=one.works, note=one.note
        )
        for one in request.days
    )
    work.note("working_days.changed", None, year=request.year)
    return working_days_of(work, request.year)
