"""A card's URL as a QR code: any phone opens it, and a till reads its token without a network."""

from io import BytesIO
from typing import Any

import segno
from segno.consts import MODE_ALPHANUMERIC, MODE_BYTE

from loyalty.rules.errors import LoyaltyError

LARGEST_VERSION = 8
"""Its 49 modules a side take 25 mm at half a millimetre each, which old cameras still see."""

LONGEST_TEXT = 221
"""Letters that this version holds in alphanumeric mode at error level M (ISO/IEC 18004, table 7);
of what stands before the token, two for each of three, since it is written in small letters.
"""

_MARK = "/C/"
"""From here on a card's URL has capitals and digits alone, which take less room in a QR."""

_MASK = 2
_DOTS_PER_MODULE = 6
_DOTS_PER_INCH = 300


class TextTooLongError(LoyaltyError):
    """The text needs a finer QR than a card can carry."""


class NotAlphanumericError(LoyaltyError):
    """The token has letters, lower case for one, that would make the QR a third larger."""


def draw_qr_svg(text: str) -> str:
    """Return the QR of a card's URL as an SVG document that takes the size its page gives it.

    Raises:
        TextTooLongError: it does not fit version 8.
        NotAlphanumericError: from ``/C/`` on, or anywhere in a text without it, anything but
            digits, capitals, blank and `$%*+-./:`.
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


def qr_modules(text: str) -> tuple[bytes, ...]:
    """Return the rows of a card's QR without the white around it: 1 is black.

    Args:
        text: as for `draw_qr_svg`, with the same errors.
    """
    # A token is as random as any mask, and to weigh all eight takes longer than the whole card.
    return tuple(bytes(row) for row in _encode(text, mask=_MASK).matrix)


def modules_of_digits(digits: str) -> tuple[bytes, ...]:
    """Return the rows of the smallest QR of up to 34 digits: 1 is black."""
    code = segno.make_qr(
        digits, error="m", version=1, mode="numeric", mask=_MASK, boost_error=False
    )
    return tuple(bytes(row) for row in code.matrix)


def address_modules(address: str) -> tuple[bytes, ...]:
    """Return the rows of the QR of any page's address, in the letters it is written in."""
    return tuple(bytes(row) for row in segno.make_qr(address, error="m").matrix)


def _encode(text: str, *, mask: int | None = None) -> segno.QRCode:
    host, mark, token = text.partition(_MARK)
    # Scheme and host in small letters: some phones take a text in capitals for a note.
    parts: Any = [(host, MODE_BYTE), (mark + token, MODE_ALPHANUMERIC)] if mark else text
    try:
        code = segno.make_qr(parts, error="m", mode=None if mark else "alphanumeric", mask=mask)
    except segno.DataOverflowError as error:
        raise _too_long(text) from error
    except ValueError as error:
        raise NotAlphanumericError(
            "A card's QR holds capitals, digits and $%*+-./: only."
        ) from error
    if int(code.version) > LARGEST_VERSION:
        raise _too_long(text)
    return code


def _too_long(text: str) -> TextTooLongError:
    return TextTooLongError(
        f"A card's QR is of version {LARGEST_VERSION} at most; {len(text)} letters take more."
    )
