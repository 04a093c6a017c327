"""The list on which people sign for their cards: an area a page, with room for a hand."""

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
    wrap_lines,
    write_fitted,
)

_MARGIN = 14.0
_TOP_OF_ROWS = 34.0
_HEAD = 8.0
_ROW = 11.0
_ROWS = 21
"""How many people fit one page."""
_WIDTHS: Final = (11.0, 37.0, 46.0, 20.0, 50.0, 18.0)
"""Of the number in the list, name, home, last four digits, signature and day."""
_NAME, _SIGNATURE = 1, 4
_TWO, _SMALLER, _AIR = 2, 0.75, 0.12
"""How many lines a cell has room for, in how much smaller letters, and the air above and below."""


@dataclass(frozen=True, slots=True)
class SignRow:
    """Somebody who is to sign."""

    name: str
    unit: str
    last4: str
    """Of the card's number; no more of it is on the list."""
    handed_over: str = ""
    """When the card was handed over, where it has been: nothing is left to sign."""


@dataclass(frozen=True, slots=True)
class SignGroup:
    """The people of one area."""

    heading: str
    count: str
    """How many cards these are, in words."""
    rows: Sequence[SignRow]


@dataclass(frozen=True, slots=True)
class SignList:
    """Everything the list says, in one language."""

    language: str
    """As HTML writes it: ``zh-Hans``."""
    community: str
    title: str
    columns: tuple[str, str, str, str, str, str]
    groups: Sequence[SignGroup]
    footer: str
    demonstration: str | None
    """Said on every page where the people are fictional."""


def draw_sign_list(one: SignList, *, drawn_at: datetime) -> bytes:
    """Return the list as a PDF of A4 pages.

    Args:
        one: what it says; it has a group at least.
        drawn_at: aware; the file tells it as its date, and nothing else in it depends on time.
    """
    paper = Paper("a4", one.language)
    paper.set_title(f"{one.community} {one.title}")
    paper.set_creation_date(drawn_at)
    paper.set_margin(_MARGIN)
    paper.set_auto_page_break(auto=False)
    pages = [
        (group, first) for group in one.groups for first in range(0, max(len(group.rows), 1), _ROWS)
    ]
    for number, (group, first) in enumerate(pages, start=1):
        paper.add_page()
        _draw_head(paper, one, group)
        _draw_rows(paper, one, group, first)
        paper.set_xy(_MARGIN, -11)
        paper.set_pen(9.5, SOFT)
        said = f"{one.footer} · {number} / {len(pages)}"
        paper.cell(0, 5, replace_unprintable(paper, said), align=Align.C)
    return bytes(paper.output())


def _draw_head(paper: Paper, one: SignList, group: SignGroup) -> None:
    if one.demonstration is not None:
        paper.set_y(4)
        paper.set_pen(9.5, SOFT)
        paper.cell(0, 5, one.demonstration, align=Align.C)
    paper.set_xy(_MARGIN, 10)
    with paper.bold(19):
        write_fitted(paper, one.title, width=120, height=9, points=19)
    paper.set_xy(_MARGIN + 122, 10)
    paper.set_pen(12, SOFT)
    write_fitted(paper, one.community, width=paper.epw - 122, height=9, points=12, align=Align.R)
    paper.set_xy(_MARGIN, 22)
    with paper.bold(15, ACCENT):
        write_fitted(paper, group.heading, width=120, height=8, points=15)
    paper.set_xy(_MARGIN + 122, 22)
    paper.set_pen(12, SOFT)
    write_fitted(paper, group.count, width=paper.epw - 122, height=8, points=12, align=Align.R)


def _draw_rows(paper: Paper, one: SignList, group: SignGroup, first: int) -> None:
    rows = group.rows[first : first + _ROWS]
    edges = [_MARGIN]
    for width in _WIDTHS:
        edges.append(edges[-1] + width)
    bottom = _TOP_OF_ROWS + _HEAD + len(rows) * _ROW
    paper.set_fill_color(238, 242, 248)
    paper.rect(_MARGIN, _TOP_OF_ROWS, paper.epw, _HEAD, style="F")
    _write_cells(paper, edges, one.columns, y=_TOP_OF_ROWS, height=_HEAD, points=10.5)
    for place, row in enumerate(rows):
        y = _TOP_OF_ROWS + _HEAD + place * _ROW
        cells = (str(first + place + 1), row.name, row.unit, row.last4, row.handed_over, "")
        _write_cells(paper, edges, cells, y=y, height=_ROW, points=11.5, of_somebody=True)
    paper.set_draw_color(RULE)
    paper.set_line_width(0.25)
    for place in range(len(rows) + 1):
        y = _TOP_OF_ROWS + _HEAD + place * _ROW
        paper.line(_MARGIN, y, edges[-1], y)
    for x in edges:
        paper.line(x, _TOP_OF_ROWS, x, bottom)


def _write_cells(
    paper: Paper,
    edges: Sequence[float],
    cells: Sequence[str],
    *,
    y: float,
    height: float,
    points: float,
    of_somebody: bool = False,
) -> None:
    """Write a row, each text as much smaller as its column demands; of a person the name large."""
    for place, (text, (left, right)) in enumerate(zip(cells, pairwise(edges), strict=True)):
        large = of_somebody and place == _NAME
        soft = not of_somebody or place in {0, _SIGNATURE}
        size = points + 2.5 if large else points
        paper.set_pen(size, SOFT if soft else INK)
        paper.set_xy(left + 1.5, y)
        _write_cell(paper, text, width=right - left - 3, height=height, points=size)


def _write_cell(paper: Paper, text: str, *, width: float, height: float, points: float) -> None:
    """Write a text on one line, or smaller on two, so that a long name can still be read."""
    smaller = points * _SMALLER
    paper.set_font_size(smaller)
    lines = wrap_lines(paper, text, width)
    if len(lines) != _TWO:
        write_fitted(paper, text, width=width, height=height, points=points)
        return
    paper.set_xy(paper.x, paper.y + height * _AIR)
    paper.write_lines(text, width, height=height * (1 - 2 * _AIR) / _TWO)
