"""Days without a year, hours against minutes: a cell is read with what stands around it."""

import pytest

from loyalty.services.imports.days import read_day
from loyalty.services.imports.hours import read_points
from loyalty.services.imports.layout import CellRefusedError
from loyalty.services.imports.rows import lay_out_rows
from loyalty.services.imports.table_cells import CellMark
from tests.laid_out_tables import COLUMNS, HEADINGS, ZHANG, cells, refused, table


@pytest.mark.parametrize(
    ("title", "written", "day_taken"),
    [
        ("2025年志愿服务", "11月3日", "2025-11-03"),
        ("志愿服务", "11月3日", "2026-11-03"),
        ("志愿服务", "11.3", "2026-11-03"),
        ("志愿服务", "11/3", "2026-11-03"),
        ("志愿服务", "１１月３号（周二）", "2026-11-03"),
        ("志愿服务", "11月29日", "2026-11-29"),
        ("志愿服务", "11月30日", "2025-11-30"),
        ("2026年11月签到表", "12.1", "2026-12-01"),
    ],
)
def test_a_day_takes_the_year_of_the_title_or_the_last_it_came(
    title: str, written: str, day_taken: str
) -> None:
    rows = [(title,), (*HEADINGS, "日期"), (*ZHANG, written)]

    found = lay_out_rows(table(*rows), COLUMNS)

    assert cells(found)[0]["done_on"] == day_taken
    assert [note.code for note in found.notes] == ["read_as"]


@pytest.mark.parametrize(("number", "code"), [("11.1", "turned_number"), ("11.16", None)])
def test_a_day_held_as_a_number_may_have_lost_a_zero(number: str, code: str | None) -> None:
    rows = [(*HEADINGS, "日期"), (*ZHANG, number)]

    found = lay_out_rows(table(*rows, marks={(2, 2): CellMark.FRACTION}), COLUMNS)

    assert refused(found) == [{"done_on": code} if code else {}]


@pytest.mark.parametrize(
    "written", ["2月30日", "13.1", "2026-02-30", "11.3-11.5", "三号", "26.11.3"]
)
def test_a_day_that_is_none_is_refused(written: str) -> None:
    found = lay_out_rows(table((*HEADINGS, "日期"), (*ZHANG, written)), COLUMNS)

    codes_of_row = set(refused(found)[0].values())
    if not codes_of_row:
        with pytest.raises(CellRefusedError):
            read_day(cells(found)[0]["done_on"])
    assert codes_of_row <= {"not_a_date"}


@pytest.mark.parametrize(
    ("heading", "written", "hundredths"),
    [
        ("时长", "2", 200),
        ("时长", "1.5", 150),
        ("时长", "30分", 50),
        ("时长", "30分钟", 50),
        ("时长", "90分钟", 150),
        ("时长", "1小时30分", 150),
        ("时长", "1小时 30分钟", 150),
        ("时长", "１小时", 100),
        ("时长", "1.5小时", 150),
        ("时长", "一个半小时", 150),
        ("时长", "两小时", 200),
        ("时长", "半小时", 50),
        ("时长", "2h", 200),
        ("时长", "1:30", 150),
        ("时长", "20分钟", 33),
        ("时长", "100分钟", 167),
        ("时长", "24", 2400),
        ("时长", "40小时", 4000),
        ("时长（小时）", "40", 4000),
        ("时长(h)", "40", 4000),
        ("时长（分钟）", "90", 150),
        ("时长(分)", "90", 150),
        ("时长（分钟）", "2小时", 200),
        ("时长", "2.5分", 4),
        ("时长（分钟）", "22.5分", 38),
        ("时长", "1:30:00", 150),
        ("时长", "1.5小時", 150),
        ("时长", "90分鐘", 150),
        ("积分", "30分", 3000),
        ("积分", "2", 200),
        ("积分", "30分钟", 50),
    ],
)
def test_hours_minutes_and_points_are_told_apart(
    heading: str, written: str, hundredths: int
) -> None:
    found = lay_out_rows(table((*HEADINGS, heading), (*ZHANG, written)), COLUMNS)

    assert read_points(cells(found)[0]["points"]) == hundredths


def test_many_hours_without_a_unit_may_as_well_be_minutes() -> None:
    found = lay_out_rows(table((*HEADINGS, "时长"), (*ZHANG, "25"), (*ZHANG, "90")), COLUMNS)

    assert refused(found) == [{"points": "unclear_hours"}] * 2


@pytest.mark.parametrize(
    "written", ["0分钟", "1:75", "半", "小时", "-1小时", "1001小时", "8:00-10:00"]
)
def test_a_length_of_time_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(CellRefusedError):
        read_points(written)


def test_under_points_a_time_of_the_clock_is_none() -> None:
    found = lay_out_rows(table((*HEADINGS, "积分"), (*ZHANG, "1:30")), COLUMNS)

    assert refused(found) == [{"points": "not_points"}]
