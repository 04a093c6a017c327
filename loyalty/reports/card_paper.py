"""The paper on which cards are drawn: moved, stretched and turned as the printer needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final

from fpdf.drawing_primitives import DeviceRGB

from loyalty.reports.card_face import BLEED, HEIGHT, WIDTH
from loyalty.reports.shapes import Anchor, Colour, Drawing, Outline, Words
from loyalty.reports.sheet_layout import CORNER, PAGE, Place, SheetLayout
from loyalty.reports.typesetting import INK, Paper, replace_unprintable

_SHIFTS: Final = {Anchor.START: 0.0, Anchor.MIDDLE: 0.5, Anchor.END: 1.0}
_OPERATORS: Final = {"M": "m", "L": "l", "C": "c", "Z": "h", "R": "re"}
_SLACK = 0.3
"""Of the height of letters: fpdf2 stands them so far below the middle of their cell."""


class CardPaper(Paper):
    """Pages on which drawings are placed, moved and stretched as the printer needs it."""

    def __init__(self, language: str, layout: SheetLayout) -> None:
        super().__init__("a4", language)
        self.layout = layout
        self.set_auto_page_break(auto=False)
        self.set_margin(0)

    @contextmanager
    def adjusted(self, place: Place = CORNER) -> Iterator[None]:
        """Draw from a place on, as if it were the page's upper left corner."""
        scale, (width, height) = self.layout.scale, PAGE
        x = place.x + (WIDTH if place.turned else 0)
        y = place.y + (HEIGHT if place.turned else 0)
        right = width / 2 + scale * (x - width / 2) + self.layout.offset_x_mm
        down = height / 2 + scale * (y - height / 2) + self.layout.offset_y_mm
        turn = -scale if place.turned else scale
        along, up = right * self.k, self.h_pt - down * self.k - turn * self.h_pt
        with self.local_context():
            self._out(f"{turn:.6f} 0 0 {turn:.6f} {along:.5f} {up:.5f} cm")
            yield

    def draw(self, drawing: Drawing, place: Place) -> None:
        """Draw a side of a card, and of what goes on beyond its edges what meets no other card."""
        spare = min(BLEED, self.layout.gutter_mm / 2)
        left = 0.0 if self.layout.fold_over and place.x > WIDTH else spare
        right = 0.0 if self.layout.fold_over and place.x < WIDTH else spare
        with self.adjusted(place):
            across, down = (WIDTH + left + right) * self.k, (HEIGHT + 2 * spare) * self.k
            below = self.h_pt - (HEIGHT + spare) * self.k
            self._out(f"{-left * self.k:.4f} {below:.4f} {across:.4f} {down:.4f} re W n")
            self.draw_shapes(drawing)

    def draw_shapes(self, drawing: Drawing) -> None:
        """Draw where the paper stands at the moment."""
        for shape in drawing:
            if isinstance(shape, Outline):
                self._draw_outline(shape)
            else:
                self._draw_words(shape)

    def mark(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """Draw a fine line."""
        self.set_draw_color(INK)
        self.set_line_width(0.1)
        self.line(x, y, to_x, to_y)

    def _draw_outline(self, shape: Outline) -> None:
        paint = {(True, True): "B", (True, False): "f", (False, True): "S"}
        (x, y), unit = shape.at, self.k * shape.unit
        up = self.h_pt - y * self.k
        parts = [f"q {unit:.6f} 0 0 {-unit:.6f} {x * self.k:.5f} {up:.5f} cm"]
        if shape.fill is not None:
            parts.append(f"{_parts(shape.fill)} rg")
        if shape.stroke is not None:
            parts.append(f"{_parts(shape.stroke)} RG {shape.pen:.3f} w 1 J 1 j")
        parts.append(_operators(shape.steps))
        parts.append(paint[shape.fill is not None, shape.stroke is not None])
        self._out(" ".join((*parts, "Q")))

    def _draw_words(self, words: Words) -> None:
        colour = DeviceRGB(*(part / 255 for part in words.colour))
        self.set_pen(words.points, colour)
        shown = replace_unprintable(self, words.text)
        needed = self.get_string_width(shown)
        fits = min(1.0, words.width / needed) if needed else 1.0
        points = words.points * fits
        left = words.x - needed * fits * _SHIFTS[words.anchor]
        if words.strong:
            with self.bold(points, colour):
                self._stand(shown, left, words.y)
        else:
            self.set_pen(points, colour)
            self._stand(shown, left, words.y)

    def _stand(self, text: str, x: float, y: float) -> None:
        self.set_xy(x, y - _SLACK * self.font_size)
        self.cell(0, 0, text)


def _parts(colour: Colour) -> str:
    return " ".join(f"{part / 255:.3f}".rstrip("0").rstrip(".") for part in colour)


@lru_cache(maxsize=256)
def _operators(steps: str) -> str:
    """Return the steps of an outline as PDF writes them: the letter behind its measures."""
    written: list[str] = []
    measures: list[str] = []
    letter = ""
    for part in (*steps.split(), ""):
        if part and part not in _OPERATORS:
            measures.append(part)
            continue
        if letter:
            written += [*measures, _OPERATORS[letter]]
        measures, letter = [], part
    return " ".join(written)
