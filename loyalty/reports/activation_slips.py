"""Slips with the code that opens a resident's own page, to be cut and handed out with the card.

The code is not on the card: whoever finds a card has not found the way in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Final

from loyalty.cards.qr import address_modules
from loyalty.reports.card_face import HEIGHT as CARD_HEIGHT
from loyalty.reports.card_face import WIDTH as CARD_WIDTH
from loyalty.reports.card_paper import CardPaper
from loyalty.reports.shapes import SOFT, Anchor, Colour, Drawing, Outline, Words
from loyalty.reports.sheet_layout import PAGE, Duplex, Place, SheetLayout

COLUMNS, ROWS = 2, 8
WIDTH, HEIGHT = 95.0, 34.0
_MARGIN_X = (PAGE[0] - COLUMNS * WIDTH) / 2
_MARGIN_Y = (PAGE[1] - ROWS * HEIGHT) / 2

_QR_SIDE = 21.0
_LEFT, _RIGHT = 5.0, 66.0
_BLACK = Colour(0, 0, 0)
_ACCENT: Final = Colour.parse("#24508f")


@dataclass(frozen=True, slots=True)
class ActivationSlip:
    """Everything that one slip says, in one language."""

    title: str
    """Whose page it opens, and of which community."""
    code: str
    """In the groups in which it is printed."""
    card: str
    """To which card it belongs, by the last digits of its number."""
    address: str
    """Of the page; in the QR, too."""
    steps: Sequence[str]
    """What to do, a short line each."""


def draw_slips(paper: CardPaper, slips: Sequence[ActivationSlip], layout: SheetLayout) -> None:
    """Draw slips on pages of their own, of which none has another on its back."""
    on_page = COLUMNS * ROWS
    for first in range(0, len(slips), on_page):
        paper.add_page()
        for number, slip in enumerate(slips[first : first + on_page]):
            _draw(paper, slip, _place(number))
        if not layout.fold_over and layout.duplex is not Duplex.NONE:
            paper.add_page()


def draw_slip_sheet(
    slips: Sequence[ActivationSlip], *, title: str, language: str, drawn_at: datetime
) -> bytes:
    """Return slips alone as a PDF."""
    layout = SheetLayout(duplex=Duplex.NONE)
    paper = CardPaper(language, layout)
    paper.set_title(title)
    paper.set_creation_date(drawn_at)
    draw_slips(paper, slips, layout)
    return bytes(paper.output())


def _place(number: int) -> Place:
    row, column = divmod(number, COLUMNS)
    return Place(_MARGIN_X + column * WIDTH, _MARGIN_Y + row * HEIGHT)


def _draw(paper: CardPaper, slip: ActivationSlip, place: Place) -> None:
    with paper.adjusted(place):
        paper.draw_shapes(_shapes(slip))
        paper.set_line_width(0.15)
        with paper.local_context(dash_pattern={"dash": 1.2, "gap": 1.2, "phase": 0}):
            paper.set_draw_color(170, 160, 145)
            paper.rect(0, 0, WIDTH, HEIGHT)


def draw_slip_inside(paper: CardPaper, slip: ActivationSlip, card: Place) -> None:
    """Draw a slip where a card stands, in the middle of its height, without lines to cut along."""
    with paper.adjusted(Place(card.x, card.y + (CARD_HEIGHT - HEIGHT) / 2)):
        paper.draw_shapes(_shapes(slip, right=CARD_WIDTH - _LEFT - _QR_SIDE))


def _shapes(slip: ActivationSlip, *, right: float = _RIGHT) -> Drawing:
    wide = right - _LEFT - 2
    lines = [
        Words(step, _LEFT, 20.0 + place * 4.1, 8, wide) for place, step in enumerate(slip.steps)
    ]
    return (
        Words(slip.title, _LEFT, 5.9, 9, wide, colour=SOFT),
        Words(slip.code, _LEFT, 14.6, 21, wide, colour=_ACCENT, strong=True),
        *lines,
        *_qr(slip.address, right),
        Words(slip.card, right + _QR_SIDE / 2, 30.4, 8.5, 27, SOFT, Anchor.MIDDLE),
    )


@lru_cache(maxsize=16)
def _qr(address: str, left: float) -> Drawing:
    rows = address_modules(address)
    unit = _QR_SIDE / len(rows)
    squares = []
    for down, row in enumerate(rows):
        place = 0
        for black, run in groupby(row):
            length = len(list(run))
            if black:
                squares.append(f"R {place} {down} {length} 1")
            place += length
    return (Outline(" ".join(squares), fill=_BLACK, at=(left, 4.4), unit=unit),)
