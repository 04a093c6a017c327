"""The score sheet of the community: read by staff, and put into a new version by a manager."""

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField

from loyalty.pages.forms import Form, hidden_number, passage, whole_number
from loyalty.pages.staff import console
from loyalty.rules.score_sheet import Head, Sheet, SheetItem, SheetVeto, find_sheet_fault
from loyalty.rules.typed_text import clean_label
from loyalty.services.shops.score_sheets import (
    MakeScoreSheet,
    get_sheet_in_force,
    make_score_sheet,
)
from loyalty.words.score_sheet import HEADS, SHEET_FAULTS

score_sheet = console.Console("score_sheet", "/policy/score-sheet", only=console.MANAGERS)

LONGEST_PART = 2000
MOST_POINTS = 1000
LINE = re.compile(r"(?P<name>.{1,100}?)\s*[：:，, ]\s*(?P<points>\d{1,3})\s*分?")
"""How one item is written: its name, and the most points it may be given."""


class ScoreSheetForm(Form):
    """A line for each item: its name and its points."""

    number = HiddenField()

    papers = passage(HEADS[Head.PAPERS], longest=LONGEST_PART)
    conduct = passage(HEADS[Head.CONDUCT], longest=LONGEST_PART)
    premises = passage(HEADS[Head.PREMISES], longest=LONGEST_PART)
    vetoes = passage(lazy_gettext("有一条就不合格"), longest=LONGEST_PART, needed=False)
    pass_points = whole_number(lazy_gettext("多少分合格"), 1, MOST_POINTS, needed=True)


@score_sheet.route("", methods=["GET", "POST"])
def shown() -> Any:
    """Show the sheet in force, a line for each item; make a new version of what is typed."""
    with console.work() as work:
        number, sheet = get_sheet_in_force(work)
    form = ScoreSheetForm(number=str(number), **_written(sheet))
    if form.validate_on_submit():
        wanted = _typed(form, sheet)
        if wanted is not None and console.attempt(
            lambda work: make_score_sheet(
                work, MakeScoreSheet(wanted, hidden_number(form.number.data))
            ),
            gettext("新的评分表从现在起用，以前的检查不变。"),
        ):
            return redirect(url_for("staff_score_sheet.shown"))
        form.number.data = number
    return render_template("staff/shops/score_sheet.html", form=form, number=number, sheet=sheet)


def _written(sheet: Sheet) -> dict[str, Any]:
    """Return a sheet as it stands in the form."""
    heads = {
        head.value: "\n".join(
            f"{item.names['zh_Hans']} {item.points}" for item in sheet.items if item.head is head
        )
        for head in Head
    }
    vetoes = "\n".join(one.names["zh_Hans"] for one in sheet.vetoes)
    return {**heads, "vetoes": vetoes, "pass_points": sheet.pass_points}


def _typed(form: ScoreSheetForm, earlier: Sheet) -> Sheet | None:
    """Return the sheet that was typed; None, with a word beside the field, if it cannot be read.

    What is called as before keeps its code and its other names.
    """
    both: list[SheetItem | SheetVeto] = [*earlier.items, *earlier.vetoes]
    known = {one.names["zh_Hans"]: one for one in both}
    new_codes = (f"item_{number}" for number in count(1))
    taken = {one.code for one in known.values()}
    fresh = (code for code in new_codes if code not in taken)
    items: list[SheetItem] = []
    for head in Head:
        for line in _lines(form[head.value].data):
            read = LINE.fullmatch(line)
            if read is None:
                form[head.value].errors = [
                    gettext("“%(line)s”没有看懂：请写“名称 分数”。", line=line)
                ]
                return None
            code, names = _named(clean_label(read["name"]), known, fresh)
            items.append(SheetItem(code, head, names, int(read["points"])))
    vetoes = [
        SheetVeto(*_named(clean_label(line), known, fresh)) for line in _lines(form.vetoes.data)
    ]
    sheet = Sheet(items, vetoes, form.pass_points.data)
    if fault := find_sheet_fault(sheet):
        form.pass_points.errors = [SHEET_FAULTS[fault]]
        return None
    return sheet


def _named(
    name: str, known: Mapping[str, SheetItem | SheetVeto], fresh: Iterator[str]
) -> tuple[str, Mapping[str, str]]:
    one = known.get(name)
    return (next(fresh), {"zh_Hans": name}) if one is None else (one.code, one.names)


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
