"""The pattern and the colour of a month: what cards of one month have alike, and no other month.

Both follow from the public half of the month's key and the month alone, so that anyone draws them
again. They are for the eye of a shopkeeper; what proves a card is its signature.
"""

from collections.abc import Iterator
from colorsys import hls_to_rgb
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from math import cos, pi, sin

from loyalty.reports.shapes import Colour, Outline, circle, polyline

_PURPOSE = b"loyalty month pattern v1\0"
_TURN = 150
"""Degrees of hue from one month to the next: neighbours never look alike, twelve are all around."""

_SWAY = 24
"""Degrees of hue that the key decides."""

_POINTS = 14
"""Of a petal."""

_RINGS = 5
_RINGS_BEHIND = 3
"""Of the rosette that other things stand on."""


@dataclass(frozen=True, slots=True)
class MonthPattern:
    """What the lines of one month follow."""

    colour: Colour
    petals: int
    """5 to 12."""
    depth: float
    """How far it is cut in between them, as a share of the radius."""
    twist: float
    """How far each ring is turned against the next, in petals."""
    point: float
    """How pointed the petals are: 1 is a wave, less is rounder."""


def pattern_of(public_key: bytes, month: int) -> MonthPattern:
    """Return the pattern of a key.

    Args:
        public_key: raw, as it is published.
        month: of the calendar, 1 to 12, from which its cards are valid.
    """
    drawn = sha256(_PURPOSE + public_key).digest()
    hue = (month * _TURN + drawn[0] * _SWAY / 255 - _SWAY / 2) % 360
    parts = hls_to_rgb(hue / 360, 0.38, 0.58)
    return MonthPattern(
        colour=Colour(*(round(part * 255) for part in parts)),
        petals=5 + drawn[1] % 8,
        depth=(0.24, 0.36, 0.48)[drawn[2] % 3],
        twist=(0.0, 0.5, 0.14, -0.14)[drawn[3] % 4],
        point=(0.55, 1.0, 2.2)[drawn[4] % 3],
    )


@lru_cache(maxsize=64)
def rosette(
    pattern: MonthPattern, x: float, y: float, radius: float, tint: float = 1.0
) -> tuple[Outline, ...]:
    """Return the month's rosette.

    Args:
        x: its middle.
        y: its middle.
        radius: how far it reaches.
        tint: strength of the colour; where it is less than 1, there are fewer lines, too.
    """
    rings = " ".join(_rings(pattern, x, y, radius, _RINGS if tint == 1 else _RINGS_BEHIND))
    return (Outline(rings, stroke=pattern.colour.tint(tint), pen=max(0.12, radius * 0.014)),)


def seal(pattern: MonthPattern, x: float, y: float, radius: float) -> tuple[Outline, ...]:
    """Return the rosette as a seal: strong, with a white middle for the month's name."""
    return (
        Outline(circle(x, y, radius), fill=pattern.colour.tint(0.12)),
        *rosette(pattern, x, y, radius),
        Outline(
            circle(x, y, radius * 0.44),
            fill=Colour(255, 255, 255),
            stroke=pattern.colour,
            pen=0.25,
        ),
    )


def _rings(pattern: MonthPattern, x: float, y: float, radius: float, rings: int) -> Iterator[str]:
    for ring in range(rings):
        outer = radius * (1 - 0.52 * ring / rings)
        turn = ring * pattern.twist * 2 * pi / pattern.petals
        yield polyline(
            (
                (x + cos(angle) * reach, y + sin(angle) * reach)
                for angle, reach in _ring(pattern, outer, turn)
            ),
            closed=True,
        )


def _ring(pattern: MonthPattern, outer: float, turn: float) -> Iterator[tuple[float, float]]:
    """Yield angle and distance of the points of one ring."""
    points = pattern.petals * _POINTS
    for point in range(points):
        angle = point * 2 * pi / points
        wave = (1 + cos(pattern.petals * (angle - turn))) / 2
        yield angle - pi / 2, outer * (1 - pattern.depth * (1 - wave**pattern.point))
