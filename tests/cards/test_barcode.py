from io import BytesIO
from itertools import groupby
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from loyalty.cards.barcode import code128_modules, draw_barcode_png, draw_barcode_svg
from loyalty.rules.card_number import number_of
from loyalty.rules.errors import BadNumberError

NUMBER = number_of("123456789012")
MODULES = 11 * 9 + 13
"""Start, seven pairs of digits and the check, 11 modules each; the stop has 13."""

numbers = st.integers(0, 10**12 - 1).map("{:012}".format).map(number_of)


def runs_of(png: bytes) -> list[tuple[int, int]]:
    """Return colour and width in dots of the stripes across the middle of a drawing."""
    image = Image.open(BytesIO(png)).convert("L")
    middle = image.height // 2
    row = image.crop((0, middle, image.width, middle + 1)).tobytes()
    return [(colour, len(list(dots))) for colour, dots in groupby(row)]


def read(png: bytes) -> str:
    [found] = zxingcpp.read_barcodes(Image.open(BytesIO(png)))
    assert found.format is zxingcpp.BarcodeFormat.Code128
    return found.text


@settings(max_examples=25, deadline=None)
@given(number=numbers)
def test_a_printed_barcode_reads_back(number: str) -> None:
    assert read(draw_barcode_png(number)) == number


@pytest.mark.parametrize("place", range(0, 12, 2))
def test_every_pair_of_digits_reads_back_in_every_place(place: int) -> None:
    serials = [f"{'5' * place}{pair:02}{'5' * (10 - place)}" for pair in range(100)]

    misread = [
        serial
        for serial in serials
        if read(draw_barcode_png(number_of(serial))) != number_of(serial)
    ]

    assert misread == []


@pytest.mark.parametrize(("dpi", "dots"), [(203, 3), (300, 4), (600, 8), (25, 1)])
def test_every_bar_is_whole_dots_wide(dpi: int, dots: int) -> None:
    (left, quiet_left), *stripes, (right, quiet_right) = runs_of(draw_barcode_png(NUMBER, dpi))

    assert left == right == 255
    assert quiet_left >= 10 * dots
    assert quiet_right >= 10 * dots
    assert {width % dots for _, width in stripes} == {0}
    assert sum(width for _, width in stripes) == MODULES * dots


def test_the_bars_of_a_drawing_are_those_of_its_picture() -> None:
    modules = code128_modules(NUMBER)

    runs = [(255 if bit == "0" else 0, len(list(run)) * 4) for bit, run in groupby(modules)]
    assert len(modules) == MODULES
    assert runs == runs_of(draw_barcode_png(NUMBER))[1:-1]


def test_a_barcode_says_how_large_it_is_printed() -> None:
    image = Image.open(BytesIO(draw_barcode_png(NUMBER)))

    assert [round(dots) for dots in image.info["dpi"]] == [300, 300]
    assert image.mode == "1"


def test_the_barcode_for_a_screen_draws_the_same_bars() -> None:
    drawing = ET.fromstring(draw_barcode_svg(NUMBER))  # noqa: S314 - our own drawing
    _ground, *bars = drawing.iter("{http://www.w3.org/2000/svg}rect")
    drawn = [
        (round(float(bar.attrib["x"][:-2]) / 0.33), round(float(bar.attrib["width"][:-2]) / 0.33))
        for bar in bars
    ]

    black, x = [], 0
    for colour, width in runs_of(draw_barcode_png(NUMBER)):
        modules = width // 4
        if colour == 0:
            black.append((x, modules))
        x += modules
    assert drawn == black


def test_the_barcode_for_a_screen_holds_no_text_and_no_script() -> None:
    drawing = ET.fromstring(draw_barcode_svg(NUMBER))  # noqa: S314 - our own drawing

    tags = {element.tag.split("}")[1] for element in drawing.iter()}
    assert tags == {"svg", "g", "rect"}
    assert NUMBER not in draw_barcode_svg(NUMBER)


@pytest.mark.parametrize("text", ["", "12345678901234", NUMBER[:-1], "6901234567892", "ABCD"])
def test_only_card_numbers_become_barcodes(text: str) -> None:
    with pytest.raises(BadNumberError):
        draw_barcode_svg(text)
    with pytest.raises(BadNumberError):
        draw_barcode_png(text)
