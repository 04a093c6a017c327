"""Lists with amounts: they add up, and no text of them is carried out as a formula."""

import csv
import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from loyalty.reports.text_table import write_text_table
from loyalty.reports.workbooks import write_list

HEADINGS = ["店", "元"]


@pytest.mark.parametrize("risky", ["=1+1", "+86", "-店", "@店", "＝1+1", "\t=1"])
def test_what_looks_like_a_formula_stays_a_text(risky: str) -> None:
    rows: list[list[str | Decimal]] = [[risky, Decimal("-8.50")]]

    table = write_text_table(HEADINGS, rows)
    book = write_list("A&B", HEADINGS, rows, widths=[10, 10])

    assert list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))[1] == [f"'{risky}", "-8.50"]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    assert sheet.to_python()[1] == [risky, -8.5]


@pytest.mark.parametrize("digits", ["0042", "1234", "2345E678", "1,5"])
def test_what_looks_like_a_number_stays_a_text(digits: str) -> None:
    rows: list[list[str | Decimal]] = [[digits, Decimal(10)]]

    table = write_text_table(HEADINGS, rows)
    book = write_list("A", HEADINGS, rows, widths=[10, 10])

    assert list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))[1] == [f"'{digits}", "10.00"]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    assert sheet.to_python()[1] == [digits, 10]


@pytest.mark.parametrize("usual", ["2026-12-01", "12:30", "K2345678", ""])
def test_days_times_and_receipts_are_written_as_they_are(usual: str) -> None:
    assert write_text_table(HEADINGS, [[usual]]).decode("utf-8-sig").splitlines()[1] == (
        usual or '""'
    )


def test_a_usual_text_is_written_as_it_is() -> None:
    table = write_text_table(HEADINGS, [["百味菜铺", Decimal(10)]])

    assert table.startswith(b"\xef\xbb\xbf")
    assert table.decode("utf-8-sig").splitlines()[1] == "百味菜铺,10.00"
