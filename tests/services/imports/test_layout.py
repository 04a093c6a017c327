"""Registers as offices keep them: which column is which, and which rows are about nobody."""

from collections.abc import Sequence

import pytest

from loyalty.services.imports.rows import lay_out_rows
from loyalty.services.imports.table_cells import CellMark
from tests.laid_out_tables import COLUMNS, HEADINGS, ZHANG, cells, codes, refused, table


@pytest.mark.parametrize(
    "row",
    [
        ("合计", "5人"),
        ("合　计", "", "5"),
        ("小计：3户", ""),
        ("", "总计"),
        ("共5人", ""),
        ("以上共计 12 户", ""),
        ("制表人：王芳", "2026.11.3"),
        ("填表日期：2026年11月3日", ""),
        ("审核人（签字）：", "填表人："),
        ("社区（盖章）：", ""),
        ("注：以上人员均已核实", ""),
        ("合计（人）", "5"),
        ("合计时长：20小时", ""),
        ("应到20人，实到18人", ""),
        ("2026年11月3日", ""),
        ("年  月  日", ""),
        ("第 2 页 共 3 页", ""),
        ("以下空白", ""),
        ("姓名", "住址"),
        ("姓 名", "住址*"),
        ("居民名册", ""),
        ("", "", "备注而已"),
    ],
)
def test_a_row_about_nobody_is_passed_over_and_told(row: Sequence[str]) -> None:
    found = lay_out_rows(table(("居民名册", ""), HEADINGS, ZHANG, row, ("李四", "2栋")), COLUMNS)

    assert [one["name"] for one in cells(found)] == ["张三", "李四"]
    assert found.row_count == 2
    [note] = [note for note in found.notes if note.code == "passed_over"]
    assert note.values["rows"] == [4]


@pytest.mark.parametrize("role", ["负责人", "统计员", "登记人", "经办人"])
def test_what_somebody_does_makes_no_signature_of_their_row(role: str) -> None:
    rows = [("职务", *HEADINGS), (role, *ZHANG), (role, "王芳"), (f"{role}：", "王芳", "2026.11.3")]

    found = lay_out_rows(table(*rows), COLUMNS)

    assert [one["name"] for one in cells(found)] == ["张三"]


@pytest.mark.parametrize("name", ["合计生", "共青", "制表", "总计然", "注云", "审核"])
def test_a_name_that_begins_like_a_sum_is_a_person(name: str) -> None:
    found = lay_out_rows(table(HEADINGS, (f"{name}山", "1栋")), COLUMNS)

    assert len(found.rows) == 1


def test_headings_are_in_the_row_that_has_the_most_known_ones() -> None:
    rows = [("姓名不详的先别填", "", ""), ("", "住址"), ("序号", "姓名", "住址"), ("1", *ZHANG)]

    found = lay_out_rows(table(*rows), COLUMNS)

    assert (found.heading_row, cells(found)) == (3, [{"name": "张三", "unit": "1栋101"}])
    assert [(note.column, note.code) for note in found.notes] == [("序号", "ignored_column")]


@pytest.mark.parametrize(
    ("headings", "row", "unit"),
    [
        (("楼栋", "单元", "房号"), ("3", "2", "501"), "3栋2单元501"),
        (("栋", "单元", "室"), ("3栋", "2单元", "501室"), "3栋2单元501室"),
        (("楼号", "房号"), ("３号楼", "501"), "３号楼501"),
        (("幢号", "单元号", "门牌号"), ("B", "", "501"), "B栋501"),
        (("小区", "楼栋", "房号"), ("田园小区", "3", "501"), "3栋501"),
        (("门牌号",), ("3栋501",), "3栋501"),
        (("地址", "房号"), ("3栋501", "501"), "3栋501"),
    ],
)
def test_an_address_in_several_columns_is_put_together(
    headings: Sequence[str], row: Sequence[str], unit: str
) -> None:
    found = lay_out_rows(table(("姓名", *headings), ("张三", *row)), COLUMNS)

    assert [one["unit"] for one in cells(found)] == [unit]


def test_a_compound_stands_before_the_address_where_there_are_two() -> None:
    rows = [("张三", "东区", "3", "501"), ("李四", "西区", "3", "501")]

    found = lay_out_rows(table(("姓名", "小区", "楼栋", "房号"), *rows), COLUMNS)

    assert [one["unit"] for one in cells(found)] == ["东区3栋501", "西区3栋501"]


def test_an_address_without_its_number_is_none() -> None:
    found = lay_out_rows(table(("姓名", "楼栋", "房号"), ("张三", "3", "")), COLUMNS)

    assert cells(found) == [{"name": "张三"}]
    assert found.headings["unit"] == "楼栋+房号"


