"""What the columns of an uploaded table mean, by their headings."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from loyalty.rules.typed_text import fold
from loyalty.services.tables import TableRow

TITLE_ROWS = 5
"""Above the headings may stand a title; so far down they are looked for."""

_PARENTHESES = re.compile(r"\(.*?\)")
_ORNAMENTS = re.compile(r"[\s*:_/-]")
_SIMPLIFIED = str.maketrans(
    "戶樓棟號電話責區聯單參繫絡類數攤長種積來內時間",
    "户楼栋号电话责区联单参系络类数摊长种积来内时间",
)


class RowFaultCode(StrEnum):
    """What is wrong with a row or a heading. Codes are public: add one, never rename one."""

    MISSING_HEADING = "missing_heading"
    UNKNOWN_HEADING = "unknown_heading"
    REPEATED_HEADING = "repeated_heading"
    REQUIRED = "required"
    TOO_LONG = "too_long"
    DAMAGED_TEXT = "damaged_text"
    FORMULA = "formula"
    NOT_YES_OR_NO = "not_yes_or_no"
    NOT_A_PHONE = "not_a_phone"
    NOT_A_DATE = "not_a_date"
    FUTURE_DATE = "future_date"
    NOT_POINTS = "not_points"
    NOT_A_RATE = "not_a_rate"
    OUTSIDE_BAND = "outside_band"
    UNKNOWN_AREA = "unknown_area"
    UNKNOWN_HOUSEHOLD_GROUP = "unknown_household_group"
    UNKNOWN_RESIDENT = "unknown_resident"
    SEVERAL_RESIDENTS = "several_residents"
    UNKNOWN_KIND = "unknown_kind"
    REPEATED_ROW = "repeated_row"
    EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong with one row."""

    row: int
    """As the user sees it, from 1."""
    column: str
    """The heading."""
    code: RowFaultCode
    values: Mapping[str, Any]
    """What the sentence about it needs to say."""


class CellRefusedError(Exception):
    """A cell cannot be used; it becomes a `RowFault`, and never leaves the services."""

    def __init__(self, code: RowFaultCode, *, field: str | None = None, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        """Of the column; None where it is the one being read."""
        self.values = values


@dataclass(frozen=True, slots=True)
class Column:
    """One column a table of some kind may have."""

    field: str
    """What the service calls it."""
    heading: str
    """As in the template."""
    others: Sequence[str]
    """What else it may be called; the traditional spelling of each is known by itself."""
    read: Callable[[str], Any]
    """Turns the text of a cell that holds something into a value, or raises CellRefusedError."""
    required: bool = False


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row below the headings."""

    number: int
    cells: Mapping[str, str]
    """By the fields of their columns; only those that hold something."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A table whose headings are understood."""

    headings: Mapping[str, str]
    """By field, as the file spells them."""
    rows: Sequence[FileRow]
    row_count: int
    faults: Sequence[RowFault]
    """Of the headings. Where one is missing, no row can be used."""


def laid_out(rows: Sequence[TableRow], columns: Sequence[Column]) -> LaidOut:
    """Find the headings of a table, and say which are missing, unknown or there twice."""
    by_name = {
        plain(name): column for column in columns for name in (column.heading, *column.others)
    }
    place = _place_of_headings(rows, by_name)
    top, below = rows[place], rows[place + 1 :]
    fields: dict[int, str] = {}
    headings: dict[str, str] = {}
    faults: list[RowFault] = []
    for index, text in enumerate(top.cells):
        column = by_name.get(plain(text))
        if column is not None and column.field not in headings:
            fields[index] = column.field
            headings[column.field] = text
        elif text:
            faults.append(_heading_fault(top, text, known=column is not None))
    missing = [column for column in columns if column.required and column.field not in headings]
    faults += [
        RowFault(top.number, column.heading, RowFaultCode.MISSING_HEADING, {}) for column in missing
    ]
    return LaidOut(
        headings={column.field: column.heading for column in columns} | headings,
        rows=[] if missing else [_file_row(row, fields) for row in below],
        row_count=len(below),
        faults=faults,
    )


def plain(heading: str) -> str:
    """Return a heading without what people add to it: blanks, asterisks, remarks in brackets."""
    text = fold(heading).casefold()
    return _ORNAMENTS.sub("", _PARENTHESES.sub("", text)).translate(_SIMPLIFIED)


def _place_of_headings(rows: Sequence[TableRow], by_name: Mapping[str, Column]) -> int:
    """Return the first row that has a known heading; where none has one, the first row."""
    places = range(min(len(rows), TITLE_ROWS))
    return next(
        (place for place in places if any(plain(cell) in by_name for cell in rows[place].cells)), 0
    )


def _heading_fault(row: TableRow, text: str, *, known: bool) -> RowFault:
    code = RowFaultCode.REPEATED_HEADING if known else RowFaultCode.UNKNOWN_HEADING
    return RowFault(row.number, text, code, {})


def _file_row(row: TableRow, fields: Mapping[int, str]) -> FileRow:
    cells = {
        field: row.cells[index]
        for index, field in fields.items()
        if index < len(row.cells) and fold(row.cells[index])
    }
    return FileRow(row.number, cells)
