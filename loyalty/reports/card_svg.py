"""A card's drawing as SVG, for a preview before paper is spent and for pages that show a card."""

import re
from html import escape

from loyalty.reports.card_face import HEIGHT, WIDTH
from loyalty.reports.shapes import MILLIMETRES_PER_POINT, Drawing, Outline, Words, ems, number

_FONTS = {
    "zh-Hant": "'PingFang TC','Microsoft JhengHei','Noto Sans CJK TC','Noto Sans TC',sans-serif",
}
_FONTS_ELSE = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif"
_RECTANGLE = re.compile(r"R (\S+) (\S+) (\S+) (\S+)")

_CORNER = 3.18
"""Radius of a card's corners, in millimetres."""


def svg_of(drawing: Drawing, *, language: str) -> str:
    """Return a side of a card as an SVG document that takes the size its page gives it.

    Letters are those of the browser, and as much smaller as their width may demand.
    """
    fonts = _FONTS.get(language, _FONTS_ELSE)
    shapes = (
        _outline(shape) if isinstance(shape, Outline) else _words(shape, fonts) for shape in drawing
    )
    size = f"{number(WIDTH)} {number(HEIGHT)}"
    corners = f'<rect width="{WIDTH}" height="{HEIGHT}" rx="{_CORNER}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" lang="{escape(language)}">'
        f'<clipPath id="edge">{corners}</clipPath><g clip-path="url(#edge)">{"".join(shapes)}</g>'
        "</svg>"
    )


def _outline(shape: Outline) -> str:
    fill = str(shape.fill) if shape.fill else "none"
    pen = (
        f' stroke="{shape.stroke}" stroke-width="{number(shape.pen)}" stroke-linecap="round"'
        if shape.stroke
        else ""
    )
    steps = _RECTANGLE.sub(r"M\1 \2h\3v\4h-\3z", shape.steps)
    placed = ""
    if shape.unit != 1:
        (x, y), unit = shape.at, shape.unit
        placed = f' transform="translate({x:.4f} {y:.4f}) scale({unit:.6f})"'
    return f'<path d="{steps}" fill="{fill}"{pen}{placed}/>'


def _words(shape: Words, fonts: str) -> str:
    wide, size = ems(shape.text), shape.points * MILLIMETRES_PER_POINT
    size = min(size, shape.width / wide) if wide else size
    weight = ' font-weight="700"' if shape.strong else ""
    return (
        f'<text x="{number(shape.x)}" y="{number(shape.y)}" font-size="{number(size)}"'
        f' font-family="{fonts}" text-anchor="{shape.anchor}" fill="{shape.colour}"{weight}>'
        f"{escape(shape.text)}</text>"
    )
