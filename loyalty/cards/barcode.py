"""The card number as Code 128: the only code a laser scanner reads.

Fourteen digits go into numeric code set C, two to a symbol: 112 modules, 45 mm wide with the quiet
zones. Drawn without text, since the sheet prints the number in its own font.
"""

from io import BytesIO
from typing import Any

from barcode import Code128
from barcode.writer import BaseWriter, ImageWriter, SVGWriter

from loyalty.rules.card_number import serial_of

_DOTS_PER_INCH = 300
_MILLIMETRES_PER_INCH = 25.4
_MODULE_MILLIMETRES = 0.33
"""Thickness of the thinnest bar: 13 mil, which the cheapest scanners read at arm's length."""
_HEIGHT_MILLIMETRES = 12.0
_QUIET_MODULES = 10
"""White on either side, the least that ISO/IEC 15417 allows."""


def draw_barcode_svg(number: str) -> str:
    """Return a card number's barcode as an SVG document, for `<img src>`.

    Inlined into a page it would go black, since a strict content-security policy drops its styles.

    Raises:
        BadNumberError: the number is no card number.
    """
    writer = SVGWriter()
    # Otherwise the writer indents every bar; nothing is compressed unless it saves to a file.
    writer.compress = True
    drawing: bytes = _draw(number, writer).render(_measure(_MODULE_MILLIMETRES))
    return drawing.decode()


def draw_barcode_png(number: str, dpi: int = _DOTS_PER_INCH) -> bytes:
    """Return a card number's barcode as a PNG of black and white, every bar in whole dots.

    Raises:
        BadNumberError: the number is no card number.
    """
    dots = max(1, round(_MODULE_MILLIMETRES * dpi / _MILLIMETRES_PER_INCH))
    # A hair more than whole dots, or the writer's rounding makes some bars a dot too thin.
    module = dots * _MILLIMETRES_PER_INCH / dpi + 1e-5
    image = _draw(number, ImageWriter(mode="1", dpi=dpi)).render(_measure(module))
    png = BytesIO()
    image.save(png, format="PNG", dpi=(dpi, dpi))
    return png.getvalue()


def code128_modules(number: str) -> str:
    """Return a card number's barcode as ``1`` for black and ``0`` for white, 112 modules.

    Raises:
        BadNumberError: the number is no card number.
    """
    (modules,) = _draw(number, None).build()
    return str(modules)


def modules_of_digits(digits: str) -> str:
    """Return the Code 128 of an even number of digits: ``1`` for black and ``0`` for white."""
    (modules,) = _NumericCode128(digits, None).build()
    return str(modules)


class _NumericCode128(Code128):  # type: ignore[misc]  # the library is untyped
    """Code 128 that stays in code set C, two digits to a symbol."""

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        # python-barcode 0.16.1 takes a leading pair 99 for "change to set C", which has the same
        # value, and drops it: one card in a hundred would scan as twelve digits.
        return encoded


def _draw(number: str, writer: BaseWriter | None) -> Code128:
    """Return a new drawing: python-barcode keeps the last one's state in the object."""
    serial_of(number)
    return _NumericCode128(number, writer)


def _measure(module: float) -> dict[str, Any]:
    return {
        "module_width": module,
        "module_height": _HEIGHT_MILLIMETRES,
        "quiet_zone": _QUIET_MODULES * module,
        "write_text": False,
    }
