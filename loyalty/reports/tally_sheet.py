"""The sheet on which a shop without a till writes its sales down: one row each, nobody's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from fpdf.drawing_primitives import DeviceRGB
from fpdf.enums import Align

from loyalty.reports.typesetting import (
    ACCENT,
    INK,
    PAPER,
    RULE,
    SOFT,
    Paper,
    replace_unprintable,
    wrap_lines,
    write_fitted,
)

ROWS = 20
"""How many sales fit one sheet."""

_MARGIN = 12.0
_STEPS = 112.0
"""Width of how to reckon; the table of prices stands beside it."""
_STEP_SIZES: Final = (13.0, 12.0, 11.0, 10.0, 9.0, 8.0, 7.0, 6.0)
"""Letters in which the steps may stand, in points; the first that fits is taken."""
_LEADING = 0.5
"""Height of a line, in millimetres for each point of its letters."""
_STEP_GAP = 0.9
_TOP_OF_BAND = 40.0
_PRICE_ROW = 5.2
_BAND = 13.0
_HEAD = 7.0
_ROW = 8.2
_BOX = 6.3
_BOX_GAP = 1.9
_GROUPS: Final = (4, 4, 4, 2)
"""How a card's number is printed."""


@dataclass(frozen=True, slots=True)
class TallySheet:
    """Everything a sheet says, in one language."""

    language: str
    """As HTML writes it: ``zh-Hans``."""
    community: str
    title: str
    shop_name: str
    shop: str
    stall: str
    """Where it stands and its plaque; may be empty."""
    day_name: str
    rates: Sequence[str]
    """What cardholders pay, both ways: ``8.5折 · 付85%``."""
    steps: Sequence[str]
    """How to reckon, and what not to write."""
    prices: Sequence[Sequence[str]]
    """Columns of a head and prices in yuan: the marked ones first, then to pay by each rate."""
    columns: tuple[str, str, str, str, str]
    """Number, time, card number, marked price, to pay."""
    example: tuple[str, str, str, str, str]
    """A row filled in as it is meant, under the same heads."""
    footer: str
    demonstration: str | None
    """Said where the shop is fictional."""


def draw_tally_sheet(one: TallySheet, *, drawn_at: datetime) -> bytes:
    """Return the sheet as a PDF of one A4 page.

    Args:
        one: what it says.
        drawn_at: aware; the file tells it as its date, and nothing else in it depends on time.
    """
    paper = Paper("a4", one.language)
    paper.set_margin(_MARGIN)
    paper.set_auto_page_break(auto=False)
    paper.set_title(f"{one.shop} {one.title}")
    paper.set_creation_date(drawn_at)
    paper.add_page()
    _draw_head(paper, one)
    _draw_rates(paper, one)
    _draw_how_to_reckon(paper, one)
    _draw_rows(paper, one)
    paper.set_xy(_MARGIN, -9)
    paper.set_pen(9, SOFT)
    paper.cell(0, 4, replace_unprintable(paper, one.footer), align=Align.C)
    return bytes(paper.output())


def _draw_head(paper: Paper, one: TallySheet) -> None:
    """Draw what the sheet is, whose it is, and a place for the day."""
    if one.demonstration is not None:
        paper.set_y(4)
        paper.set_pen(9, SOFT)
        paper.cell(0, 5, one.demonstration, align=Align.C)
    paper.set_xy(_MARGIN, 11)
    with paper.bold(22):
        paper.cell(120, 10, replace_unprintable(paper, one.title))
    paper.set_pen(12, SOFT)
    paper.cell(0, 10, replace_unprintable(paper, one.community), align=Align.R)
    _draw_rule(paper, 22.5, width=0.7, colour=ACCENT)
    _write_label(paper, one.shop_name, x=_MARGIN, y=25)
    _write_label(paper, one.day_name, x=_MARGIN + 132, y=25)
    paper.set_xy(_MARGIN, 29.5)
    with paper.bold(15):
        write_fitted(paper, one.shop, width=72, height=8, points=15)
    paper.set_xy(_MARGIN + 75, 29.5)
    paper.set_pen(11, SOFT)
    write_fitted(paper, one.stall, width=54, height=8, points=11)
    paper.set_draw_color(INK)
    paper.set_line_width(0.3)
    paper.line(_MARGIN + 132, 37, paper.w - _MARGIN, 37)


def _draw_rates(paper: Paper, one: TallySheet) -> None:
    """Draw what cardholders pay, large, white on a band."""
    top, width = _TOP_OF_BAND, paper.epw / len(one.rates)
    paper.set_fill_color(ACCENT)
    paper.rect(_MARGIN, top, paper.epw, _BAND, style="F")
    points = 20 if len(one.rates) == 1 else 15
    paper.set_y(top)
    for place, rate in enumerate(one.rates):
        with paper.bold(points, PAPER):
            paper.set_x(_MARGIN + place * width + 3)
            write_fitted(paper, rate, width=width - 6, height=_BAND, points=points, align=Align.C)


