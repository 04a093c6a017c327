"""The plaque of a shop, on a sheet of A4 laid across: whose it is, and how anyone checks it."""

from dataclasses import dataclass
from datetime import datetime

from fpdf.enums import Align

from loyalty.cards.qr import address_modules
from loyalty.reports.card_paper import CardPaper
from loyalty.reports.dandelion import Head, dandelion
from loyalty.reports.shapes import Colour
from loyalty.reports.sheet_layout import SheetLayout
from loyalty.reports.typesetting import ACCENT, INK, SOFT, replace_unprintable, write_fitted

_WIDTH, _HEIGHT = 297.0, 210.0
_EDGES = ((8.0, 1.2), (11.0, 0.3))
"""The frame: how far from the edge of the paper, and how wide its line."""
_LEFT = 26.0
_QR = 52.0
_QUIET = 4
"""Modules of white round the QR, which belong to it."""
_RIGHT = _WIDTH - 26.0 - _QR
_TEXT = _RIGHT - _LEFT - 10.0
_TEXT_BESIDE_SEEDS = _TEXT - 14.0
"""So wide are the two upper lines: the dandelion's seeds fly beside them."""
_BLUE = Colour(36, 80, 143)


@dataclass(frozen=True, slots=True)
class Plaque:
    """Everything a plaque says, in one language."""

    language: str
    """As HTML writes it: ``zh-Hans``."""
    community: str
    series: str
    title: str
    shop: str
    trade: str
    number: str
    until: str
    """Until when it is certified; empty where there is no day."""
    invitation: str
    """What a card gives there."""
    check: str
    """What the QR is for."""
    model: str | None
    """That it is a model of honest trade; None where it is not."""
    address: str
    """Of the page that tells its standing of the moment; drawn as the QR."""
    demonstration: str | None
    """Said where the shop is fictional."""


def draw_plaque(plaque: Plaque, *, drawn_at: datetime) -> bytes:
    """Return the plaque as a PDF of one page.

    Args:
        drawn_at: aware; the file tells it as its date, and nothing else in it depends on time.
    """
    paper = CardPaper(plaque.language, SheetLayout())
    paper.set_title(f"{plaque.community} {plaque.title} {plaque.shop}")
    paper.set_creation_date(drawn_at)
    paper.add_page(orientation="landscape")
    _draw_frame(paper)
    _draw_words(paper, plaque)
    _draw_qr(paper, plaque)
    if plaque.demonstration is not None:
        _write(paper, plaque.demonstration, y=_HEIGHT - 21, points=11, middle=True)
    return bytes(paper.output())


def _draw_frame(paper: CardPaper) -> None:
    paper.set_draw_color(ACCENT)
    for edge, pen in _EDGES:
        paper.set_line_width(pen)
        paper.rect(edge, edge, _WIDTH - 2 * edge, _HEIGHT - 2 * edge)
    paper.draw_shapes(dandelion(Head(_RIGHT + _QR / 2, 52, 25), 46, _BLUE))


def _draw_words(paper: CardPaper, plaque: Plaque) -> None:
    _write(paper, plaque.community, y=24, points=20, width=_TEXT_BESIDE_SEEDS)
    with paper.bold(30, ACCENT):
        title = f"{plaque.series} · {plaque.title}"
        _write(paper, title, y=36, points=30, colour=False, width=_TEXT_BESIDE_SEEDS)
    with paper.bold(58):
        _write(paper, plaque.shop, y=70, points=58, colour=False)
    told = " · ".join(filter(None, (plaque.trade, plaque.model)))
    _write(paper, told, y=100, points=20)
    with paper.bold(26, ACCENT):
        _write(paper, plaque.invitation, y=124, points=26, colour=False)
    paper.set_text_color(INK)
    _write(paper, plaque.number, y=152, points=22, colour=False)
    _write(paper, plaque.until, y=166, points=15)


def _write(
    paper: CardPaper,
    text: str,
    *,
    y: float,
    points: float,
    colour: bool = True,
    middle: bool = False,
    width: float = _TEXT,
) -> None:
    """Write a line, in letters as much smaller as its width demands.

    Args:
        y: how far down, in millimetres.
        colour: whether it is written in the soft colour, or in the pen's present one.
        middle: whether it stands in the middle of the paper, and has all of it.
    """
    if colour:
        paper.set_pen(points, SOFT)
    if middle:
        width = _WIDTH - 2 * _LEFT
    paper.set_xy(_LEFT, y)
    align = Align.C if middle else Align.L
    write_fitted(paper, text, width=width, height=points * 0.5, points=points, align=align)


def _draw_qr(paper: CardPaper, plaque: Plaque) -> None:
    """Draw the QR within its quiet zone, and below it what it is for."""
    modules = address_modules(plaque.address)
    size = _QR / (len(modules) + 2 * _QUIET)
    top = 104.0
    paper.set_fill_color(INK)
    for row, dots in enumerate(modules):
        for column, dark in enumerate(dots):
            if dark:
                x, y = _RIGHT + (column + _QUIET) * size, top + (row + _QUIET) * size
                paper.rect(x, y, size, size, style="F")
    paper.set_pen(12, SOFT)
    paper.set_xy(_RIGHT, top + _QR)
    paper.cell(_QR, 7, replace_unprintable(paper, plaque.check), align=Align.C)
