"""What the columns of an uploaded table mean, by their headings."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from loyalty.rules.typed_text import fold
from loyalty.services.import_passed import is_passed_over
from loyalty.services.tables import TableRow

TITLE_ROWS = 5
"""Above the headings may stand a title; so far down they are looked for."""

NEVER_ASKED = frozenset({"序号", "序", "no", "no.", "问题", "说明"})
"""Headings of columns that nobody means to bring in, in their plain form."""

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
    HOUSEHOLD_SPELLING = "household_spelling"
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
    top: Sequence[str]
    """The headings as they stand in the file, by place."""
    top_number: int
    titles: Sequence[TableRow]
    """What stands above them."""
    fields: Mapping[int, str]
    """By the place of a column, from 0."""


def laid_out(
    rows: Sequence[TableRow],
    columns: Sequence[Column],
    *,
    chosen: Mapping[int, str] = MappingProxyType({}),
) -> LaidOut:
    """Find the headings of a table, and say which are missing, unknown or there twice.

    Args:
        chosen: by the place of a column: the field staff say it has, or "" for none.
    """
    by_name = {
        plain(name): column for column in columns for name in (column.heading, *column.others)
    }
    place = _place_of_headings(rows, by_name)
    top = rows[place]
    below = [row for row in rows[place + 1 :] if not is_passed_over(row)]
    fields, faults = _fields(top, by_name, chosen)
    headings = {field: _cell(top, index) for index, field in fields.items() if _cell(top, index)}
    missing = [
        column for column in columns if column.required and column.field not in fields.values()
    ]
    faults += [
        RowFault(top.number, column.heading, RowFaultCode.MISSING_HEADING, {}) for column in missing
    ]
    return LaidOut(
        headings={column.field: column.heading for column in columns} | headings,
        rows=[] if missing else [_file_row(row, fields) for row in below],
        row_count=len(below),
        faults=faults,
        top=top.cells,
        top_number=top.number,
        titles=rows[:place],
        fields=fields,
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


def _fields(
    top: TableRow, by_name: Mapping[str, Column], chosen: Mapping[int, str]
) -> tuple[dict[int, str], list[RowFault]]:
    """Return the field of each column that has one, and what is wrong with the other headings.

    What staff have chosen goes before what the headings say.
    """
    fields = {index: field for index, field in sorted(chosen.items()) if field}
    faults = []
    for index, text in enumerate(top.cells):
        if index in chosen:
            continue
        column = by_name.get(plain(text))
        if column is not None and column.field not in fields.values():
            fields[index] = column.field
        elif text and plain(text) not in NEVER_ASKED:
            faults.append(_heading_fault(top, text, known=column is not None))
    return fields, faults


def _cell(row: TableRow, index: int) -> str:
    return row.cells[index] if index < len(row.cells) else ""


def _heading_fault(row: TableRow, text: str, *, known: bool) -> RowFault:
    code = RowFaultCode.REPEATED_HEADING if known else RowFaultCode.UNKNOWN_HEADING
    return RowFault(row.number, text, code, {})


def _file_row(row: TableRow, fields: Mapping[int, str]) -> FileRow:
    cells = {field: _cell(row, index) for index, field in fields.items()}
    cells = {field: cell for field, cell in cells.items() if fold(cell)}
    return FileRow(row.number, cells)
