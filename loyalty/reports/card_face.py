"""One card as it is drawn, front and back; the same drawing for paper and for screens."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from types import MappingProxyType
from typing import Final

from loyalty.cards.barcode import code128_modules
from loyalty.cards.qr import qr_modules
from loyalty.reports.dandelion import Head, dandelion
from loyalty.reports.month_pattern import MonthPattern, rosette, seal
from loyalty.reports.shapes import (
    MILLIMETRES_PER_POINT,
    SOFT,
    WHITE,
    Anchor,
    Colour,
    Drawing,
    Outline,
    Shape,
    Words,
    ems,
    rectangle,
)
from loyalty.rules.honours import HonourColour

WIDTH = 85.6
HEIGHT = 54.0
"""Of a card, in millimetres (ISO/IEC 7810, ID-1)."""

BLEED = 1.0
"""How far colours go on beyond the edge, so that a cut beside it leaves no white."""

SMALLEST_QR = 22.0
LARGEST_MODULE = 0.51
"""Of a barcode, in millimetres: at 300 dpi six dots, at 203 dpi four, which cheap scanners read."""

BAR_HEIGHT = 10.2
_MILLIMETRES_PER_INCH = 25.4
_HEADER = 11.0
_CODES = 36.6
"""Where the white ground of the barcode begins."""

_LEFT = 5.0
_RIGHT = WIDTH - 5.0
_FOOT = 45.2
"""Where the coloured foot of the back begins."""

_BAR_LEFT, _BAR_TOP = 5.2, 37.6
"""Ten of the thinnest bars from the edge, the least that ISO/IEC 15417 allows."""

_SEAL: Final = (75.6, 45.3, 6.9)
_QR_MIDDLE: Final = (18.4, 24.6)
_HEAD: Final = Head(71.4, 22.4, 7.8)
_RULES = 35.2
_BLACK = Colour(0, 0, 0)
_DEMONSTRATION = Colour(168, 40, 30)

HONOURS: Final = MappingProxyType(
    {
        HonourColour.BLUE: Colour.parse("#24508f"),
        HonourColour.ORANGE: Colour.parse("#a4500c"),
        HonourColour.GREEN: Colour.parse("#08704e"),
        HonourColour.PURPLE: Colour.parse("#7a1670"),
        HonourColour.GREY: Colour.parse("#4b463f"),
    }
)
"""The colours of honours on paper: as pages mark them, dark enough for white letters."""


@dataclass(frozen=True, slots=True)
class CardFace:
    """Everything that a card says, in one language."""

    language: str
    """As HTML writes it: ``zh-Hans``."""
    community: str
    title: str
    """What it is: 打折卡."""
    honour: str
    colour: Colour
    """Of the honour."""
    rate: str
    """What is paid, large: ``8.5折``."""
    share: str
    """The same as a share, ``付85%``; empty where the rate says it all."""
    rate_note: str
    """What to know where shops give different rates; may be empty."""
    until_name: str
    until: str
    holder_name: str
    holder: str
    """Masked; empty where no name is printed."""
    month: str
    """Of the key, short enough for the middle of the seal: ``1月``."""
    pattern: MonthPattern
    number: str
    """14 digits."""
    printed_number: str
    """In the groups in which it is printed."""
    address: str
    """What the QR holds."""
    qr_name: str
    rules: Sequence[str]
    telephone: str
    """With what it is; may be empty."""
    promise: str
    """What the card is not: 不得转借 · 无储值 · 免费发放."""
    batch: str
    """When and with how many others it was printed."""
    demonstration: str
    """Said where the card is fictional; else empty."""


@dataclass(frozen=True, slots=True)
class CodeGrain:
    """How fine codes are drawn."""

    dots_per_inch: int = 600
    stretch: float = 1.0
    """By how much the drawing is stretched afterwards; codes are not, so their dots stay whole."""

    def module(self, least: float) -> float:
        """Return the width of the finest part of a code of at least some millimetres.

        It is whole dots of the printer; at 600 dpi of every second dot, so that 300 are enough.
        """
        dot = _MILLIMETRES_PER_INCH / min(self.dots_per_inch, 300)
        return ceil(round(least / dot, 3)) * dot / self.stretch

    def barcode_module(self) -> float:
        """Return the width of the thinnest bar: the most whole dots within `LARGEST_MODULE`."""
        dot = _MILLIMETRES_PER_INCH / min(self.dots_per_inch, 300)
        return LARGEST_MODULE // dot * dot / self.stretch


def draw_front(face: CardFace, grain: CodeGrain) -> Drawing:
    """Return the side that is shown."""
    return (*_ground(face), *_header(face), *_rate(face), *_validity(face), *_codes(face, grain))


def draw_back(face: CardFace, grain: CodeGrain) -> Drawing:
    """Return the side that is read at leisure."""
    return (*_back_ground(face), *_qr(face, grain), *_rules(face), *_foot(face))


def _ground(face: CardFace) -> Iterator[Shape]:
    """Yield the honour's colour, thin, with the rosette of the month and the dandelion on it."""
    bled = rectangle(-BLEED, -BLEED, WIDTH + 2 * BLEED, HEIGHT + 2 * BLEED)
    yield Outline(bled, fill=WHITE)
    middle = rectangle(-BLEED, _HEADER, WIDTH + 2 * BLEED, _CODES - _HEADER)
    yield Outline(middle, fill=face.colour.tint(0.07))
    yield from rosette(face.pattern, 70.6, 23.8, 12.3, 0.32)
    yield from dandelion(_HEAD, _CODES - _HEAD.y, face.colour)


