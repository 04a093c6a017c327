"""What is odd about the cells of an uploaded file is told, and never read as if it were not."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from loyalty.services import apart
from loyalty.services.errors import BusyError, UnreadableFileError
from loyalty.services.imports import table_reading
from loyalty.services.imports.table_cells import show
from loyalty.services.imports.table_faults import RefusedError
from loyalty.services.imports.table_markup import Markup, read_markup
from loyalty.services.imports.table_old_markup import read_old_markup
from loyalty.services.imports.table_reading import describe_table
from loyalty.services.imports.tables import (
    ALL_HEADINGS,
    CellMark,
    FileFault,
    Table,
    parse_table,
    read_table,
    serialize_table,
)
from tests.given_old_workbooks import (
    DIVISION,
    NOT_AVAILABLE,
    SECTOR,
    computed,
    gone_wrong,
    old_workbook,
)
from tests.given_tables import HEADINGS, LI, ZHANG, text, workbook
from tests.services.imports.test_tables import cell, crafted

Write = Callable[[xlsxwriter.Workbook], None]


def in_process(content: bytes) -> Table:
    """Return what the reader would say, without the process of its own, which takes time."""
    return parse_table(describe_table(content, ALL_HEADINGS))


def written(write: Write) -> Table:
    """Return what is read of a workbook that a function has written."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        write(book)
    return in_process(file.getvalue())


def marks(table: Table) -> dict[tuple[int, int], CellMark]:
    return {(row.number, at): mark for row in table.rows for at, mark in row.marks.items()}


def fault_of(content: bytes) -> FileFault:
    with pytest.raises(RefusedError) as refusal:
        in_process(content)
    return FileFault(str(refusal.value))


@pytest.mark.parametrize(
    "error", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#VALUE!", "#NULL!", "#NUM!"]
)
def test_a_formula_that_went_wrong_shows_what_excel_shows(error: str) -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_formula(1, 3, "=VLOOKUP(1,A1:A2,1,0)", None, error)

    table = written(write)

    assert table.rows[1].cells[3] == error
    assert marks(table) == {(2, 3): CellMark.ERROR}


@pytest.mark.parametrize(
    "entry",
    [
        *("#N/A", "#REF!", "#NV", "#名称?", "#¡DIV/0!", "Err:502", "#####"),
        *("#Н/Д", "#I/T", "#YOK", "#N.D.", "#DIV/0", "#VALUE", "＃N/A", "错误:502", "錯誤：508"),
    ],
)
def test_an_error_saved_as_text_is_one_too(entry: str) -> None:
    assert marks(in_process(text(HEADINGS, ("张三", entry)))) == {(2, 1): CellMark.ERROR}


def test_a_formula_that_was_never_computed_is_no_empty_cell() -> None:
    formula = '<c r="A2"><f>B2*2</f></c><c r="B2"><f>C2</f><v>7</v></c>'
    text_formula = '<c r="C2" t="str"><f>IF(1,"")</f><v></v></c>'
    content = crafted(
        f'<row r="1">{cell("A1")}{cell("C1")}</row><row r="2">{formula}{text_formula}</row>'
    )

    table = in_process(content)

    assert list(table.rows[1].cells) == ["=B2*2", "7"]
    assert marks(table) == {(2, 0): CellMark.ERROR}


def test_a_row_or_column_without_height_or_width_is_hidden() -> None:
    rows = f'<row r="1" ht="0">{cell("A1")}</row><row r="2" ht="15">{cell("A2")}</row>'

    assert [row.hidden for row in in_process(crafted(rows)).rows] == [True, False]


@pytest.mark.parametrize("entry", ["#5栋", "3#501", "N/A", "#", "A#!", "#A", "#A1", "#12-3", "#甲"])
def test_a_number_sign_alone_is_no_error(entry: str) -> None:
    assert marks(in_process(text(HEADINGS, ("张三", entry)))) == {}


def test_dates_and_times_are_marked_whatever_they_were_meant_to_be() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, date(2026, 3, 2), book.add_format({"num_format": 'm"月"d"日"'}))
        sheet.write(0, 1, time(3, 2), book.add_format({"num_format": "h:mm"}))
        sheet.write(
            0, 2, timedelta(hours=26, minutes=30), book.add_format({"num_format": "[h]:mm"})
        )
        sheet.write(0, 3, 0.5)
        sheet.write(0, 4, 37318)

    table = written(write)

    assert list(table.rows[0].cells) == ["2026-03-02", "03:02", "26:30", "0.5", "37318"]
    assert list(marks(table).values()) == [
        CellMark.DATE,
        CellMark.TIME,
        CellMark.TIME,
        CellMark.FRACTION,
    ]


