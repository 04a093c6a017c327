"""Tables in workbooks: the sheet with the headings, and everything odd about its cells."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from loyalty.services.imports.headings import strip_heading
from loyalty.services.imports.table_cells import CellMark, Shown, show
from loyalty.services.imports.table_faults import RefusedError
from loyalty.services.imports.table_files import COMPOUND, open_archive
from loyalty.services.imports.table_markup import Markup, read_markup
from loyalty.services.imports.table_old_markup import read_old_markup

FIRST_ROWS = 15
"""Among them the headings are looked for."""
MOST_LINES = 10_002
"""Rows of a sheet with the empty ones between."""
MOST_SHEETS = 60
OTHER_SCORE = 2
"""A sheet with so many known headings is a table too, and it is told that it was not read."""


@dataclass(frozen=True, slots=True)
class SheetTable:
    """The one sheet of a workbook that is read."""

    rows: Iterator[list[Shown]]
    sheet: str
    others: Sequence[str]
    """Further sheets that hold such a table, and are not read."""
    hidden_rows: frozenset[int]
    """From 0."""
    hidden_columns: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Candidate:
    place: int
    """Among all sheets."""
    sheet: CalamineSheet
    score: int
    visible: bool


def read_workbook(content: bytes, known: frozenset[str]) -> SheetTable:
    """Return the sheet of a workbook whose headings are known best; the first of equals.

    Raises:
        RefusedError: it has no visible sheet, or is damaged, too large or under a password.
    """
    markup_of_sheet = _make_markup_reader(content)
    try:
        candidates = _list_candidates(content, known)
        visible = [candidate for candidate in candidates if candidate.visible]
        if not visible:
            raise RefusedError("no_sheet")
        best = max(visible, key=lambda candidate: (candidate.score, candidate.sheet.height > 0))
        if not best.score and any(candidate.score for candidate in candidates):
            raise RefusedError("no_sheet")
        rows = _rows_of(best.sheet)
        merged = best.sheet.merged_cell_ranges or []
    except CalamineError as error:
        old = content.startswith(COMPOUND)
        raise RefusedError("old_workbook" if old else "damaged") from error
    markup = markup_of_sheet(best)
    others = [
        candidate.sheet.name
        for candidate in candidates
        if candidate is not best and candidate.score >= OTHER_SCORE
    ]
    return SheetTable(
        _show_rows(rows, markup, _find_merged(merged, len(rows))),
        best.sheet.name,
        others,
        frozenset(markup.hidden_rows),
        frozenset(markup.hidden_columns),
    )


def _make_markup_reader(content: bytes) -> Callable[[_Candidate], Markup]:
    """Refuse what is no workbook, and return what reads the markup of a sheet."""
    if content.startswith(COMPOUND):
        read_old_markup(content, None)
        return lambda candidate: read_old_markup(content, candidate.place)
    archive = open_archive(content)
    return lambda candidate: read_markup(archive, candidate.sheet.name)


def _list_candidates(content: bytes, known: frozenset[str]) -> list[_Candidate]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [
        _Candidate(
            place,
            sheet := workbook.get_sheet_by_name(meta.name),
            _score(sheet, known),
            meta.visible == SheetVisibleEnum.Visible,
        )
        for place, meta in enumerate(workbook.sheets_metadata[:MOST_SHEETS])
        if meta.typ == SheetTypeEnum.WorkSheet
    ]


def _score(sheet: CalamineSheet, known: frozenset[str]) -> int:
    """Return how many known headings one of the first rows has."""
    first = sheet.to_python(nrows=FIRST_ROWS)
    texts = [[cell for cell in row if isinstance(cell, str)] for row in first]
    return max((len(set(map(strip_heading, row)) & known) for row in texts), default=0)


Values = list[list[object]]


def _rows_of(sheet: CalamineSheet) -> Values:
    if sheet.total_height > MOST_LINES:
        raise RefusedError("too_many_rows")
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


Merged = dict[tuple[int, int], tuple[int, int]]


def _find_merged(ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]], height: int) -> Merged:
    """Return for each cell below the first of a merged range the place of that first one."""
    return {
        (row, left): (top, left)
        for (top, left), (bottom, _) in ranges
        for row in range(top + 1, min(bottom + 1, height))
    }


def _show_rows(rows: Values, markup: Markup, merged: Merged) -> Iterator[list[Shown]]:
    for row, values in enumerate(rows):
        yield [
            _show_at(rows, markup, merged, (row, column), value)
            for column, value in enumerate(values)
        ]


def _show_at(
    rows: Values, markup: Markup, merged: Merged, place: tuple[int, int], value: object
) -> Shown:
    if place in merged:
        top, left = merged[place]
        above = _show_at(rows, markup, {}, (top, left), rows[top][left])
        mark = CellMark.MERGED if above.text and above.mark is None else above.mark
        return Shown(above.text, mark)
    if place in markup.errors:
        return Shown(markup.errors[place] or "#N/A", CellMark.ERROR)
    cell = show(value)
    if place in markup.formats and cell.mark is None and cell.text.isdigit():
        return Shown(markup.formats[place].apply(cell.text))
    return cell
