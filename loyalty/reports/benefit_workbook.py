"""The workbook of who gained what: lists with charts, and totals that are formulas.

The same content makes the same bytes. Texts are written as texts, so that no spreadsheet carries
one out.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from loyalty.reports.fixed_zip import MADE_AT


@dataclass(frozen=True, slots=True)
class SumElsewhere:
    """The sum of a column on another sheet, as a formula."""

    address: str
    """From `total_cell`."""
    result: int
    """What the formula comes to."""
    kind: "CellKind"


CellValue = str | int | SumElsewhere | None
"""Amounts in fen and quantities in hundredths; None stays empty."""


class CellKind(StrEnum):
    """How the cells of a column are written."""

    TEXT = "text"
    PROSE = "prose"
    """In as many lines as it takes."""
    COUNT = "count"
    HUNDREDTHS = "hundredths"
    """A whole number of hundredths, such as fen, shown as what they are hundredths of."""


@dataclass(frozen=True, slots=True)
class BookColumn:
    """One column of a sheet."""

    heading: str
    kind: CellKind = CellKind.TEXT
    width: int = 14
    summed: bool = False
    """Whether the sheet ends with its sum."""


@dataclass(frozen=True, slots=True)
class BookChart:
    """A chart beside a list."""

    shape: str
    """``line``, ``bar`` or ``column``, as Excel calls them."""
    title: str
    values: Sequence[int]
    """Places of the columns that are drawn; the first column names them."""


@dataclass(frozen=True, slots=True)
class PartSum:
    """A sum below the list, of the rows that say something in one column, or of all."""

    name: str
    place: int | None = None
    """Of the column that says it; None for all rows."""
    said: str = ""


@dataclass(frozen=True, slots=True)
class BookSheet:
    """One sheet: a list, perhaps with sums and a chart."""

    title: str
    columns: Sequence[BookColumn]
    rows: Sequence[Sequence[CellValue]]
    chart: BookChart | None = None
    part_sums: Sequence[PartSum] = ()
    """In place of one sum of all rows."""


@dataclass(frozen=True, slots=True)
class _Pen:
    """A workbook in the making; each format is made once."""

    book: Workbook
    made: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)

    def style(self, kind: CellKind, **more: Any) -> Format:
        """Return how a cell looks."""
        look = {**_LOOKS[kind], "border": 1, "border_color": "#C8BEAF", "valign": "top", **more}
        key = tuple(sorted(look.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(look)
        return self.made[key]


_LOOKS: Final[Mapping[CellKind, Mapping[str, Any]]] = {
    CellKind.TEXT: {"num_format": "@"},
    CellKind.PROSE: {"num_format": "@", "text_wrap": True},
    CellKind.COUNT: {"num_format": "#,##0"},
    CellKind.HUNDREDTHS: {"num_format": "#,##0.00"},
}
_HEAD: Final = {"bold": True, "bg_color": "#E4ECF7", "text_wrap": True}
_SUM: Final = {"bold": True, "top": 6}
_CHART_SIZE: Final = {"width": 720, "height": 400}
_HEAD_HEIGHT: Final = 24
_FONT: Final = "Microsoft YaHei"


def write_benefit_workbook(title: str, sheets: Sequence[BookSheet], total: str) -> bytes:
    """Return the workbook.

    Args:
        title: among its properties.
        total: what the row of sums is called.
    """
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": title, "created": MADE_AT.replace(tzinfo=None)})
        pen = _Pen(book)
        for sheet in sheets:
            _write_sheet(pen, sheet, total)
    return file.getvalue()


def _write_sheet(pen: _Pen, sheet: BookSheet, total: str) -> None:
    paper = pen.book.add_worksheet(sheet.title)
    paper.set_paper(9)
    paper.set_landscape()
    paper.fit_to_pages(1, 0)
    paper.repeat_rows(0)
    paper.freeze_panes(1, 1)
    paper.set_row(0, _HEAD_HEIGHT)
    for place, column in enumerate(sheet.columns):
        paper.set_column(place, place, column.width)
        paper.write_string(0, place, column.heading, pen.style(CellKind.TEXT, **_HEAD))
    for at, row in enumerate(sheet.rows, start=1):
        for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            _write_value(paper, (at, place), value, column.kind, pen)
    if sheet.rows and any(column.summed for column in sheet.columns):
        sums = sheet.part_sums or [PartSum(total)]
        for below, part in enumerate(sums, start=len(sheet.rows) + 1):
            _write_sums(pen, paper, sheet, below, part)
    if sheet.chart is not None and sheet.rows:
        _draw_chart(pen.book, paper, sheet, sheet.chart)


def _write_value(
    paper: Worksheet, at: tuple[int, int], value: CellValue, kind: CellKind, pen: _Pen
) -> None:
    style = pen.style(kind)
    match value:
        case None | "":
            paper.write_blank(*at, None, style)
        case int():
            paper.write_number(*at, _scale(value, kind), style)
        case str():
            paper.write_string(*at, value, style)
        case SumElsewhere():
            shown = _scale(value.result, value.kind)
            paper.write_formula(*at, value.address, pen.style(value.kind), shown)


def _write_sums(pen: _Pen, paper: Worksheet, sheet: BookSheet, at: int, part: PartSum) -> None:
    """Write a row of sums, as formulas with their results."""
    paper.write_string(at, 0, part.name, pen.style(CellKind.TEXT, **_SUM))
    for place, column in enumerate(sheet.columns[1:], start=1):
        style = pen.style(column.kind, **_SUM)
        if not column.summed:
            paper.write_blank(at, place, None, style)
            continue
        counted = [
            row[place] or 0
            for row in sheet.rows
            if part.place is None or row[part.place] == part.said
        ]
        result = sum(one for one in counted if isinstance(one, int))
        shown = _scale(result, column.kind)
        paper.write_formula(at, place, _sum_of(sheet, place, part), style, shown)


def _scale(value: int, kind: CellKind) -> Decimal:
    return Decimal(value) / (100 if kind is CellKind.HUNDREDTHS else 1)


def _sum_of(sheet: BookSheet, place: int, part: PartSum) -> str:
    last = len(sheet.rows)
    summed = xl_range_abs(1, place, last, place)
    if part.place is None:
        return f"=SUM({summed})"
    said = xl_range_abs(1, part.place, last, part.place)
    return f'=SUMIF({said},"{part.said}",{summed})'


def total_cell(sheet: BookSheet, place: int) -> str:
    """Return the address of the sum of a column, for a formula on another sheet."""
    return f"='{sheet.title}'!${xl_col_to_name(place)}${len(sheet.rows) + 2}"


def _draw_chart(book: Workbook, paper: Worksheet, sheet: BookSheet, chart: BookChart) -> None:
    drawn = book.add_chart({"type": chart.shape})
    last = len(sheet.rows)
    for place in chart.values:
        drawn.add_series(
            {
                "name": [sheet.title, 0, place],
                "categories": [sheet.title, 1, 0, last, 0],
                "values": [sheet.title, 1, place, last, place],
            }
        )
    drawn.set_title({"name": chart.title, "name_font": {"name": _FONT, "size": 14}})
    if chart.shape == "bar":
        # A spreadsheet draws the first row at the bottom.
        drawn.set_y_axis({"reverse": True})
    drawn.set_legend({"position": "bottom"})
    drawn.set_size(_CHART_SIZE)
    paper.insert_chart(1, len(sheet.columns) + 1, drawn)
