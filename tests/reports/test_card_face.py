"""One card as it is drawn: its codes, its month, and the same drawing on a screen."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.cards.barcode import code128_modules
from loyalty.cards.qr import qr_modules
from loyalty.reports.card_face import (
    BAR_HEIGHT,
    HEIGHT,
    HONOURS,
    SMALLEST_QR,
    WIDTH,
    CodeGrain,
    draw_back,
    draw_front,
)
from loyalty.reports.card_svg import svg_of
from loyalty.reports.month_pattern import pattern_of, seal
from loyalty.reports.shapes import Colour, Outline, Words
from loyalty.reports.sheet_layout import PRINTER_DOTS
from tests.reports.faces import face, public_key

keys = st.binary(min_size=32, max_size=32)


def codes_of(grain: CodeGrain) -> tuple[Outline, Outline]:
    """Return barcode and QR of a card: what is measured in modules."""
    drawings = (draw_front(face(), grain), draw_back(face(), grain))
    barcode, qr = (
        shape
        for drawing in drawings
        for shape in drawing
        if isinstance(shape, Outline) and shape.unit != 1
    )
    return barcode, qr


@pytest.mark.parametrize("dpi", PRINTER_DOTS)
@pytest.mark.parametrize("scale", [0.95, 1.0, 1.05])
def test_both_codes_have_whole_dots_on_each_printer_however_it_is_stretched(
    dpi: int, scale: float
) -> None:
    for code in codes_of(CodeGrain(dpi, scale)):
        dots = code.unit * scale * dpi / 25.4
        assert dots == pytest.approx(round(dots), abs=1e-6)


@pytest.mark.parametrize("dpi", PRINTER_DOTS)
def test_the_barcode_is_as_large_as_old_scanners_need_it(dpi: int) -> None:
    barcode, _ = codes_of(CodeGrain(dpi))
    modules = len(code128_modules(face().number))

    assert barcode.unit >= 0.33
    assert BAR_HEIGHT >= 10
    assert barcode.at[0] >= 10 * barcode.unit
    seal_begins = 75.6 - 6.9
    assert seal_begins - (barcode.at[0] + modules * barcode.unit) >= 10 * barcode.unit


@pytest.mark.parametrize("dpi", PRINTER_DOTS)
@pytest.mark.parametrize("host", ["a.cn", "ka.tianyuan.example", "a" * 58])
def test_the_qr_is_at_least_22_millimetres_and_has_its_white_around_it(dpi: int, host: str) -> None:
    card = face(address=f"https://{host}/C/{'CAFE2345' * 15}")
    drawing = list(draw_back(card, CodeGrain(dpi)))
    qr = next(one for one in drawing if isinstance(one, Outline) and one.unit != 1)
    side = len(qr_modules(card.address)) * qr.unit
    ground = drawing[drawing.index(qr) - 1]

    assert SMALLEST_QR <= side < 28
    assert isinstance(ground, Outline)
    x, y, width, height = (float(part) for part in ground.steps.split()[1:])
    assert (qr.at[0] - x, qr.at[1] - y) == pytest.approx((4 * qr.unit,) * 2, abs=0.01)
    assert width == height == pytest.approx(side + 8 * qr.unit, abs=0.02)


@given(key=keys)
def test_a_key_gives_one_pattern_in_every_drawing(key: bytes) -> None:
    assert pattern_of(key, 3) == pattern_of(key, 3)
    assert pattern_of(key, 3).petals in range(5, 13)


def test_the_pattern_of_a_published_key_never_changes() -> None:
    """Cards in people's pockets have it on them."""
    pattern = pattern_of(public_key(1), 1)

    assert (str(pattern.colour), pattern.petals) == ("#29995a", 8)
    assert (pattern.depth, pattern.twist, pattern.point) == (0.36, -0.14, 0.55)


@given(first=keys, second=keys, month=st.integers(1, 12))
@settings(max_examples=200)
def test_two_months_after_each_other_never_have_like_colours(
    first: bytes, second: bytes, month: int
) -> None:
    one, other = pattern_of(first, month).colour, pattern_of(second, month % 12 + 1).colour

    assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) > 90