def test_the_likelier_of_two_columns_is_taken_and_the_other_told() -> None:
    rows = [("户主姓名", "姓名", "住址", "姓名"), ("张大", "张三", "1栋", "李四")]

    found = lay_out_rows(table(*rows), COLUMNS)

    assert [one["name"] for one in cells(found)] == ["张三"]
    assert codes(found) == [(1, "姓名", "repeated_heading")]
    assert [(note.column, note.code) for note in found.notes] == [("户主姓名", "ignored_column")]


def test_what_staff_say_of_a_column_goes_before_its_heading() -> None:
    rows = [("姓名", "甲", "", "住址"), ("张三", "张小三", "1栋", "旧1栋")]

    found = lay_out_rows(table(*rows), COLUMNS, chosen={0: "", 1: "name", 2: "unit"})

    assert cells(found) == [{"name": "张小三", "unit": "1栋"}]
    assert [(note.column, note.code) for note in found.notes] == [("住址", "ignored_column")]


def test_hidden_rows_and_columns_are_told_and_not_read() -> None:
    rows = [(*HEADINGS, "电话", "另记"), (*ZHANG, "139", "x"), ("李四", "2栋", "137", "y")]

    found = lay_out_rows(table(*rows, hidden=[3], hidden_columns=frozenset({2, 3})), COLUMNS)

    assert codes(found) == [(1, "电话", "hidden_column"), (3, "姓名", "hidden_row")]
    assert cells(found) == [{"name": "张三", "unit": "1栋101"}]
    assert found.row_count == 2


def test_further_sheets_with_such_a_table_are_told() -> None:
    found = lay_out_rows(table(HEADINGS, ZHANG, sheet="1号楼", others=["2号楼"]), COLUMNS)

    assert codes(found) == [(1, "2号楼", "other_sheet")]


def test_a_cell_too_many_refuses_a_row_of_a_text_and_is_told_of_a_sheet() -> None:
    rows = [HEADINGS, ("张三", "3号楼", "501")]

    assert refused(lay_out_rows(table(*rows, text=True), COLUMNS)) == [{"name": "extra_cells"}]
    in_sheet = lay_out_rows(table(*rows), COLUMNS)
    assert refused(in_sheet) == [{}]
    assert [note.code for note in in_sheet.notes] == ["untitled_column"]


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        (CellMark.ERROR, "error_cell"),
        (CellMark.DATE, "turned_date"),
        (CellMark.TIME, "turned_date"),
        (CellMark.FRACTION, "turned_number"),
        (CellMark.INEXACT, "inexact_number"),
        (CellMark.STRAY_QUOTE, "stray_quote"),
    ],
)
def test_an_odd_cell_is_refused_where_a_text_is_wanted(mark: CellMark, code: str) -> None:
    found = lay_out_rows(table(HEADINGS, ZHANG, marks={(2, 1): mark}), COLUMNS)

    assert refused(found) == [{"unit": code}]


def test_what_a_merged_cell_says_holds_for_homes_and_not_for_names() -> None:
    rows = [HEADINGS, ZHANG, ("李四", "1栋101"), ("李四", "2栋")]
    merged = {(3, 1): CellMark.MERGED, (4, 0): CellMark.MERGED}

    found = lay_out_rows(table(*rows, marks=merged), COLUMNS)

    assert refused(found) == [{}, {}, {"name": "merged_cell"}]
    assert [(note.column, note.code) for note in found.notes] == [("住址", "merged")]


def test_two_lines_are_one_home_and_not_one_name() -> None:
    lines = {(2, 0): CellMark.LINES, (2, 1): CellMark.LINES}

    found = lay_out_rows(table(HEADINGS, ("张三 李四", "1栋 101"), marks=lines), COLUMNS)

    assert refused(found) == [{"name": "two_things"}]


def test_a_remark_below_a_name_is_no_second_one() -> None:
    lines = {(2, 0): CellMark.LINES}

    found = lay_out_rows(table(HEADINGS, ("张三 (户主)", "1栋"), marks=lines), COLUMNS)

    assert cells(found) == [{"name": "张三", "unit": "1栋"}]


def test_a_remark_behind_a_name_is_left_out_and_told() -> None:
    found = lay_out_rows(table(HEADINGS, ("李秀英（女）", "1栋"), ("王芳 (户主)", "2栋")), COLUMNS)

    assert [one["name"] for one in cells(found)] == ["李秀英", "王芳"]
    [note] = found.notes
    assert (note.code, note.values["rows"]) == ("read_as", [2, 3])
    assert (note.values["text"], note.values["taken"]) == ("李秀英（女）", "李秀英")
