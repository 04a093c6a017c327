"""The community's own table of working days, a year at a time."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext

from loyalty.pages.forms import LONGEST_LINE
from loyalty.pages.late_forms import is_filled_in
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm
from loyalty.services.community.working_days import (
    ChangedDay,
    SetWorkingDays,
    set_working_days,
    working_days_of,
)

working_days = console.Console("working_days", "/working-days", acts=console.MANAGERS)

YEAR = "<int(min=2000, max=2100):year>"
BLANK_ROWS = 10


@working_days.get("")
def this_year() -> Any:
    """Lead to the table of the present year."""
    return redirect(url_for("staff_working_days.shown", year=console.now().year))


@working_days.route(f"/{YEAR}", methods=["GET", "POST"])
def shown(year: int) -> Any:
    """Show the changed days of a year, and store the table as it is sent."""
    with console.work() as work:
        known = working_days_of(work, year)
    rows = [(one.day.isoformat(), one.works, one.note or "") for one in known.days]
    fault = ""
    if is_filled_in():
        rows = _typed()
        days = [_day(*row) for row in rows]
        if None in days:
            fault = gettext("日期写成 2027-02-03 这样。")
        elif request.method == "POST" and _stored(year, days):
            return redirect(url_for("staff_working_days.shown", year=year))
    return render_template(
        "staff/community/working_days.html",
        year=year,
        before=year - 1,
        after=year + 1,
        official=known.official,
        rows=[*rows, *[("", False, "")] * BLANK_ROWS],
        fault=fault,
        form=ConfirmationForm(),
    )


def _typed() -> list[tuple[str, bool, str]]:
    """Return the rows that hold a day."""
    columns = (request.form.getlist(name) for name in ("day", "works", "note"))
    return [
        (day.strip(), works == "yes", note.strip()[:LONGEST_LINE])
        for day, works, note in zip(*columns, strict=False)
        if day.strip()
    ]


def _day(day: str, works: bool, note: str) -> ChangedDay | None:  # noqa: FBT001  # a row's cells
    try:
        return ChangedDay(date.fromisoformat(day), works, note or None)
    except ValueError:
        return None


def _stored(year: int, days: Sequence[ChangedDay | None]) -> bool:
    table = SetWorkingDays(year, [one for one in days if one is not None])
    return console.attempt(
        lambda work: set_working_days(work, table),
        gettext("已保存。从现在起张榜的公示按这张表算。"),
    )
