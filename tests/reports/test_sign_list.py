"""The list on which people sign: nobody is left out, and every name can be read."""

from dataclasses import replace

import pypdfium2
import pytest

from loyalty.reports.sign_list import SignGroup, SignList, SignRow, draw_sign_list
from tests.given import NOON

LONG = "阿依古丽·阿不都热合曼·买买提"
LIST = SignList(
    language="zh-Hans",
    community="田园市场",
    title="2026年12月打折卡签收单",
    columns=("序号", "姓名", "住址", "末四位", "领卡人签名", "日期"),
    groups=[],
    footer="本人领卡时签名。",
    demonstration=None,
)


def pages_of(*groups: SignGroup) -> list[str]:
    file = draw_sign_list(replace(LIST, groups=groups), drawn_at=NOON)
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(file)]


def group_of(count: int, heading: str = "东区") -> SignGroup:
    rows = [SignRow(f"王{place}", f"{place}号楼", f"{place:04d}") for place in range(count)]
    return SignGroup(heading, f"{count}张卡", rows)


@pytest.mark.parametrize(("people", "pages"), [(1, 1), (21, 1), (22, 2), (42, 2), (43, 3)])
def test_a_long_area_goes_on_over_pages_each_with_its_heading(people: int, pages: int) -> None:
    found = pages_of(group_of(people))

    assert len(found) == pages
    assert all("东区" in page and "领卡人签名" in page for page in found)
    assert all(f"{place:04d}" in " ".join(found) for place in range(people))


def test_each_area_begins_a_page() -> None:
    east, west = pages_of(group_of(2), group_of(2, "西区"))

    assert ("西区" in east, "东区" in west) == (False, False)
    assert "2 / 2" in west


def test_a_long_name_stands_on_two_lines_in_whole() -> None:
    (page,) = pages_of(SignGroup("东区", "1张卡", [SignRow(LONG, "1号楼", "0731")]))

    assert LONG in page.replace("\r", "").replace("\n", "")


def test_the_file_is_the_same_for_the_same_list() -> None:
    one, other = (
        draw_sign_list(replace(LIST, groups=[group_of(3)]), drawn_at=NOON) for _ in range(2)
    )

    assert one == other


@pytest.mark.parametrize("told", [None, "演示：这里的人和卡都是虚构的。"])
def test_a_list_of_a_demonstration_says_on_each_page_that_it_is_one(told: str | None) -> None:
    one = replace(LIST, groups=[group_of(22)], demonstration=told)

    file = pypdfium2.PdfDocument(draw_sign_list(one, drawn_at=NOON))

    pages = [page.get_textpage().get_text_range() for page in file]
    assert ["虚构" in page for page in pages] == [told is not None] * 2