def _header(face: CardFace) -> Iterator[Shape]:
    """Yield the honour, large on its colour, and whose card it is."""
    bled = rectangle(-BLEED, -BLEED, WIDTH + 2 * BLEED, _HEADER + BLEED)
    yield Outline(bled, fill=face.colour)
    yield Words(face.honour, _LEFT, 8.0, 17, 44, colour=WHITE, strong=True)
    yield Words(face.community, _RIGHT, 7.8, 9.5, 30, colour=WHITE, anchor=Anchor.END)


def _rate(face: CardFace) -> Iterator[Shape]:
    """Yield what is paid, as large as there is room, and behind it the same as a share."""
    line, size = (21.4, 30) if face.holder else (23.0, 33)
    room = 33.0 if face.share else 50.0
    yield Words(face.rate, _LEFT, line, size, room, colour=face.colour, strong=True)
    behind = _LEFT + min(room, ems(face.rate) * size * MILLIMETRES_PER_POINT) + 2.6
    if face.share:
        yield Words(face.share, behind, line, 12, 56.5 - behind)
    if face.rate_note:
        yield Words(face.rate_note, behind, line - 5.4, 6.5, 56.5 - behind, colour=SOFT)


def _validity(face: CardFace) -> Iterator[Shape]:
    line, size = (28.4, 14) if face.holder else (31.9, 15)
    yield Words(face.until_name, _LEFT, line - 0.2, 8.5, 10.4, colour=SOFT)
    yield Words(face.until, 16.4, line, size, 41, strong=True)
    if face.holder:
        yield Words(face.holder_name, _LEFT, 34.3, 8.5, 10.4, colour=SOFT)
        yield Words(face.holder, 16.4, 34.5, 13, 41)


def _codes(face: CardFace, grain: CodeGrain) -> Iterator[Shape]:
    """Yield barcode and number on white, and beside them the seal of the month."""
    module = grain.barcode_module()
    modules = code128_modules(face.number)
    bars = _bars(modules, 0, BAR_HEIGHT / module)
    yield Outline(bars, fill=_BLACK, at=(_BAR_LEFT, _BAR_TOP), unit=module)
    middle = _BAR_LEFT + len(modules) * module / 2
    number = face.printed_number
    yield Words(number, middle, 51.8, 11.5, 56, anchor=Anchor.MIDDLE, strong=True)
    x, y, radius = _SEAL
    yield from seal(face.pattern, x, y, radius)
    room, colour = radius * 0.8, face.pattern.colour
    yield Words(face.month, x, y + 1.0, 8, room, colour, Anchor.MIDDLE, strong=True)
    if face.demonstration:
        yield Words(
            face.demonstration, _RIGHT, 35.2, 9, 20, _DEMONSTRATION, Anchor.END, strong=True
        )


