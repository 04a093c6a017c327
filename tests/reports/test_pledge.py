"""The pledge as a printer sees it: rendered, and read back."""

import pypdfium2
import pytest

from loyalty.reports.pledge import PledgeSheet, draw_pledge
from tests.given import NOON

DEMONSTRATION = "演示：这里的人和卡都是虚构的。"


def drawn(clauses: int, demonstration: str | None = None) -> list[str]:
    """What stands on each page of a pledge with some clauses."""
    sheet = PledgeSheet(
        language="zh-Hans",
        community="田园市场",
        title="诚信经营承诺",
        opening="我店承诺：",
        clauses=[f"第{place}件事照做" for place in range(clauses)],
        blanks=["店名", "日期"],
        closing="第1版",
        version="1",
        demonstration=demonstration,
    )
    document = pypdfium2.PdfDocument(draw_pledge(sheet, drawn_at=NOON))
    return [page.get_textpage().get_text_range() for page in document]


@pytest.mark.parametrize("told", [None, DEMONSTRATION])
def test_a_pledge_of_a_demonstration_says_that_it_is_one(told: str | None) -> None:
    (page,) = drawn(3, told)

    assert (DEMONSTRATION in page) is (told is not None)
    assert "第2件事照做" in page


def test_the_lines_to_sign_on_go_to_the_next_page_together_where_there_is_no_room() -> None:
    *before, last = next(pages for count in range(10, 30) if len(pages := drawn(count)) > 1)

    assert "我店承诺" in before[0]
    assert {"店名", "日期"} <= set(last.split())
    assert not any("店名" in page for page in before)