def test_keys_give_many_patterns() -> None:
    shapes = {
        (pattern.petals, pattern.depth, pattern.twist, pattern.point)
        for pattern in (pattern_of(public_key(number), 1) for number in range(500))
    }

    assert len(shapes) > 200


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, as WCAG 2.2 reckons it."""

    def light(colour: Colour) -> float:
        parts = [
            part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4
            for part in colour
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    lighter, darker = sorted((light(one), light(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colour", HONOURS.values())
def test_everything_written_stands_out_from_what_is_behind_it(colour: Colour) -> None:
    assert contrast(colour, Colour(255, 255, 255)) >= 4.5
    assert contrast(colour, colour.tint(0.07)) >= 4.5


@given(key=keys, month=st.integers(1, 12))
def test_the_month_stands_out_in_its_seal(key: bytes, month: int) -> None:
    pattern = pattern_of(key, month)
    *_, middle = seal(pattern, 0, 0, 5)

    assert middle.fill == Colour(255, 255, 255)
    assert contrast(pattern.colour, Colour(255, 255, 255)) >= 3


def test_the_two_sides_say_everything() -> None:
    card = face(holder="张*明", demonstration="演示", rate_note="以店内公示为准")
    front, back = (
        {shape.text for shape in side if isinstance(shape, Words)}
        for side in (draw_front(card, CodeGrain()), draw_back(card, CodeGrain()))
    )

    assert front == {
        card.honour,
        card.community,
        card.rate,
        card.share,
        card.rate_note,
        card.until_name,
        card.until,
        card.holder_name,
        card.holder,
        card.printed_number,
        card.month,
        "演示",
    }
    assert back >= {*card.rules, card.telephone, card.promise, card.batch, card.qr_name, "演示"}


def test_without_a_name_or_a_telephone_nothing_stands_for_them() -> None:
    card = face(holder="", telephone="")
    said = [
        shape.text
        for side in (draw_front(card, CodeGrain()), draw_back(card, CodeGrain()))
        for shape in side
        if isinstance(shape, Words)
    ]

    assert card.holder_name not in said
    assert "" not in said


@pytest.mark.parametrize("draw", [draw_front, draw_back])
def test_a_card_on_a_screen_is_the_same_drawing_without_scripts_or_styles(draw: object) -> None:
    card = face(honour="<b>&\"'", holder="张*明")
    side = draw_front if draw is draw_front else draw_back
    drawing = side(card, CodeGrain())

    svg = ET.fromstring(svg_of(drawing, language="zh-Hans"))  # noqa: S314 - our own drawing

    assert svg.attrib["viewBox"] == f"0 0 {WIDTH} {HEIGHT:g}"
    tags = [one.tag.split("}")[1] for one in svg.iter()]
    assert set(tags) == {"svg", "clipPath", "rect", "g", "path", "text"}
    assert tags.count("path") == sum(isinstance(one, Outline) for one in drawing)
    assert [one.text for one in svg.iter() if one.tag.endswith("text")] == [
        one.text for one in drawing if isinstance(one, Words)
    ]
    assert all("style" not in one.attrib for one in svg.iter())


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ("M 1 2 L 1.5 2 L 1.25 0.75 Z", "m1 2l.5 0-.25-1.25z"),
        ("R -1 11 87.6 25.6", "m-1 11h87.6v25.6h-87.6z"),
        ("R 0 0 1 2 R 3 0 1 2", "m0 0h1v2h-1zm3 0h1v2h-1z"),
        ("M 1 1 L 2 1 M 5 5 L 6 5 Z M 5 6 L 5 7", "m1 1l1 0m3 4l1 0zm0 1l0 1"),
        ("M 10 0 C 10 5.5 5.5 10 0 10 L 0 9.01", "m10 0c0 5.5-4.5 10-10 10l0-.99"),
    ],
)
def test_a_path_leads_from_each_place_to_the_next(steps: str, path: str) -> None:
    assert f'd="{path}"' in svg_of([Outline(steps)], language="zh-Hans")
