"""The codes a scanner is tried on, as a real reader sees them."""

from base64 import b64decode
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from loyalty.cards.token import read_claims, token_in
from loyalty.rules.card_number import CodeKind, kind_of
from loyalty.till.samples import TRAINING_SERIAL, samples


@pytest.mark.parametrize("name", ["barcode", "qr"])
def test_a_sample_reads_as_the_page_expects(name: str) -> None:
    sample = samples()[name]
    png = b64decode(sample.image.removeprefix("data:image/png;base64,"))

    [code] = zxingcpp.read_barcodes(Image.open(BytesIO(png)))

    assert code.text.upper() == sample.text


def test_the_samples_are_shaped_like_a_card_and_nobody_has_signed_them() -> None:
    barcode, qr = samples()["barcode"], samples()["qr"]
    token = token_in(qr.text)

    assert kind_of(barcode.text) is CodeKind.CARD_NUMBER
    assert token is not None
    claims = read_claims(token)
    assert (claims.serial, claims.key_id) == (TRAINING_SERIAL, "000000")
    assert claims.number == barcode.text