def _draw_how_to_reckon(paper: Paper, one: TallySheet) -> None:
    """Draw the steps beside the prices, in letters as much smaller as their length demands."""
    top, width = _TOP_OF_BAND + _BAND + 3.5, _STEPS - 10
    room = _find_top_of_rows(paper) - 2 - top
    for points in _STEP_SIZES:
        paper.set_pen(points)
        line = points * _LEADING
        needed = sum(len(wrap_lines(paper, step, width)) * line + _STEP_GAP for step in one.steps)
        if needed <= room:
            break
    paper.set_y(top)
    for number, step in enumerate(one.steps, start=1):
        with paper.bold(points, ACCENT):
            paper.cell(6, line, str(number))
        paper.set_pen(points)
        paper.write_lines(step, width, height=line)
        paper.set_xy(_MARGIN, paper.y + _STEP_GAP)
    _draw_prices(paper, one, top=top)


def _draw_prices(paper: Paper, one: TallySheet, *, top: float) -> None:
    """Draw what round prices come to, so that nobody need multiply."""
    left = _MARGIN + _STEPS
    width = (paper.w - _MARGIN - left) / len(one.prices)
    for place, column in enumerate(one.prices):
        for row, text in enumerate(column):
            x, y = left + place * width, top + row * _PRICE_ROW
            paper.set_fill_color(238, 242, 248)
            paper.set_draw_color(RULE)
            paper.set_line_width(0.2)
            paper.rect(x, y, width, _PRICE_ROW, style="D" if row and place else "DF")
            paper.set_pen(10, INK if row else SOFT)
            _write_centred(paper, text, x=x, y=y, width=width, height=_PRICE_ROW)


def _draw_rows(paper: Paper, one: TallySheet) -> None:
    """Draw the rows to write on, from the foot of the page upwards as many as there are."""
    top = _find_top_of_rows(paper)
    edges = _find_edges(paper)
    paper.set_fill_color(238, 242, 248)
    paper.rect(_MARGIN, top, paper.epw, _HEAD, style="F")
    paper.set_pen(10.5, SOFT)
    for name, (left, right) in zip(one.columns, pairwise(edges), strict=True):
        _write_centred(paper, name, x=left, y=top, width=right - left, height=_HEAD)
    _draw_example(paper, one, edges, top=top + _HEAD)
    for number in range(1, ROWS + 1):
        y = top + _HEAD + number * _ROW
        paper.set_pen(10, SOFT)
        _write_centred(paper, str(number), x=edges[0], y=y, width=edges[1] - edges[0], height=_ROW)
        _write_centred(paper, ":", x=edges[1], y=y, width=edges[2] - edges[1], height=_ROW)
        _draw_boxes(paper, left=edges[2], top=y)
        _draw_rule(paper, y, width=0.2, colour=RULE)
    bottom = top + _HEAD + (ROWS + 1) * _ROW
    _draw_rule(paper, bottom, width=0.4, colour=SOFT)
    paper.set_draw_color(RULE)
    paper.set_line_width(0.2)
    for x in edges:
        paper.line(x, top, x, bottom)


def _find_top_of_rows(paper: Paper) -> float:
    """Return where the head of the rows begins: the example and they go down to the footer."""
    return paper.h - 11 - (ROWS + 1) * _ROW - _HEAD


def _find_edges(paper: Paper) -> list[float]:
    """Return where the columns begin, and where the last one ends."""
    boxes = sum(_GROUPS) * _BOX + (len(_GROUPS) - 1) * _BOX_GAP + 4
    number, time = 9.0, 20.0
    price = (paper.epw - number - time - boxes) / 2
    edges = [_MARGIN]
    for width in (number, time, boxes, price, price):
        edges.append(edges[-1] + width)
    return edges


def _draw_example(paper: Paper, one: TallySheet, edges: Sequence[float], *, top: float) -> None:
    """Draw one row as it is meant, in the soft ink of what is not counted."""
    name, time, number, marked, payable = one.example
    _draw_boxes(paper, left=edges[2], top=top, digits=number)
    paper.set_pen(10, SOFT)
    for place, text in ((0, name), (1, time), (3, marked), (4, payable)):
        width = edges[place + 1] - edges[place]
        _write_centred(paper, text, x=edges[place], y=top, width=width, height=_ROW)


def _draw_boxes(paper: Paper, *, left: float, top: float, digits: str = "") -> None:
    """Draw a box for each digit of a card's number, in the groups in which it is printed."""
    x, place = left + 2, 0
    paper.set_draw_color(SOFT if not digits else RULE)
    paper.set_line_width(0.2)
    for group in _GROUPS:
        for _ in range(group):
            paper.rect(x, top + (_ROW - _BOX) / 2, _BOX, _BOX)
            if digits:
                paper.set_pen(10, SOFT)
                _write_centred(paper, digits[place], x=x, y=top, width=_BOX, height=_ROW)
            x, place = x + _BOX, place + 1
        x += _BOX_GAP


def _write_label(paper: Paper, text: str, *, x: float, y: float) -> None:
    paper.set_xy(x, y)
    paper.set_pen(9.5, SOFT)
    paper.cell(40, 4.5, replace_unprintable(paper, text))


def _write_centred(
    paper: Paper, text: str, *, x: float, y: float, width: float, height: float
) -> None:
    """Write a line in the middle of a cell, smaller if it must be."""
    paper.set_xy(x + 0.5, y)
    points = paper.font_size_pt
    write_fitted(paper, text, width=width - 1, height=height, points=points, align=Align.C)


def _draw_rule(paper: Paper, y: float, *, width: float, colour: DeviceRGB) -> None:
    paper.set_draw_color(colour)
    paper.set_line_width(width)
    paper.line(_MARGIN, y, paper.w - _MARGIN, y)
