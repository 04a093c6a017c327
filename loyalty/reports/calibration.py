"""The sheet by which a printer is measured: lines whose places on the paper are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty.reports.card_paper import CardPaper
from loyalty.reports.sheet_layout import PAGE, SheetLayout
from loyalty.reports.typesetting import SOFT, replace_unprintable

_MEASURED = 20.0
"""From the edge of the paper to the lines that are measured, in millimetres."""

_ACROSS = 150.0
_DOWN = 240.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the sheet says by which a printer is measured."""

    language: str
    title: str
    steps: Sequence[str]
    settings: str
    """Which offsets and scale it was drawn with."""
    left: str
    """What to measure from the left edge of the paper: 左边：20毫米."""
    top: str
    across: str
    """What to measure between the marks: 150毫米."""
    down: str
    back: str
    """What the other side is for."""


def draw_calibration(said: Calibration, layout: SheetLayout, *, drawn_at: datetime) -> bytes:
    """Return the two sides of the sheet by which a printer's offset and scale are measured."""
    paper = CardPaper(said.language, layout)
    paper.set_title(said.title)
    paper.set_creation_date(drawn_at)
    for side in (_draw_measures, _draw_measures_behind):
        paper.add_page()
        with paper.adjusted():
            side(paper, said)
    return bytes(paper.output())


def _draw_measures(paper: CardPaper, said: Calibration) -> None:
    """Draw lines whose places on the paper are measured with a ruler, and how to use them."""
    right, below = _MEASURED + _ACROSS, _MEASURED + _DOWN
    paper.mark(_MEASURED, 8, _MEASURED, PAGE[1] - 8)
    paper.mark(8, _MEASURED, PAGE[0] - 8, _MEASURED)
    paper.mark(right, 8, right, PAGE[1] - 8)
    paper.mark(8, below, PAGE[0] - 8, below)
    _cross(paper)
    paper.set_xy(30, 30)
    with paper.bold(18):
        paper.cell(0, 10, replace_unprintable(paper, said.title))
    paper.set_xy(30, 44)
    paper.set_pen(11)
    for step in said.steps:
        paper.set_x(30)
        paper.write_lines(step, 132, height=6)
        paper.ln(1.5)
    paper.set_x(30)
    paper.set_pen(11, SOFT)
    paper.write_lines(said.settings, 132, height=6)
    for text, x, y in (
        (said.left, _MEASURED + 2, 170.0),
        (said.top, 110.0, _MEASURED + 2),
        (said.across, 80.0, below - 7),
        (said.down, right - 38, 190.0),
    ):
        paper.set_xy(x, y)
        paper.set_pen(10)
        paper.cell(36, 5, replace_unprintable(paper, text))


def _draw_measures_behind(paper: CardPaper, said: Calibration) -> None:
    """Draw the middle of the page once more: held against the light, both lie on each other."""
    _cross(paper)
    paper.set_xy(30, 30)
    paper.set_pen(11)
    paper.write_lines(said.back, 150, height=6)


def _cross(paper: CardPaper) -> None:
    x, y = PAGE[0] / 2, PAGE[1] / 2
    paper.mark(x - 20, y, x + 20, y)
    paper.mark(x, y - 20, x, y + 20)
    for step in range(-20, 21):
        size = 2.0 if step % 5 == 0 else 1.0
        paper.mark(x + step, y - size, x + step, y + size)
        paper.mark(x - size, y + step, x + size, y + step)