def _back_ground(face: CardFace) -> Iterator[Shape]:
    """Yield whose card it is, and the rosette of the month, very thin."""
    bled = rectangle(-BLEED, -BLEED, WIDTH + 2 * BLEED, HEIGHT + 2 * BLEED)
    yield Outline(bled, fill=WHITE)
    yield from rosette(face.pattern, 58.0, 25.0, 15.5, 0.14)
    yield Words(face.title, _LEFT, 6.9, 11, 32, colour=face.colour, strong=True)
    yield Words(face.community, _RIGHT, 6.9, 8.5, 44, colour=SOFT, anchor=Anchor.END)
    rule = rectangle(_LEFT, 8.6, _RIGHT - _LEFT, 0.3)
    yield Outline(rule, fill=face.colour)


def _qr(face: CardFace, grain: CodeGrain) -> Iterator[Shape]:
    """Yield the QR on its white, and what it is for."""
    rows = qr_modules(face.address)
    module = grain.module(SMALLEST_QR / len(rows))
    side, quiet = len(rows) * module, 4 * module
    left, top = _QR_MIDDLE[0] - side / 2, _QR_MIDDLE[1] - side / 2
    ground = rectangle(left - quiet, top - quiet, side + 2 * quiet, side + 2 * quiet)
    yield Outline(ground, fill=WHITE)
    squares = " ".join(_bars("".join(map(str, row)), place, 1) for place, row in enumerate(rows))
    yield Outline(squares, fill=_BLACK, at=(left, top), unit=module)
    yield Words(face.qr_name, _QR_MIDDLE[0], 42.2, 7.5, 28, SOFT, Anchor.MIDDLE)


def _rules(face: CardFace) -> Iterator[Shape]:
    """Yield the rules beside the QR, a line each, under them where to ask."""
    step = 5.7 if face.telephone else 6.9
    longest = max(map(ems, face.rules)) * MILLIMETRES_PER_POINT
    points = min(8.5, (_RIGHT - _RULES - 3.2) / longest)
    for place, rule in enumerate(face.rules):
        line = 13.6 + place * step
        yield Words(str(place + 1), _RULES, line, points, 3, face.colour, strong=True)
        yield Words(rule, _RULES + 3.2, line, points, _RIGHT - _RULES - 3.2)
    if face.telephone:
        yield Words(face.telephone, _RULES, 42.9, 10, _RIGHT - _RULES, strong=True)


def _foot(face: CardFace) -> Iterator[Shape]:
    """Yield what the card is not, on the honour's colour, and when it was printed."""
    bled = rectangle(-BLEED, _FOOT, WIDTH + 2 * BLEED, HEIGHT - _FOOT + BLEED)
    yield Outline(bled, fill=face.colour)
    yield Words(face.promise, _LEFT, 50.7, 10, 54, WHITE, strong=True)
    yield Words(face.batch, _RIGHT, 50.6, 5.5, 18, WHITE, Anchor.END)
    if face.demonstration:
        yield Words(
            face.demonstration, WIDTH / 2, 6.9, 9, 14, _DEMONSTRATION, Anchor.MIDDLE, strong=True
        )


def _bars(modules: str, top: int, height: float) -> str:
    """Return the black runs among modules as rectangles, measured in modules."""
    steps, place = [], 0
    for black, run in groupby(modules):
        length = len(list(run))
        if black == "1":
            steps.append(f"R {place} {top} {length} {height:.4g}")
        place += length
    return " ".join(steps)