@given(st.integers(1, 10**6), st.integers(1, 99))
def test_a_sum_of_hundredths_shows_no_noise(whole: int, hundredths: int) -> None:
    noisy = whole + hundredths / 100 + 0.1 - 0.1

    assert show(noisy).text == f"{whole + hundredths / 100:.15g}"


@pytest.mark.parametrize(
    ("value", "entry", "mark"),
    [
        (3.3000000000000003, "3.3", CellMark.FRACTION),
        (12.0, "12", None),
        (12.000000000000002, "12", None),
        (13800138000, "13800138000", None),
        (999_999_999_999_999, "999999999999999", None),
        (1_000_000_000_000_000, "1e+15", CellMark.INEXACT),
        (650101199001011234, "6.50101199001011e+17", CellMark.INEXACT),
        ("1.38E+10", "1.38E+10", CellMark.INEXACT),
        ("1.3800138E10", "1.3800138E10", CellMark.INEXACT),
        ("3E5", "3E5", None),
        ("3号楼\n501", "3号楼 501", CellMark.LINES),
        ("3号楼\n", "3号楼", None),
    ],
)
def test_a_cell_shows_what_excel_shows(value: object, entry: str, mark: CellMark | None) -> None:
    table = in_process(workbook(("姓名",), (value,)))

    assert list(table.rows[1].cells) == [entry]
    assert table.rows[1].marks.get(0) == mark


@pytest.mark.parametrize(
    ("number_format", "entry"),
    [
        ("0000", "0012"),
        ('0"栋"', "12栋"),
        ("0-0", "1-2"),
        ("0\\-000", "0-012"),
        ("0/0", "1/2"),
        ("General", "12"),
        ("0", "12"),
    ],
)
def test_leading_zeros_and_words_of_a_format_are_shown(number_format: str, entry: str) -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, 12, book.add_format({"num_format": number_format}))

    assert list(written(write).rows[0].cells) == [entry]


def test_hidden_rows_and_columns_are_told_from_others() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        for row, cells in enumerate((HEADINGS, ZHANG, LI)):
            sheet.write_row(row, 0, cells)
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column(3, 3, None, None, {"hidden": True})

    table = written(write)

    assert [row.hidden for row in table.rows] == [False, True, False]
    assert table.hidden_columns == {3}


def test_rows_that_a_filter_hides_are_hidden() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        for row, cells in enumerate((HEADINGS, ZHANG, LI)):
            sheet.write_row(row, 0, cells)
        sheet.autofilter(0, 0, 2, 3)
        sheet.filter_column(0, "x == 李秀英")
        sheet.set_row(1, options={"hidden": True})

    assert [row.hidden for row in written(write).rows] == [False, True, False]


def test_the_sheet_with_the_headings_is_taken_and_the_others_are_named() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("说明").write(0, 0, "请填写下表")
        for name in ("1号楼", "2号楼"):
            book.add_worksheet(name).write_row(2, 0, HEADINGS)
        hidden = book.add_worksheet("旧表")
        hidden.write_row(0, 0, HEADINGS)
        hidden.hide()
        book.add_worksheet("选项").write_column(0, 0, ("是", "否"))

    table = written(write)

    assert (table.sheet, list(table.others)) == ("1号楼", ["2号楼", "旧表"])


def test_a_table_on_a_hidden_sheet_alone_is_not_taken() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("说明").write(0, 0, "请填写下表")
        hidden = book.add_worksheet("居民")
        hidden.write_row(0, 0, HEADINGS)
        hidden.hide()

    assert fault_of(file.getvalue()) == FileFault.NO_SHEET


def test_a_cell_merged_downwards_holds_for_each_row_and_is_marked() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.merge_range(1, 1, 3, 1, "3号楼501")
        sheet.write_column(1, 0, ("张三", "李四", "王五"))

    table = written(write)

    assert [row.cells[1] for row in table.rows[1:]] == ["3号楼501"] * 3
    assert marks(table) == {(3, 1): CellMark.MERGED, (4, 1): CellMark.MERGED}


