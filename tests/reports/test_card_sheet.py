"""Sheets of cards as a printer sees them: measured in the file, rendered, and their codes read."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from loyalty.reports.calibration import Calibration, draw_calibration
from loyalty.reports.card_face import HEIGHT, WIDTH, CardFace
from loyalty.reports.card_sheet import draw_card_sheet
from loyalty.reports.sheet_layout import (
    A4_SHEET,
    PRINTER_DOTS,
    ROWS,
    Duplex,
    SheetLayout,
    back_place,
    front_place,
)
from loyalty.reports.typesetting import CHINESE, MISSING, Paper, replace_unprintable
from tests.conftest import shared_data
from tests.given import NOON
from tests.reports.faces import face, sheet

POINTS = 72 / 25.4
"""Of a millimetre."""

PAGE = (210.0, 297.0)
TOLERANCE = 0.2
"""Of an edge, in millimetres."""


def drawn(*faces: CardFace, **layout: Any) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(
        draw_card_sheet(sheet(*faces), SheetLayout(**layout), drawn_at=NOON)
    )


def row(cards: int) -> list[CardFace]:
    return [face(place) for place in range(cards)]


def picture(page: Any, dpi: int = 150, share: float = 1.0) -> Image.Image:
    """Return the upper share of a page as a printer has it, in dots."""
    below = page.get_height() * (1 - share)
    image: Image.Image = page.render(scale=dpi / 72, crop=(0, below, 0, 0)).to_pil()
    return image


def places_of(
    page: Any, *, dpi: int = 150, share: float = 1.0
) -> dict[str, tuple[float, float, bool]]:
    """Return the codes of a page: text → middle in millimetres, and whether it stands upright."""
    image = picture(page, dpi, share)
    found = {}
    for code in zxingcpp.read_barcodes(image):
        corners = (code.position.top_left, code.position.bottom_right)
        x, y = (sum(getattr(one, axis) for one in corners) / 2 for axis in "xy")
        millimetre = dpi / 25.4
        upright = code.position.top_left.y < code.position.bottom_left.y
        found[code.text] = (x / millimetre, y / millimetre, upright)
    return found


def cell_of(place: tuple[float, float, bool], layout: SheetLayout) -> tuple[int, int]:
    """Return the column and the row in which something stands."""
    first, last = front_place(layout, 0), front_place(layout, A4_SHEET - 1)
    pitch_x, pitch_y = last.x - first.x, (last.y - first.y) / (ROWS - 1)
    return int((place[0] - first.x) // pitch_x), int((place[1] - first.y) // pitch_y)


def marks(page: Any) -> Iterator[tuple[float, float, float, float]]:
    """Yield the fine lines of a page: left, top, right and bottom, in millimetres."""
    for drawing in page.get_objects():
        if drawing.type != pypdfium2.raw.FPDF_PAGEOBJ_PATH:
            continue
        left, bottom, right, top = (side / POINTS for side in drawing.get_bounds())
        if min(right - left, top - bottom) < 0.3 < max(right - left, top - bottom) < 6:
            yield left, PAGE[1] - top, right, PAGE[1] - bottom


def edges(page: Any) -> tuple[list[float], list[float]]:
    """Return where is cut: along which x and which y, as the marks say it."""
    across, down = set(), set()
    for left, top, right, bottom in marks(page):
        if right - left < bottom - top:
            across.add(round((left + right) / 2, 1))
        elif right - left > bottom - top:
            down.add(round((top + bottom) / 2, 1))
    return sorted(across), sorted(down)


def test_ten_cards_stand_on_a_sheet_and_the_marks_say_where_their_edges_are() -> None:
    front, back = drawn(*row(A4_SHEET))

    across, down = edges(front)

    assert [round(side / POINTS) for side in front.get_size()] == [210, 297]
    assert len(across) == 4
    assert len(down) == 10
    assert [right - left for left, right in zip(across[::2], across[1::2], strict=True)] == [
        pytest.approx(WIDTH, abs=TOLERANCE)
    ] * 2
    assert [below - above for above, below in zip(down[::2], down[1::2], strict=True)] == [
        pytest.approx(HEIGHT, abs=TOLERANCE)
    ] * 5
    assert across[0] == pytest.approx(PAGE[0] - across[-1], abs=TOLERANCE)
    assert down[0] == pytest.approx(PAGE[1] - down[-1], abs=TOLERANCE)
    assert edges(back) == ([], [])


@pytest.mark.parametrize("gutter", [0.0, 2.0, 4.0])
def test_cards_stand_apart_as_far_as_is_asked_and_on_the_paper(gutter: float) -> None:
    layout = SheetLayout(gutter_mm=gutter)
    places = [front_place(layout, number) for number in range(A4_SHEET)]

    assert places[1].x - places[0].x == pytest.approx(WIDTH + gutter)
    assert places[2].y - places[0].y == pytest.approx(HEIGHT + gutter)
    assert all(5 < place.x < PAGE[0] - WIDTH - 5 for place in places)
    assert all(5 < place.y < PAGE[1] - HEIGHT - 5 for place in places)


@pytest.mark.parametrize(
    ("duplex", "columns", "rows", "upright"),
    [
        (Duplex.LONG, [1, 0, 1], [0, 0, 1], True),
        (Duplex.SHORT, [0, 1, 0], [4, 4, 3], False),
        (Duplex.NONE, [0, 1, 0], [0, 0, 1], True),
    ],
)
def test_the_back_of_each_card_stands_behind_its_front(
    duplex: Duplex,
    columns: Sequence[int],
    rows: Sequence[int],
    upright: bool,  # noqa: FBT001  # a column of the table
) -> None:
    faces = row(3)
    layout = SheetLayout(duplex=duplex)
    front, back = drawn(*faces, duplex=duplex)

    fronts, backs = places_of(front), places_of(back)

    assert [cell_of(fronts[one.number], layout) for one in faces] == [(0, 0), (1, 0), (0, 1)]
    found = [backs[one.address] for one in faces]
    assert [cell_of(place, layout) for place in found] == list(zip(columns, rows, strict=True))
    assert {place[2] for place in found} == {upright}


@pytest.mark.parametrize("number", range(A4_SHEET))
@pytest.mark.parametrize("duplex", [Duplex.LONG, Duplex.SHORT])
def test_turned_over_both_sides_of_a_card_lie_on_each_other(duplex: Duplex, number: int) -> None:
    layout = SheetLayout(duplex=duplex)
    front, back = front_place(layout, number), back_place(layout, number)

    seen_through = (
        (PAGE[0] - back.x - WIDTH, back.y)
        if duplex is Duplex.LONG
        else (back.x, PAGE[1] - back.y - HEIGHT)
    )
    assert seen_through == pytest.approx((front.x, front.y))


def test_a_folded_sheet_has_five_cards_with_their_backs_beside_them() -> None:
    faces = row(6)
    document = drawn(*faces, fold_over=True)

    first = places_of(document[0])

    assert len(document) == 2
    assert len(first) == 2 * ROWS
    for one in faces[:ROWS]:
        number, address = first[one.number], first[one.address]
        assert number[0] < PAGE[0] / 2 < address[0]
        assert abs(number[1] - address[1]) < HEIGHT / 2
    assert set(places_of(document[1])) == {faces[5].number, faces[5].address}


def test_nothing_of_a_folded_card_crosses_the_fold() -> None:
    page = drawn(face(), fold_over=True)[0]
    image = picture(page)
    millimetre = 150 / 25.4
    place = front_place(SheetLayout(fold_over=True), 0)
    header = int((place.y + 5) * millimetre)

    left = image.getpixel((int((PAGE[0] / 2 - 0.4) * millimetre), header))
    right = image.getpixel((int((PAGE[0] / 2 + 0.4) * millimetre), header))

    assert left == tuple(face().colour)
    assert right == (255, 255, 255)


@pytest.mark.parametrize(("start", "cell"), [(1, (0, 0)), (4, (1, 1)), (10, (1, 4))])
def test_a_half_used_sheet_begins_where_it_is_told(start: int, cell: tuple[int, int]) -> None:
    faces = row(2)
    document = drawn(*faces, start=start)

    assert cell_of(places_of(document[0])[faces[0].number], SheetLayout()) == cell
    assert len(document) == (4 if start == A4_SHEET else 2)


@pytest.mark.parametrize(("across", "down"), [(0.0, 0.0), (1.5, -2.0), (-10.0, 10.0)])
def test_an_offset_moves_everything_by_as_much(across: float, down: float) -> None:
    pages = zip(drawn(face(), offset_x_mm=across, offset_y_mm=down), drawn(face()), strict=True)

    for moved, still in pages:
        for one, other in zip(moved.get_objects(), still.get_objects(), strict=True):
            left, bottom, *_ = (side / POINTS for side in one.get_bounds())
            was_left, was_bottom, *_ = (side / POINTS for side in other.get_bounds())
            assert left - was_left == pytest.approx(across, abs=0.02)
            assert was_bottom - bottom == pytest.approx(down, abs=0.02)


@pytest.mark.parametrize("scale", [0.95, 1.0, 1.05])
def test_a_scale_stretches_the_cards_about_the_middle_of_the_page(scale: float) -> None:
    across, down = edges(drawn(*row(A4_SHEET), scale=scale)[0])

    assert across[-1] - across[0] == pytest.approx((2 * WIDTH + 2) * scale, abs=TOLERANCE)
    assert down[-1] - down[0] == pytest.approx((5 * HEIGHT + 8) * scale, abs=TOLERANCE)
    assert across[0] + across[-1] == pytest.approx(PAGE[0], abs=TOLERANCE)


@pytest.mark.parametrize("dpi", [150, *PRINTER_DOTS])
def test_scanners_read_both_codes_of_every_card(dpi: int) -> None:
    faces = row(2)
    front, back = drawn(*faces)

    assert set(places_of(front, dpi=dpi, share=0.25)) == {one.number for one in faces}
    assert set(places_of(back, dpi=dpi, share=0.25)) == {one.address for one in faces}


@pytest.mark.parametrize("petals", [5, 12])
def test_forty_cards_of_a_month_are_less_than_400_kilobytes(petals: int) -> None:
    pattern = replace(face().pattern, petals=petals)
    cards = [replace(face(place), pattern=pattern, holder="张*明") for place in range(40)]

    file = draw_card_sheet(sheet(*cards), SheetLayout(), drawn_at=NOON)

    assert len(pypdfium2.PdfDocument(file)) == 8
    assert len(file) < 400_000


def test_every_sheet_says_what_it_is_and_which_of_how_many() -> None:
    said = [page.get_textpage().get_text_range() for page in drawn(*row(11))]

    assert [
        f"批次20261209-1200 · {side} {number}/2" in text
        for text, (side, number) in zip(
            said, [("正面", 1), ("背面", 1), ("正面", 2), ("背面", 2)], strict=True
        )
    ] == [True] * 4


def test_the_same_sheet_is_the_same_file() -> None:
    one, other = (draw_card_sheet(sheet(*row(2)), SheetLayout(), drawn_at=NOON) for _ in range(2))

    assert one == other


@pytest.mark.parametrize(
    "name", ["䶮*㛃", "𬭎*明", "阿*丽", "买买提·吐*孜", "阿依古丽·阿不都拉·买买提明"]
)
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_rare_characters_and_names_with_a_dot_are_drawn(
    name: str, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    card = replace(face(), holder=name)
    file = draw_card_sheet(sheet(card, language=language), SheetLayout(), drawn_at=NOON)

    said = pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range()

    assert name in said
    assert caplog.records == []


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
@pytest.mark.parametrize(
    ("table", "characters"),
    [
        ("tongyong_guifan_hanzi_8105.csv", 8105),
        ("given_name_characters_2614.csv", 2614),
        ("surname_freq_1806.csv", 1500),
        ("uyghur_given_names.csv", 30),
    ],
)
def test_there_is_type_for_every_character_that_a_name_may_have(
    table: str, characters: int, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    text = shared_data(f"names/{table}").read_text("utf-8")
    wanted = {one for one in text if unicodedata.category(one) == "Lo"}
    paper = Paper("a4", language)
    paper.set_font(CHINESE)

    assert len(wanted) >= characters
    assert MISSING not in replace_unprintable(paper, "".join(sorted(wanted)))
    assert caplog.records == []
    paper.add_page()
    paper.output()


LONG = {
    "community": "乌鲁木齐市天山区田园市场社区居民委员会" * 2,
    "honour": "年度最受邻里尊敬的文明居民标兵",
    "until": "Wednesday, September 30, 2027",
    "holder": "阿依古丽·阿不都拉·买买提明·吐尔逊江",
    "rate": "Pay 80–85%",
    "share": "15–20% off",
    "rate_note": "As displayed in the shop",
    "telephone": "Community office telephone 0991-1234567 / 13800000000",
    "promise": "Not transferable · holds no money · free of charge · of this community",
    "demonstration": "Demonstration",
    "rules": ("Show it before you pay, in shops that hang the plaque of caring shops.",) * 5,
}


@pytest.mark.parametrize("values", [{}, LONG])
@pytest.mark.parametrize("duplex", Duplex)
def test_whatever_it_says_stays_on_its_card(values: dict[str, Any], duplex: Duplex) -> None:
    layout = SheetLayout(duplex=duplex, start=4)
    card = replace(face(), **values)
    front, back = drawn(card, duplex=duplex, start=4)

    for page, place in ((front, front_place(layout, 3)), (back, back_place(layout, 3))):
        for drawing in page.get_objects():
            if drawing.type != pypdfium2.raw.FPDF_PAGEOBJ_TEXT:
                continue
            left, bottom, right, top = (side / POINTS for side in drawing.get_bounds())
            if PAGE[1] - bottom > PAGE[1] - 6:
                continue
            assert place.x + 2 < left < right < place.x + WIDTH - 2
            assert place.y + 1 < PAGE[1] - top < PAGE[1] - bottom < place.y + HEIGHT - 1


def calibration() -> Calibration:
    return Calibration(
        "zh-Hans", "校准页", ("1. 量。", "2. 填。"), "右移0", "左", "上", "横", "竖", "对着光看"
    )


@pytest.mark.parametrize(("offset", "scale"), [(0.0, 1.0), (1.5, 1.0), (0.0, 1.02)])
def test_the_calibration_sheet_is_out_by_what_it_is_drawn_with(offset: float, scale: float) -> None:
    layout = SheetLayout(offset_x_mm=offset, offset_y_mm=offset, scale=scale)
    page, behind = pypdfium2.PdfDocument(draw_calibration(calibration(), layout, drawn_at=NOON))

    upright, lying = [], []
    for drawing in page.get_objects():
        if drawing.type == pypdfium2.raw.FPDF_PAGEOBJ_PATH:
            left, bottom, right, top = (side / POINTS for side in drawing.get_bounds())
            if top - bottom > 200:
                upright.append((left + right) / 2)
            elif right - left > 150:
                lying.append(PAGE[1] - (top + bottom) / 2)
    left, right = sorted(upright)
    above, below = sorted(lying)
    assert left == pytest.approx((20 - 105) * scale + 105 + offset, abs=0.05)
    assert above == pytest.approx((20 - 148.5) * scale + 148.5 + offset, abs=0.05)
    assert right - left == pytest.approx(150 * scale, abs=0.05)
    assert below - above == pytest.approx(240 * scale, abs=0.05)
    assert "对着光看" in behind.get_textpage().get_text_range()
