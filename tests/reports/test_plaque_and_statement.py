"""The plaque and the statement of a shop as printed: nothing cut off, nothing on top of another."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations

import pypdfium2
import pytest
import zxingcpp

from loyalty.reports.plaque import Plaque, draw_plaque
from loyalty.reports.shop_statement import StatedFigure, StatementSheet, draw_shop_statement
from tests.given import NOON

ADDRESS = "https://loyalty.example/tianyuan/p/PGYS-0003"
POINTS_PER_MILLIMETRE = 72 / 25.4

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in millimetres from the upper left corner of the paper."""

PLAQUE = Plaque(
    language="zh-Hans",
    community="田园市场",
    series="蒲公英便民超市",
    title="爱心店铺",
    shop="春和便民超市",
    trade="超市",
    number="牌号PGYS-0003",
    until="认证到2027年5月13日，以扫码为准",
    invitation="出示打折卡，少付钱",
    check="扫一扫，看这块牌子今天作不作数",
    model="诚信经营示范户",
    address=ADDRESS,
    demonstration="演示：这里的人和卡都是虚构的。",
)
IN_ENGLISH = replace(
    PLAQUE,
    language="en",
    series="Dandelion supermarket",
    title="Caring shops",
    shop="Spring and Harmony Convenience Store of the Old Market",
    trade="Supermarket",
    invitation="Show the discount card, and you pay less.",
    until="Certified until May 13, 2027; what you scan has the last word",
    check="Scan to see if this plaque holds today",
    model="Model of honest trade",
)
OF_A_LONG_NAME = replace(
    PLAQUE, community="乌鲁木齐市经济技术开发区田园市场社区居民委员会和谐家园小区"
)

STATEMENT = StatementSheet(
    language="zh-Hans",
    community="田园市场",
    title="2026年11月对账单",
    shop="双喜百货店",
    details="A区01号 · 牌号PGYS-0002",
    figures=[
        StatedFigure(name, figure, unit, "用卡次数，已减去整笔撤销和退货的；不管是哪一天卖的。")
        for name, figure, unit in (
            *(("用卡", "1,234", "次"), ("持卡人付的钱", "1,443,283.28", "元")),
            *(("店里让的利", "297,660.66", "元"), ("原价", "1,740,943.94", "元")),
            ("撤销和退货", "31", "笔"),
        )
    ],
    months_title="前几个月",
    columns=("月份", "人次", "实收（元）", "让利（元）"),
    months=[
        (f"2026年{month}月", "1,219", "1,446,711.71", "296,550.55") for month in range(10, 5, -1)
    ],
    people_title="来了多少人",
    people=[("用卡的人", "1,014"), ("新来的", "—"), ("来过的", "1,009")],
    notes=("新来的：这个月之前45天没在本店用过卡。只数人，不记是谁；不到5人的不写，写“—”。",),
    footer="2026年12月1日打印",
    demonstration="演示：这里的人和卡都是虚构的。",
)


def page_of(content: bytes) -> pypdfium2.PdfPage:
    """Return the only page of a PDF."""
    (page,) = pypdfium2.PdfDocument(content)
    return page


def boxes_of(page: pypdfium2.PdfPage) -> Sequence[Box]:
    """Return where the lines of text stand."""
    text, height = page.get_textpage(), page.get_height()
    return [
        tuple(part / POINTS_PER_MILLIMETRE for part in (left, height - top, right, height - bottom))
        for left, bottom, right, top in map(text.get_rect, range(text.count_rects()))
    ]


def overlap(one: Box, other: Box) -> bool:
    """Return whether two boxes have more in common than an edge."""
    hair = 0.2
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > hair
        and min(one[3], other[3]) - max(one[1], other[1]) > hair
    )


@pytest.mark.parametrize(
    "draw",
    [
        partial(draw_plaque, PLAQUE),
        partial(draw_plaque, IN_ENGLISH),
        partial(draw_shop_statement, STATEMENT),
    ],
    ids=["plaque", "plaque in English", "statement"],
)
def test_every_line_stands_on_the_paper_and_apart_from_the_others(
    draw: Callable[..., bytes],
) -> None:
    page = page_of(draw(drawn_at=NOON))
    boxes = boxes_of(page)
    width, height = (side / POINTS_PER_MILLIMETRE for side in page.get_size())

    assert len(boxes) > 5
    for left, top, right, bottom in boxes:
        assert min(left, top, width - right, height - bottom) >= 5
    assert [pair for pair in combinations(boxes, 2) if overlap(*pair)] == []


@pytest.mark.parametrize(
    "plaque",
    [PLAQUE, IN_ENGLISH, OF_A_LONG_NAME],
    ids=["plaque", "plaque in English", "long name"],
)
def test_the_words_of_a_plaque_stay_clear_of_the_dandelion_and_the_qr(plaque: Plaque) -> None:
    drawn = ((199.0, 14.0, 272.0, 78.0), (221.0, 106.0, 269.0, 154.0))
    boxes = boxes_of(page_of(draw_plaque(plaque, drawn_at=NOON)))

    assert [box for box in boxes for one in drawn if overlap(box, one)] == []


def test_the_qr_of_a_plaque_is_read_from_a_coarse_print() -> None:
    picture = page_of(draw_plaque(PLAQUE, drawn_at=NOON)).render(scale=150 / 72).to_pil()

    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [ADDRESS]
