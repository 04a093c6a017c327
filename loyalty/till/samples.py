"""The codes a scanner is tried on: drawn like a card's, and no card of anybody."""

from base64 import b32encode, b64encode
from functools import cache
from typing import NamedTuple

from loyalty.cards.barcode import draw_barcode_png
from loyalty.cards.qr import draw_qr_png
from loyalty.cards.token import make_card_url
from loyalty.rules.card_number import number_of

TRAINING_SERIAL = "000000000000"
_HOST = "https://training.example"
_PAYLOAD = (1 << 84 | 850 << 10 | 1 << 4 | 1).to_bytes(11, "big")
"""As docs/card-format.md packs it: version 1, no key, the training serial, 8.5折, one month."""

_NO_SIGNATURE = bytes(64)

_DOTS_PER_INCH = 154
"""Two dots to the thinnest bar: shown dot for dot, the barcode fits a small phone."""

_DOTS_PER_MODULE = 4


class Sample(NamedTuple):
    """One code to try a scanner on."""

    text: str
    """What the scanner should send, as the till hears it: in capitals."""
    image: str
    """The code as a data: address, so that the page shows it without network."""
    is_square: bool = False


@cache
def samples() -> dict[str, Sample]:
    """Return the training card's barcode, and its QR, whose token shows whether capitals come."""
    number = number_of(TRAINING_SERIAL)
    url = make_card_url(_HOST, b32encode(_PAYLOAD + _NO_SIGNATURE).decode())
    return {
        "barcode": Sample(number, _address(draw_barcode_png(number, dpi=_DOTS_PER_INCH))),
        "qr": Sample(
            url.upper(), _address(draw_qr_png(url, scale=_DOTS_PER_MODULE)), is_square=True
        ),
    }


def _address(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode()}"
