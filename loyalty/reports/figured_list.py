"""Lists with amounts to be added up: texts stay texts, whatever they look like.

A text that a spreadsheet would carry out as a formula, or read as a number, is written so that none
does: marked as a text in a workbook, behind an apostrophe in a file of text.
"""

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from xlsxwriter import Workbook

from loyalty.rules.spreadsheet_cells import BEGINS_A_FORMULA

_HEAD: Final = {
    "num_format": "@",
    "bold": True,
    "bg_color": "#E4ECF7",
    "border": 1,
    "text_wrap": True,
}
_TEXT: Final = {"num_format": "@"}
_QUOTED: Final = {"num_format": "@", "quote_prefix": True}
_AMOUNT: Final = {"num_format": "#,##0.00"}
_READ_AS_A_NUMBER: Final = re.compile(r"[0-9][0-9.,]*(?:[eE][0-9]+)?")
"""Texts that a spreadsheet reads out of a file of text as a number, without their first zeros."""
_A4: Final = 9
"""How Excel numbers it."""


def write_figured_list(
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str | Decimal]],
    *,
    widths: Sequence[int],
) -> bytes:
    """Return a workbook with one list, to be filtered and to be printed on A4 with its headings.

    Args:
        title: printed above each page.
        headings: one for each column.
        rows: with as many cells each: texts, or amounts with two decimals.
        widths: of the columns, in digits.
    """
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        head, text, quoted, amount = (
            book.add_format(look) for look in (_HEAD, _TEXT, _QUOTED, _AMOUNT)
        )
        sheet = book.add_worksheet()
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_header(f"&C{title.replace('&', '&&')}")
        sheet.set_footer("&C&P / &N")
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(headings) - 1)
        for place, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, heading, head)
        for at, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, Decimal):
                    sheet.write_number(at, place, cell, amount)
                elif cell:
                    risky = cell.startswith(BEGINS_A_FORMULA)
                    sheet.write_string(at, place, cell, quoted if risky else text)
    return file.getvalue()


def write_figured_csv(headings: Sequence[str], rows: Sequence[Sequence[str | Decimal]]) -> bytes:
    """Return the same as text with commas; it begins with the mark by which Excel knows UTF-8."""
    file = io.StringIO(newline="")
    table = csv.writer(file)
    table.writerow(headings)
    for row in rows:
        table.writerow([_written(cell) for cell in row])
    return file.getvalue().encode("utf-8-sig")


def _written(cell: str | Decimal) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:.2f}"
    risky = cell.startswith(BEGINS_A_FORMULA) or _READ_AS_A_NUMBER.fullmatch(cell)
    return f"'{cell}" if risky else cell
