"""The tally sheet as a printer sees it: rendered, and read back."""

from dataclasses import replace

import pypdfium2
import pytest

from loyalty.reports.tally_sheet import ROWS, TallySheet, draw_tally_sheet
from tests.given import NOON

POINTS_PER_MILLIMETRE = 72 / 25.4


def sheet(*rates: str) -> TallySheet:
    """The sheet of one shop."""
    return TallySheet(
        language="zh-Hans",
        community="田园市场",
        title="打折卡登记表",
        shop_name="店铺",
        shop="馕王",
        stall="A12 · 牌号PGY-0001",
        day_name="日期",
        rates=rates or ("8.5折 · 付85%",),
        steps=["先看卡上的有效期，过了期的不打折。", "应收 = 原价 × 0.85。"],
        prices=[["原价", "10", "20"], ["8.5折", "8.50", "17.00"]],
        columns=("序号", "时间", "卡号", "原价（元）", "应收（元）"),
        example=("例", "10:21", "48210973351026", "12.90", "10.96"),
        footer="田园市场 · 打折卡登记表 · 馕王",
        demonstration=None,
    )


def drawn(one: TallySheet) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(draw_tally_sheet(one, drawn_at=NOON))


def said_on(one: TallySheet) -> str:
    (page,) = drawn(one)
    return str(page.get_textpage().get_text_range())


def test_a_sheet_says_whose_it_is_what_is_paid_and_how_to_reckon() -> None:
    said = said_on(sheet())

    for words in (
        "田园市场",
        "打折卡登记表",
        "馕王",
        "牌号PGY-0001",
        "8.5折 · 付85%",
        "应收 = 原价 × 0.85。",
        "17.00",
        "10.96",
        "日期",
    ):
        assert words in said


def test_a_sheet_is_one_page_of_a4_with_twenty_lines() -> None:
    (page,) = drawn(sheet())

    assert tuple(round(side / POINTS_PER_MILLIMETRE) for side in page.get_size()) == (210, 297)
    words = page.get_textpage().get_text_range().split()
    assert [str(number) for number in range(1, ROWS + 1) if str(number) not in words] == []


@pytest.mark.parametrize(
    "one",
    [
        sheet("文明居民 8.5折 · 付85%", "联户长 8折 · 付80%", "红细胞党员 8.25折 · 付82.5%"),
        replace(sheet(), shop="阿依古丽·阿不都拉的干果调料和馕与面点综合批发零售商店" * 2),
        replace(sheet(), stall="A12 · " * 20, columns=("Number",) * 5),
        replace(sheet(), steps=["Drop what is less than a fen, never round up. " * 3] * 5),
        replace(sheet(), demonstration="演示：这里的人和卡都是虚构的。"),
    ],
)
def test_whatever_it_says_stays_on_the_paper(one: TallySheet) -> None:
    (page,) = drawn(one)

    width, height = page.get_size()
    for drawing in page.get_objects():
        left, bottom, right, top = drawing.get_bounds()
        assert 0 <= left <= right <= width
        assert 0 <= bottom <= top <= height


def test_long_steps_become_smaller_and_leave_the_lines_free() -> None:
    long = replace(sheet(), steps=["Drop what is less than a fen, never round up. " * 3] * 5)

    (page,) = drawn(long)

    text = page.get_textpage()
    said = text.get_text_range()
    last = text.get_charbox(said.rindex("never round up"))
    head = text.get_charbox(said.index("卡号"))
    assert said.count("never round up") == 15
    assert last[1] > head[3]


def test_the_same_sheet_is_the_same_file() -> None:
    one, other = (draw_tally_sheet(sheet(), drawn_at=NOON) for _ in range(2))

    assert one == other
