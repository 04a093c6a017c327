"""Cards as a camera sees them: our own barcode and QR, held by a hand that is not steady."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import segno
from barcode import EAN13
from barcode.writer import ImageWriter
from PIL import Image, ImageFilter

from loyalty.cards.barcode import draw_barcode_png
from loyalty.cards.qr import draw_qr_png

SIGHT = (640, 480)
"""What the cheapest cameras give, in dots."""

TABLE = 150
"""The grey of what the card is held before."""

DOTS_PER_MILLIMETRE = 20
FACE = (1712, 1080)
FRAMES = 12


@dataclass(frozen=True, slots=True)
class Hold:
    """How a card is held before the camera."""

    width: int
    """Of the card in the picture, in dots; of a card held near only the middle is seen."""
    tilt: int = 0
    """Degrees."""
    blur: float = 0.0
    """Radius, in dots, of what is out of focus."""


def card_with_qr(url: str) -> Image.Image:
    """Return a card's face with its QR, 25 mm a side."""
    return _face(draw_qr_png(url), millimetres=25)


def poster_with_qr(text: str) -> Image.Image:
    """Return somebody else's QR, of whatever letters, 40 mm a side."""
    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=12, border=4)
    return _face(drawn.getvalue(), millimetres=40)


def card_with_barcode(number: str) -> Image.Image:
    """Return a card's face with its barcode, 45 mm wide."""
    return _face(draw_barcode_png(number), millimetres=45)


def goods_with_barcode(number: str) -> Image.Image:
    """Return goods with their barcode, an EAN-13, 45 mm wide."""
    drawn = BytesIO()
    EAN13(number, writer=ImageWriter()).write(drawn)
    return _face(drawn.getvalue(), millimetres=45)


def sight_of(card: Image.Image, hold: Hold) -> Image.Image:
    """Return the picture of a card that is held so."""
    height = round(card.height * hold.width / card.width)
    held = card.resize((hold.width, height), Image.Resampling.LANCZOS).rotate(
        hold.tilt, Image.Resampling.BICUBIC, expand=True, fillcolor=TABLE
    )
    sight = Image.new("L", SIGHT, TABLE)
    sight.paste(held, ((SIGHT[0] - held.width) // 2, (SIGHT[1] - held.height) // 2))
    return sight.filter(ImageFilter.GaussianBlur(hold.blur))


def film_of(sight: Image.Image, path: Path) -> Path:
    """Write a film in which the card stands still, as Chromium's fake camera plays it."""
    frame = BytesIO()
    sight.convert("RGB").save(frame, format="JPEG", quality=85)
    path.write_bytes(frame.getvalue() * FRAMES)
    return path


def _face(code: bytes, *, millimetres: int) -> Image.Image:
    """Return a card's face, 85.6 by 54 mm, with a code of that width in its middle."""
    drawn = Image.open(BytesIO(code)).convert("L")
    width = millimetres * DOTS_PER_MILLIMETRE
    drawn = drawn.resize((width, round(drawn.height * width / drawn.width)))
    face = Image.new("L", FACE, 255)
    face.paste(drawn, ((face.width - width) // 2, (face.height - drawn.height) // 2))
    return face
