"""What a drawing is made of: outlines and words, the same for paper and for screens.

Measures are millimetres from the drawing's upper left corner, to the right and downwards.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

_CURVE = 0.5523
"""How far the handles of a quarter of a circle reach, as a share of its radius."""


MILLIMETRES_PER_POINT = 25.4 / 72

_WIDE = frozenset("WF")
_LATIN = (("%", 0.93), (" ", 0.23), ("iljtfr.,:;|'I·", 0.32), ("mwMW", 0.85))
"""Letters that are not as wide as most, as shares of their size."""


class Colour(NamedTuple):
    """A colour by its parts of red, green and blue, 0 to 255 each."""

    red: int
    green: int
    blue: int

    @classmethod
    def parse(cls, written: str) -> "Colour":
        """Return the colour that is written as ``#24508f``."""
        return cls(*bytes.fromhex(written.removeprefix("#")))

    def tint(self, share: float) -> "Colour":
        """Return the colour thinned with white: 1 leaves it, 0 is white."""
        return Colour(*(round(255 - (255 - part) * share) for part in self))

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


WHITE = Colour(255, 255, 255)
INK = Colour(36, 33, 29)
SOFT = Colour(90, 83, 73)


class Anchor(StrEnum):
    """Where on its line a text stands at the given place."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Outline:
    """Lines and curves, filled or drawn with a pen."""

    steps: str
    """As SVG writes a path, with ``M``, ``L``, ``C`` and ``Z`` alone, in absolute measures, and
    ``R`` with the corner, the width and the height of a rectangle.
    """
    fill: Colour | None = None
    stroke: Colour | None = None
    pen: float = 0.0
    """Width of the stroke."""
    at: tuple[float, float] = (0.0, 0.0)
    """From where the steps are measured."""
    unit: float = 1.0
    """Length of one of their units: codes are measured in modules."""


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text."""

    text: str
    x: float
    y: float
    """Of the line on which the letters stand."""
    points: float
    """Size of the letters where they fit."""
    width: float
    """Room for them; where it is too little, the letters become smaller."""
    colour: Colour = INK
    anchor: Anchor = Anchor.START
    strong: bool = False


Shape = Outline | Words
Drawing = Sequence[Shape]


def ems(text: str) -> float:
    """Return about how wide a text is, as a multiple of the size of its letters."""
    return sum(map(_em, text))


def _em(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in _WIDE:
        return 1.0
    usual = 0.64 if letter.isupper() else 0.56
    return next((share for letters, share in _LATIN if letter in letters), usual)


def number(value: float) -> str:
    """Return a measure to the hundredth, which is finer than a dot of a printer."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def rectangle(x: float, y: float, width: float, height: float) -> str:
    """Return the steps around a rectangle."""
    return f"R {number(x)} {number(y)} {number(width)} {number(height)}"


def polyline(points: Iterable[tuple[float, float]], *, closed: bool = False) -> str:
    """Return the steps along some points."""
    steps = " L ".join(f"{number(x)} {number(y)}" for x, y in points)
    return f"M {steps}{' Z' if closed else ''}"


def circle(x: float, y: float, radius: float) -> str:
    """Return the steps around a circle."""
    reach = radius * _CURVE
    corners = (
        ((x + radius, y + reach), (x + reach, y + radius), (x, y + radius)),
        ((x - reach, y + radius), (x - radius, y + reach), (x - radius, y)),
        ((x - radius, y - reach), (x - reach, y - radius), (x, y - radius)),
        ((x + reach, y - radius), (x + radius, y - reach), (x + radius, y)),
    )
    return f"M {number(x + radius)} {number(y)} {' '.join(map(curve, corners))} Z"


def curve(points: Iterable[tuple[float, float]]) -> str:
    """Return the step along one curve: two handles, and where it ends."""
    return "C " + " ".join(f"{number(x)} {number(y)}" for x, y in points)
