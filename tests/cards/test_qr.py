from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from loyalty.cards.qr import (
    LONGEST_TEXT,
    NotAlphanumericError,
    TextTooLongError,
    draw_qr_png,
    draw_qr_svg,
)

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
TOKENS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=120, max_size=120)
CARD_URL = "HTTPS://LOYALTY.EXAMPLE/C/" + "CAFE2345" * 15


def read(png: bytes) -> str:
    [found] = zxingcpp.read_barcodes(Image.open(BytesIO(png)))
    assert found.format is zxingcpp.BarcodeFormat.QRCode
    return found.text


@settings(max_examples=25, deadline=None)
@given(token=TOKENS)
def test_a_printed_qr_reads_back(token: str) -> None:
    url = f"HTTPS://LOYALTY.EXAMPLE/C/{token}"

    assert read(draw_qr_png(url)) == url


def test_a_card_qr_says_how_large_it_is_printed() -> None:
    image = Image.open(BytesIO(draw_qr_png(CARD_URL)))
    modules = 41 + 2 * 4

    assert image.size == (modules * 6, modules * 6)
    assert [round(dots) for dots in image.info["dpi"]] == [300, 300]


def test_a_card_qr_on_a_screen_has_its_own_white_ground_and_no_fixed_size() -> None:
    drawing = ET.fromstring(draw_qr_svg(CARD_URL))  # noqa: S314 - our own drawing
    ground, modules = drawing

    assert drawing.attrib == {"viewBox": "0 0 49 49"}
    assert ground.attrib["fill"] == "#fff"
    assert modules.attrib["stroke"] == "#000"


def test_the_longest_text_is_version_8_at_level_m() -> None:
    longest = segno.make_qr("A" * LONGEST_TEXT, error="m", mode="alphanumeric")
    longer = segno.make_qr("A" * (LONGEST_TEXT + 1), error="m", mode="alphanumeric")

    assert (longest.designator, longer.designator) == ("8-M", "9-M")
    assert read(draw_qr_png("A" * LONGEST_TEXT)) == "A" * LONGEST_TEXT
    with pytest.raises(TextTooLongError):
        draw_qr_png("A" * (LONGEST_TEXT + 1))


@given(text=st.text(ALPHANUMERIC, min_size=1, max_size=LONGEST_TEXT))
@settings(max_examples=15, deadline=None)
def test_every_text_that_fits_is_drawn(text: str) -> None:
    assert draw_qr_svg(text).startswith("<svg")


@pytest.mark.parametrize("text", ["https://LOYALTY.EXAMPLE/", "A_B", "A~B", "A?B", "打折卡", ""])
def test_a_text_that_would_make_the_qr_larger_is_refused(text: str) -> None:
    with pytest.raises(NotAlphanumericError):
        draw_qr_svg(text)
