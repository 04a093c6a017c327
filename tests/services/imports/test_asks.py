"""What the titles of a sheet say for all of its rows."""

from collections.abc import Sequence
from datetime import date

import pytest

from loyalty.services.imports.asks import list_deed_asks

TODAY = date(2026, 11, 29)


def day_said(*titles: str) -> str | None:
    asks = {ask.field: ask for ask in list_deed_asks([], today=TODAY)}
    return asks["done_on"].stated(titles)


@pytest.mark.parametrize(
    "titles",
    [
        ("2026年11月3日志愿服务签到表",),
        ("志愿服务签到表", "11月3日"),
        ("志愿服务签到表", "11.3"),
        ("志愿服务签到表", "11-3"),
        ("志愿服务签到表", "20261103"),
        ("志愿服务签到表", "2026.11.3"),
        ("11.3志愿服务签到表",),
        ("2026年11月志愿服务签到表", "11.3"),
        ("2026年11月3日志愿服务", "20261103"),
    ],
)
def test_a_title_or_the_name_of_the_sheet_says_the_day(titles: Sequence[str]) -> None:
    assert day_said(*titles) == "2026-11-03"


@pytest.mark.parametrize(
    "title",
    [
        "2026年11月3日至5日志愿服务",
        "2026年11月3日-5日志愿服务",
        "11月3日—11月5日志愿服务",
        "2026年11月3-5日志愿服务",
        "11月3日、5日志愿服务",
        "11月3日和4日志愿服务",
        "11月3日、11月5日志愿服务",
    ],
)
def test_of_several_days_in_a_title_none_is_chosen(title: str) -> None:
    assert day_said(title) is None


@pytest.mark.parametrize(
    "title",
    ["3-2栋志愿服务", "3-2号楼签到表", "1.2.3", "2026年11月", "1103", "20261340", "3.14159"],
)
def test_numbers_that_are_no_day_say_none(title: str) -> None:
    assert day_said(title) is None


@pytest.mark.parametrize(
    ("title", "day"),
    [("11月29日", "2026-11-29"), ("11月30日", "2025-11-30"), ("2月29日", None)],
)
def test_a_day_without_a_year_is_the_last_that_came_and_one_that_is_none_says_nothing(
    title: str, day: str | None
) -> None:
    assert day_said(f"{title}志愿服务签到表") == day
