"""Workbooks people fill in, mend or sign: templates, lists, their own table with faults marked.

Every cell but an amount is written as a text, so that no spreadsheet runs one that looks like a
formula, and none makes a date of an address.
"""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from loyalty.rules.spreadsheet_cells import BEGINS_A_FORMULA

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_TEXT: Final = {"num_format": "@"}
_HEAD: Final = {**_TEXT, "bold": True, "bg_color": "#E4ECF7", "border": 1, "text_wrap": True}
_EXAMPLE: Final = {**_TEXT, "italic": True, "font_color": "#6B6459"}
_WRONG: Final = {**_TEXT, "bg_color": "#FBD9D3"}
_NOTE: Final = {**_TEXT, "font_color": "#9C2F1B", "text_wrap": True}
_LINED: Final = {**_TEXT, "border": 1, "valign": "vcenter"}
_AMOUNT: Final = {**_LINED, "num_format": "#,##0.00"}
_FILLED_ROWS: Final = 5_000
_WIDTH: Final = 16
_NOTE_WIDTH: Final = 48
_A4: Final = 9
"""How Excel numbers it."""
_ROOM_TO_SIGN: Final = 30
"""Height of a row that is signed, in points."""


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column of a form to be filled in."""

    heading: str
    example: str
    choices: Sequence[str] = ()
    """What may be picked; empty lets anything be typed."""


@dataclass(frozen=True, slots=True)
class MarkedRow:
    """One row of a table, and what is wrong with it."""

    place: int
    """From 0."""
    cells: Sequence[str]
    wrong: Collection[int] = frozenset()
    """Places of the cells that are wrong."""
    note: str = ""
    """What is wrong, in sentences."""


@dataclass(frozen=True, slots=True)
class _Styles:
    """The formats of one workbook, each made once."""

    book: Workbook
    made: dict[tuple[tuple[str, object], ...], Format] = field(default_factory=dict)

    def style(self, look: Mapping[str, object], text: str = "") -> Format:
        """Return a format; a text that looks like a formula stays one when it is edited."""
        quoted = {"quote_prefix": True} if text.startswith(BEGINS_A_FORMULA) else {}
        key = tuple(sorted({**look, **quoted}.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(dict(key))
        return self.made[key]


def write_blank_form(
    title: str, columns: Sequence[FormColumn], notes_title: str, notes: Sequence[str]
) -> bytes:
    """Return a workbook with headings, one example below them, and a sheet of notes."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        styles = _Styles(book)
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _WIDTH, styles.style(_TEXT))
            _write(sheet, styles, (0, place), column.heading, _HEAD)
            _write(sheet, styles, (1, place), column.example, _EXAMPLE)
            if column.choices:
                rule = {"validate": "list", "source": list(column.choices)}
                sheet.data_validation(2, place, _FILLED_ROWS, place, rule)
        explained = book.add_worksheet(notes_title)
        explained.set_column(0, 0, 2 * _NOTE_WIDTH)
        for place, note in enumerate(notes):
            _write(explained, styles, (place, 0), note, {**_TEXT, "text_wrap": True})
    return file.getvalue()


def write_marked_table(rows: Sequence[MarkedRow], *, top: int | None, heading: str) -> bytes:
    """Return a table with its wrong cells coloured and a last column that says what is wrong.

    Args:
        top: place of the row with the headings; None where a table has none.
        heading: of that column.
    """
    file = io.BytesIO()
    width = max((len(row.cells) for row in rows), default=0)
    with Workbook(file, {"in_memory": True}) as book:
        styles = _Styles(book)
        sheet = book.add_worksheet()
        sheet.set_column(0, max(width - 1, 0), _WIDTH, styles.style(_TEXT))
        sheet.set_column(width, width, _NOTE_WIDTH)
        for row in rows:
            usual = _HEAD if row.place == top else _TEXT
            for place in range(max(len(row.cells), *(at + 1 for at in row.wrong), 0)):
                text = row.cells[place] if place < len(row.cells) else ""
                look = _WRONG if place in row.wrong else usual
                _write(sheet, styles, (row.place, place), text, look)
            if row.place == top:
                _write(sheet, styles, (row.place, width), heading, _HEAD)
            elif row.note:
                _write(sheet, styles, (row.place, width), row.note, _NOTE)
    return file.getvalue()


def write_list(
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str | Decimal]],
    *,
    widths: Sequence[int],
    signed: bool = True,
    landscape: bool = False,
) -> bytes:
    """Return a workbook with one list, to be filtered and to be printed on A4 with its headings.

    Args:
        title: of the sheet, printed above each page.
        headings: one for each column.
        rows: with as many cells each: texts, or amounts with two decimals that add up.
        widths: of the columns, in digits.
        signed: whether its rows are so high that people can sign in them.
        landscape: whether its pages lie on their long side.
    """
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        styles = _Styles(book)
        sheet = book.add_worksheet()
        _lay_out(sheet, title, landscape=landscape)
        sheet.autofilter(0, 0, max(len(rows), 1), len(headings) - 1)
        for place, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.set_column(place, place, width, styles.style(_TEXT))
            _write(sheet, styles, (0, place), heading, _HEAD)
        for at, row in enumerate(rows, start=1):
            if signed:
                sheet.set_row(at, _ROOM_TO_SIGN)
            for place, cell in enumerate(row):
                if isinstance(cell, Decimal):
                    sheet.write_number(at, place, cell, styles.style(_AMOUNT))
                else:
                    _write(sheet, styles, (at, place), cell, _LINED)
    return file.getvalue()


def _lay_out(sheet: Worksheet, title: str, *, landscape: bool) -> None:
    sheet.set_paper(_A4)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header(f"&C{title.replace('&', '&&')}")
    sheet.set_footer("&C&P / &N")
    sheet.freeze_panes(1, 0)


def _write(
    sheet: Worksheet,
    styles: _Styles,
    at: tuple[int, int],
    text: str,
    look: Mapping[str, object],
) -> None:
    style = styles.style(look, text)
    if text:
        sheet.write_string(*at, text, style)
    else:
        sheet.write_blank(*at, None, style)
