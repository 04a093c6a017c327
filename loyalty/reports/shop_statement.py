"""The statement of a shop's month on one sheet: what was sold with cards, and what it gave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from fpdf.enums import Align

from loyalty.reports.typesetting import (
    ACCENT,
    INK,
    RULE,
    SOFT,
    Paper,
    replace_unprintable,
    write_fitted,
)

_MARGIN = 18.0
_BOX, _GAP = 30.0, 4.0
"""Height of a figure's box, and the way to the next, in millimetres."""
_ROW = 9.0
_EDGES: Final = (0.0, 0.34, 0.52, 0.76, 1.0)
"""Where the columns of the months begin and end, in parts of the width."""


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """One figure with what it means."""

    name: str
    figure: str
    unit: str
    about: str


@dataclass(frozen=True, slots=True)
class StatementSheet:
    """Everything the sheet says, in one language."""

    language: str
    """As HTML writes it: ``zh-Hans``."""
    community: str
    title: str
    shop: str
    details: str
    """Stall, plaque, and how far the month has come."""
    figures: Sequence[StatedFigure]
    """Three in a row."""
    months_title: str
    columns: tuple[str, str, str, str]
    months: Sequence[tuple[str, str, str, str]]
    people_title: str
    people: Sequence[tuple[str, str]]
    notes: Sequence[str]
    footer: str
    demonstration: str | None
    """Said where the people are fictional."""


def draw_shop_statement(one: StatementSheet, *, drawn_at: datetime) -> bytes:
    """Return the statement as a PDF of one page.

    Args:
        one: what it says; at most six figures, and as many months.
        drawn_at: aware; the file tells it as its date, and nothing else in it depends on time.
    """
    paper = Paper("a4", one.language)
    paper.set_title(f"{one.shop} {one.title}")
    paper.set_creation_date(drawn_at)
    paper.set_margin(_MARGIN)
    paper.set_auto_page_break(auto=False)
    paper.add_page()
    _draw_head(paper, one)
    y = _draw_figures(paper, one.figures, y=52.0)
    y = _draw_heading(paper, one.people_title, y=y + 6)
    y = _draw_people(paper, one.people, y=y)
    y = _draw_heading(paper, one.months_title, y=y + 8)
    y = _draw_months(paper, one, y=y)
    paper.set_xy(_MARGIN, y + 8)
    for note in one.notes:
        paper.set_pen(11, SOFT)
        paper.write_lines(note, paper.epw, height=6)
    paper.set_xy(_MARGIN, -14)
    paper.set_pen(9.5, SOFT)
    paper.cell(0, 5, replace_unprintable(paper, one.footer), align=Align.C)
    return bytes(paper.output())


def _draw_head(paper: Paper, one: StatementSheet) -> None:
    if one.demonstration is not None:
        paper.set_y(6)
        paper.set_pen(9.5, SOFT)
        paper.cell(0, 5, one.demonstration, align=Align.C)
    paper.set_xy(_MARGIN, 16)
    with paper.bold(24):
        write_fitted(paper, one.shop, width=paper.epw, height=11, points=24)
    paper.set_xy(_MARGIN, 29)
    with paper.bold(15, ACCENT):
        write_fitted(paper, one.title, width=paper.epw * 0.6, height=8, points=15)
    paper.set_xy(_MARGIN + paper.epw * 0.6, 29)
    paper.set_pen(12, SOFT)
    right = paper.epw * 0.4
    write_fitted(paper, one.community, width=right, height=8, points=12, align=Align.R)
    paper.set_xy(_MARGIN, 38)
    paper.set_pen(12, SOFT)
    write_fitted(paper, one.details, width=paper.epw, height=7, points=12)


def _draw_figures(paper: Paper, figures: Sequence[StatedFigure], *, y: float) -> float:
    """Draw each figure in a box, three in a row; return where the next thing begins."""
    width = (paper.epw - 2 * _GAP) / 3
    for place, one in enumerate(figures):
        row, column = divmod(place, 3)
        x, top = _MARGIN + column * (width + _GAP), y + row * (_BOX + _GAP)
        paper.set_draw_color(RULE)
        paper.set_line_width(0.3)
        paper.rect(x, top, width, _BOX, round_corners=True, corner_radius=2)
        paper.set_xy(x + 4, top + 3)
        paper.set_pen(11, SOFT)
        write_fitted(paper, one.name, width=width - 8, height=5, points=11)
        paper.set_xy(x + 4, top + 9)
        with paper.bold(18):
            said = f"{one.figure} {one.unit}"
            write_fitted(paper, said, width=width - 8, height=9, points=18)
        paper.set_xy(x + 4, top + 19)
        paper.set_pen(8.5, SOFT)
        paper.write_lines(one.about, width - 8, height=4)
    rows = -(-len(figures) // 3)
    return y + rows * (_BOX + _GAP)


def _draw_heading(paper: Paper, text: str, *, y: float) -> float:
    paper.set_xy(_MARGIN, y)
    with paper.bold(14, ACCENT):
        write_fitted(paper, text, width=paper.epw, height=8, points=14)
    return y + 10


def _draw_people(paper: Paper, people: Sequence[tuple[str, str]], *, y: float) -> float:
    """Write how many came, each beside what it is."""
    width = paper.epw / len(people)
    for place, (name, count) in enumerate(people):
        paper.set_xy(_MARGIN + place * width, y)
        paper.set_pen(12, SOFT)
        write_fitted(paper, name, width=width * 0.5, height=8, points=12)
        with paper.bold(14):
            write_fitted(paper, count, width=width * 0.4, height=8, points=14)
    return y + 8


def _draw_months(paper: Paper, one: StatementSheet, *, y: float) -> float:
    edges = [_MARGIN + part * paper.epw for part in _EDGES]
    for number, row in enumerate((one.columns, *one.months)):
        top = y + number * _ROW
        for place, (text, (left, right)) in enumerate(zip(row, pairwise(edges), strict=True)):
            paper.set_xy(left, top)
            paper.set_pen(12 if number else 10.5, INK if number else SOFT)
            align = Align.R if place else Align.L
            width = right - left - 1
            write_fitted(paper, text, width=width, height=_ROW, points=12, align=align)
        paper.set_draw_color(RULE)
        paper.set_line_width(0.25)
        paper.line(edges[0], top + _ROW, edges[-1], top + _ROW)
    return y + (len(one.months) + 1) * _ROW