@pytest.mark.parametrize("small", [False, True])
def test_an_old_workbook_is_read_like_a_new_one(small: bool) -> None:  # noqa: FBT001
    rows = [HEADINGS, ("张三", "1栋", "是", "H-1"), ("李四", 2, "是"), ("王五", 3.5)]
    content = old_workbook(
        [["说明"]],
        rows,
        errors={(2, 3): NOT_AVAILABLE, (3, 2): DIVISION},
        hidden_rows=[1],
        hidden_columns=[2],
        small=small,
    )

    table = in_process(content)

    assert [list(row.cells) for row in table.rows] == [
        list(HEADINGS),
        ["张三", "1栋", "是", "H-1"],
        ["李四", "2", "是", "#N/A"],
        ["王五", "3.5", "#DIV/0!"],
    ]
    assert [row.number for row in table.rows if row.hidden] == [2]
    assert table.hidden_columns == {2}
    assert set(marks(table).values()) == {CellMark.ERROR, CellMark.FRACTION}


def test_of_formulas_of_an_old_workbook_those_that_went_wrong_show_it() -> None:
    formulas = {
        (1, 0): computed(7),
        (1, 1): gone_wrong(DIVISION),
        (1, 2): gone_wrong(NOT_AVAILABLE),
    }

    table = in_process(old_workbook([HEADINGS, ("", "", "", "H-1")], formulas=formulas))

    assert list(table.rows[1].cells) == ["7", "#DIV/0!", "#N/A", "H-1"]
    assert marks(table) == {(2, 1): CellMark.ERROR, (2, 2): CellMark.ERROR}


def test_an_old_workbook_that_never_ends_is_read_to_its_end() -> None:
    ending = b"\x0a\0\0\0"
    content = old_workbook([HEADINGS, ZHANG], hidden_rows=[1])
    before, _, after = content.rpartition(ending)

    assert read_old_markup(before + bytes(len(ending)) + after, 0).hidden_rows == {1}


def test_an_old_workbook_whose_sectors_turn_in_a_circle_comes_to_an_end() -> None:
    content = bytearray(old_workbook([HEADINGS, ZHANG], hidden_rows=[1]))
    last = SECTOR + 4 * (len(content) // SECTOR - 2)
    content[last : last + 4] = (2).to_bytes(4, "little")

    assert read_old_markup(bytes(content), 0).hidden_rows == {1}


def test_a_sheet_of_which_there_is_nothing_to_tell_says_nothing() -> None:
    with zipfile.ZipFile(io.BytesIO(crafted(f'<row r="1">{cell("A1")}</row>'))) as archive:
        assert read_markup(archive, "a") == Markup()


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("_rels/.rels", "<Relationships/>"),
        ("xl/worksheets/sheet1.xml", '<row hidden="1">'),
        ("xl/worksheets/sheet1.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a hidden="1">&b;</a>'),
        ("xl/worksheets/sheet1.xml", '<a><row r="x" hidden="1"/></a>'),
    ],
)
def test_a_workbook_whose_parts_do_not_hold_together_is_damaged(part: str, content: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(crafted(""))) as whole, zipfile.ZipFile(file, "w") as broken:
        for name in whole.namelist():
            broken.writestr(name, content if name == part else whole.read(name))

        with pytest.raises(RefusedError, match="damaged"):
            read_markup(broken, "a")


@pytest.mark.parametrize(("most", "is_refused"), [(12, False), (11, True)])
def test_a_table_of_too_many_letters_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    is_refused: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setattr(table_reading, "MOST_TEXT", most)
    content = text(("姓名", "住址"), ("张小明", "3号楼50"))

    if is_refused:
        assert fault_of(content) == FileFault.TOO_LARGE
    else:
        assert len(in_process(content).rows) == 2


def test_a_table_is_kept_and_comes_back_the_same() -> None:
    table = read_table(workbook(HEADINGS, ("#N/A", 0.5, date(2026, 1, 1))))

    assert parse_table(serialize_table(table)) == table


def test_a_busy_machine_says_so_and_calls_no_file_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = text(HEADINGS, ZHANG)
    assert len(read_table(content).rows) == 2

    monkeypatch.setattr(apart, "SECONDS", 0.001)

    with pytest.raises(BusyError) as refusal:
        read_table(content)
    assert isinstance(refusal.value, UnreadableFileError)
    assert refusal.value.fault == FileFault.BUSY
