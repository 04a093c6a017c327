"""A card's drawing as SVG, for a preview before paper is spent and for pages that show a card."""

from collections.abc import Iterator
from functools import lru_cache
from html import escape
from itertools import groupby

from loyalty.reports.card_face import HEIGHT, WIDTH
from loyalty.reports.shapes import MILLIMETRES_PER_POINT, Drawing, Outline, Words, ems, number

_FONTS = {
    "zh-Hant": "'PingFang TC','Microsoft JhengHei','Noto Sans CJK TC','Noto Sans TC',sans-serif",
}
_FONTS_ELSE = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif"
_CORNER = 3.18
"""Radius of a card's corners, in millimetres."""

_HUNDREDTHS = 100
Step = tuple[str, tuple[int, ...]]
"""A letter of a path, and its measures in hundredths."""


def svg_of(drawing: Drawing, *, language: str) -> str:
    """Return a side of a card as an SVG document that takes the size its page gives it.

    Letters are those of the browser, and as much smaller as their width may demand.
    """
    fonts = _FONTS.get(language, _FONTS_ELSE)
    shapes = (_outline(shape) if isinstance(shape, Outline) else _words(shape) for shape in drawing)
    size = f"{number(WIDTH)} {number(HEIGHT)}"
    corners = f'<rect width="{WIDTH}" height="{HEIGHT}" rx="{_CORNER}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" lang="{escape(language)}">'
        f'<clipPath id="edge">{corners}</clipPath><g clip-path="url(#edge)"'
        f' font-family="{fonts}">{"".join(shapes)}</g>'
        "</svg>"
    )


def _outline(shape: Outline) -> str:
    fill = str(shape.fill) if shape.fill else "none"
    pen = (
        f' stroke="{shape.stroke}" stroke-width="{number(shape.pen)}" stroke-linecap="round"'
        if shape.stroke
        else ""
    )
    placed = ""
    if shape.unit != 1:
        (x, y), unit = shape.at, shape.unit
        placed = f' transform="translate({x:.4f} {y:.4f}) scale({unit:.6f})"'
    return f'<path d="{_path(shape.steps)}" fill="{fill}"{pen}{placed}/>'


@lru_cache(maxsize=256)
def _path(steps: str) -> str:
    """Return the steps of an outline as SVG writes a path in the fewest letters.

    Each step is measured from the one before, which makes most of them short.
    """
    written: list[str] = []
    for letter, group in groupby(_relative(steps), lambda step: step[0]):
        for place, (_, measures) in enumerate(group):
            # Of steps alike the letter is said once; but M is a step, and then lines.
            written.append(letter if place == 0 or letter in "mz" else "")
            written += map(_measure, measures)
    path = " ".join(filter(None, written)).replace(" -", "-")
    for letter in "mlchvz":
        path = path.replace(f" {letter}", letter).replace(f"{letter} ", letter)
    return path


def _relative(steps: str) -> Iterator[Step]:
    """Yield steps measured from where the one before has ended."""
    x = y = begun_x = begun_y = 0
    for letter, measures in _absolute(steps):
        if letter == "Z":
            yield "z", ()
            x, y = begun_x, begun_y
            continue
        if letter == "R":
            left, top, width, height = measures
            yield "m", (left - x, top - y)
            yield from (("h", (width,)), ("v", (height,)), ("h", (-width,)), ("z", ()))
            x, y = begun_x, begun_y = left, top
            continue
        ends = zip(measures[::2], measures[1::2], strict=True)
        yield letter.lower(), tuple(far for end in ends for far in (end[0] - x, end[1] - y))
        x, y = measures[-2:]
        if letter == "M":
            begun_x, begun_y = x, y


def _absolute(steps: str) -> Iterator[Step]:
    letter, measures = "", list[int]()
    for part in (*steps.split(), ""):
        if part and not part.isalpha():
            measures.append(round(float(part) * _HUNDREDTHS))
            continue
        if letter:
            yield letter, tuple(measures)
        letter, measures = part, []


def _measure(hundredths: int) -> str:
    """Return a measure without the zero that a path need not say: ``.5``, ``-.25``, ``12``."""
    written = number(hundredths / _HUNDREDTHS)
    return written.replace("0.", ".", 1) if abs(hundredths) < _HUNDREDTHS else written


def _words(shape: Words) -> str:
    wide, size = ems(shape.text), shape.points * MILLIMETRES_PER_POINT
    size = min(size, shape.width / wide) if wide else size
    weight = ' font-weight="700"' if shape.strong else ""
    return (
        f'<text x="{number(shape.x)}" y="{number(shape.y)}" font-size="{number(size)}"'
        f' text-anchor="{shape.anchor}" fill="{shape.colour}"{weight}>'
        f"{escape(shape.text)}</text>"
    )
