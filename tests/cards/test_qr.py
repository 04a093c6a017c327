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
    qr_modules,
)

LARGEST_QR = 3391
"""Letters of version 40 at level M; no QR holds more (ISO/IEC 18004, table 7)."""
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
TOKENS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=120, max_size=120)
TOKEN = "CAFE2345" * 15
CARD_URL = f"https://ka.tianyuan.example/C/{TOKEN}"


def read(png: bytes) -> str:
    [found] = zxingcpp.read_barcodes(Image.open(BytesIO(png)))
    assert found.format is zxingcpp.BarcodeFormat.QRCode
    return found.text


@settings(max_examples=25, deadline=None)
@given(token=TOKENS)
def test_a_printed_qr_reads_back(token: str) -> None:
    url = f"https://loyalty.example/C/{token}"

    assert read(draw_qr_png(url)) == url


def test_a_card_qr_says_how_large_it_is_printed() -> None:
    image = Image.open(BytesIO(draw_qr_png(CARD_URL)))
    modules = 45 + 2 * 4

    assert image.size == (modules * 6, modules * 6)
    assert [round(dots) for dots in image.info["dpi"]] == [300, 300]


def test_a_card_qr_on_a_screen_has_its_own_white_ground_and_no_fixed_size() -> None:
    drawing = ET.fromstring(draw_qr_svg(CARD_URL))  # noqa: S314 - our own drawing
    ground, modules = drawing

    assert drawing.attrib == {"viewBox": "0 0 53 53"}
    assert ground.attrib["fill"] == "#fff"
    assert modules.attrib["stroke"] == "#000"


def test_the_longest_text_is_version_8_at_level_m() -> None:
    longest = segno.make_qr("A" * LONGEST_TEXT, error="m", mode="alphanumeric")
    longer = segno.make_qr("A" * (LONGEST_TEXT + 1), error="m", mode="alphanumeric")

    assert (longest.designator, longer.designator) == ("8-M", "9-M")
    assert read(draw_qr_png("A" * LONGEST_TEXT)) == "A" * LONGEST_TEXT
    for letters in (LONGEST_TEXT + 1, LARGEST_QR, LARGEST_QR + 1):
        with pytest.raises(TextTooLongError):
            draw_qr_png("A" * letters)


@pytest.mark.parametrize("host", ["HTTPS://LOYALTY.EXAMPLE", "https://loyalty.example"])
def test_a_url_is_drawn_in_the_letters_in_which_it_is_written(host: str) -> None:
    assert read(draw_qr_png(f"{host}/C/{TOKEN}")) == f"{host}/C/{TOKEN}"


def test_a_url_whose_host_has_58_letters_is_version_8_and_a_longer_one_is_refused() -> None:
    longest, longer = (f"https://{'a' * letters}/C/{TOKEN}" for letters in (58, 59))

    assert len(qr_modules(longest)) == 49
    assert read(draw_qr_png(longest)) == longest
    with pytest.raises(TextTooLongError):
        qr_modules(longer)


def test_the_rows_of_a_qr_are_read_as_its_picture_is() -> None:
    rows = qr_modules(CARD_URL)
    image = Image.new("L", (len(rows) + 8, len(rows) + 8), 255)
    for y, row in enumerate(rows):
        for x, black in enumerate(row):
            image.putpixel((x + 4, y + 4), 0 if black else 255)

    [found] = zxingcpp.read_barcodes(image.resize((image.width * 4, image.height * 4), 0))
    assert found.text == CARD_URL


@given(
    text=st.text(ALPHANUMERIC, min_size=1, max_size=LONGEST_TEXT).filter(
        lambda text: "/C/" not in text
    )
)
@settings(max_examples=15, deadline=None)
def test_every_text_that_fits_is_drawn(text: str) -> None:
    assert draw_qr_svg(text).startswith("<svg")


@pytest.mark.parametrize(
    "text",
    [
        "https://LOYALTY.EXAMPLE/",
        "A_B",
        "A~B",
        "A?B",
        "打折卡",
        "",
        "https://loyalty.example/C/cafe",
    ],
)
def test_a_text_that_would_make_the_qr_larger_is_refused(text: str) -> None:
    with pytest.raises(NotAlphanumericError):
        draw_qr_svg(text)
