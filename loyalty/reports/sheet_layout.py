"""Where the cards of a sheet stand, on both sides of the paper, and how a printer is put right."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from loyalty.reports.card_face import HEIGHT, WIDTH

ROWS = 5
COLUMNS = 2
A4_SHEET = ROWS * COLUMNS
"""Cards of one sheet; of one that is folded, half as many."""

WIDEST_GUTTER = 4.0
"""Between two cards, in millimetres: beyond it five of them reach what printers cannot print."""

LARGEST_OFFSET = 10.0
"""By which a printer may be out, in millimetres; more is a wrong tray or a wrong paper."""

SMALLEST_SCALE, LARGEST_SCALE = 0.95, 1.05
PRINTER_DOTS: Final = (203, 300, 600)
"""Dots an inch of printers, whose codes have bars of whole dots."""

PAGE: Final = (210.0, 297.0)
"""Width and height of the paper, in millimetres."""


class Duplex(StrEnum):
    """Along which edge the printer turns the paper, so where the backs have to stand."""

    LONG = "long"
    SHORT = "short"
    NONE = "none"
    """Backs stand as the fronts do, for a sheet of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLayout:
    """How the cards of a sheet stand, and what the printer is known to do to them."""

    duplex: Duplex = Duplex.LONG
    fold_over: bool = False
    """Front and back side by side, five to a sheet, for printers of one side."""
    code_inside: bool = False
    """Of folded cards: what opens their holders' pages is printed behind the fronts, on the other
    side of the paper, so that it lies within the fold."""
    start: int = 1
    """Place of the first card, from 1, for sheets of which some cards have been cut away."""
    offset_x_mm: float = 0.0
    """How far everything is moved to the right."""
    offset_y_mm: float = 0.0
    """How far everything is moved down."""
    scale: float = 1.0
    """By how much everything is stretched."""
    gutter_mm: float = 2.0
    """Between two cards."""
    dots_per_inch: int = 600
    """Of the printer."""

    @property
    def places(self) -> int:
        """How many cards one sheet has room for."""
        return ROWS if self.fold_over else A4_SHEET


class Place(NamedTuple):
    """Where a card stands on a page, in millimetres from its upper left corner."""

    x: float
    y: float
    turned: bool = False
    """Whether it stands on its head."""


CORNER = Place(0.0, 0.0)
"""Of the page."""


def front_place(layout: SheetLayout, number: int) -> Place:
    """Return where the front with a number, from 0, stands: from left to right, then downwards."""
    row, column = (number, 0) if layout.fold_over else divmod(number, COLUMNS)
    gutter = layout.gutter_mm
    across = 0.0 if layout.fold_over else gutter
    left = (PAGE[0] - COLUMNS * WIDTH - across) / 2
    top = (PAGE[1] - ROWS * HEIGHT - (ROWS - 1) * gutter) / 2
    return Place(left + column * (WIDTH + across), top + row * (HEIGHT + gutter))


def back_place(layout: SheetLayout, number: int) -> Place:
    """Return where the back of that card stands, on its own page or beside its front."""
    front = front_place(layout, number)
    mirrored = PAGE[0] - front.x - WIDTH
    if layout.fold_over or layout.duplex is Duplex.LONG:
        return Place(mirrored, front.y)
    if layout.duplex is Duplex.SHORT:
        # The page is turned over its short edge: what was above is below, and on its head.
        return Place(front.x, PAGE[1] - front.y - HEIGHT, turned=True)
    return front
