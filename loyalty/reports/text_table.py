"""Tables as text with commas: texts stay texts, whatever a spreadsheet would make of them."""

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from loyalty.rules.spreadsheet_cells import neutralise

_READ_AS_A_NUMBER: Final = re.compile(r"[0-9][0-9.,]*(?:[eE][0-9]+)?")
"""Texts that a spreadsheet reads as a number, without their first zeros."""


def write_text_table(headings: Sequence[str], rows: Sequence[Sequence[str | Decimal]]) -> bytes:
    """Return a table; it begins with the mark by which Excel knows UTF-8.

    Args:
        headings: one for each column.
        rows: with as many cells each: texts, or amounts with two decimals.
    """
    file = io.StringIO(newline="")
    table = csv.writer(file)
    table.writerow(headings)
    table.writerows([_written(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _written(cell: str | Decimal) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:.2f}"
    return f"'{cell}" if _READ_AS_A_NUMBER.fullmatch(cell) else neutralise(cell)
