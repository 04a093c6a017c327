"""A card's URL as a QR code: any phone opens it, and a till reads its token without a network."""

from io import BytesIO

import segno

from loyalty.rules.errors import LoyaltyError

LONGEST_TEXT = 221
"""Letters that version 8 holds in alphanumeric mode at error level M (ISO/IEC 18004, table 7).

Its 49 modules a side take 25 mm of a card at half a millimetre each, which old cameras still see.
"""

_DOTS_PER_MODULE = 6
_DOTS_PER_INCH = 300


class TextTooLongError(LoyaltyError):
    """The text needs a finer QR than a card can carry."""


class NotAlphanumericError(LoyaltyError):
    """The text has letters, lower case for one, that would make the QR a third larger."""


def draw_qr_svg(text: str) -> str:
    """Return the QR of a card's URL as an SVG document that takes the size its page gives it.

    Raises:
        TextTooLongError: more than 221 letters.
        NotAlphanumericError: anything but digits, capitals, blank and `$%*+-./:`.
    """
    drawing = BytesIO()
    _encode(text).save(
        drawing,
        kind="svg",
        xmldecl=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
        # Without a ground of its own it is black on black in a dark page.
        light="#fff",
    )
    return drawing.getvalue().decode()


def draw_qr_png(text: str, scale: int = _DOTS_PER_MODULE, dpi: int = _DOTS_PER_INCH) -> bytes:
    """Return the QR of a card's URL as a PNG of black and white.

    Args:
        text: as for `draw_qr_svg`, with the same errors.
        scale: dots a side of one module.
        dpi: dots an inch, which the file tells its printer.
    """
    drawing = BytesIO()
    _encode(text).save(drawing, kind="png", scale=scale, dpi=dpi)
    return drawing.getvalue()


def _encode(text: str) -> segno.QRCode:
    if len(text) > LONGEST_TEXT:
        raise TextTooLongError(f"A card's QR holds {LONGEST_TEXT} letters; this is {len(text)}.")
    try:
        return segno.make_qr(text, error="m", mode="alphanumeric")
    except ValueError as error:
        raise NotAlphanumericError(
            "A card's QR holds capitals, digits and $%*+-./: only."
        ) from error
