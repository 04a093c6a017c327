"""An uploaded table, understood: headings found, rows about nobody passed over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from loyalty.services.imports.columns import (
    Assigned,
    assign_columns,
    meanings_of,
    place_of_headings,
)
from loyalty.services.imports.layout import (
    Cell,
    CellRefusedError,
    Column,
    FileRow,
    LaidOut,
    NoteCode,
    RowFault,
    RowFaultCode,
    Surroundings,
)
from loyalty.services.imports.notes import Notebook
from loyalty.services.imports.parts import join_parts
from loyalty.services.imports.passing import is_about_nobody, is_signature
from loyalty.services.imports.table_cells import CellMark
from loyalty.services.imports.tables import Table, TableRow

REFUSALS = {
    CellMark.ERROR: RowFaultCode.ERROR_CELL,
    CellMark.DATE: RowFaultCode.TURNED_DATE,
    CellMark.TIME: RowFaultCode.TURNED_DATE,
    CellMark.FRACTION: RowFaultCode.TURNED_NUMBER,
    CellMark.INEXACT: RowFaultCode.INEXACT_NUMBER,
    CellMark.LINES: RowFaultCode.TWO_THINGS,
    CellMark.MERGED: RowFaultCode.MERGED_CELL,
    CellMark.STRAY_QUOTE: RowFaultCode.STRAY_QUOTE,
}


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the rows below the headings are read."""

    table: Table
    place: int
    """Of the headings, among the rows that hold something."""
    columns: Sequence[Column]
    found: Assigned

    @property
    def top(self) -> TableRow:
        return self.table.rows[self.place]

    @property
    def titles(self) -> Sequence[TableRow]:
        return self.table.rows[: self.place]

    @property
    def words(self) -> Sequence[str]:
        """What stands above the headings, and the name of the sheet."""
        above = [cell for row in self.titles for cell in row.cells if cell]
        words = [cell for cell in above if not is_signature(cell)]
        return [*words, self.table.sheet] if self.table.sheet else words


def lay_out_rows(
    table: Table,
    columns: Sequence[Column],
    *,
    chosen: Mapping[int, str] = MappingProxyType({}),
) -> LaidOut:
    """Find the headings of a table, and read its rows as far as that needs no knowledge.

    Nothing is left out or changed in silence: `LaidOut.faults` and `LaidOut.notes` tell it.

    Args:
        chosen: by the place of a column: the field staff say it has, or "" for none.
    """
    place = place_of_headings(table.rows, meanings_of(columns))
    top = table.rows[place]
    found = assign_columns(table, top, columns, chosen)
    plan = _Plan(table, place, columns, found)
    missing = [column for column in columns if column.required and not _is_present(column, found)]
    notebook = Notebook(found.notes)
    faults = [*found.faults, *_find_table_faults(plan, missing)]
    rows = list(_read_file_rows(plan, faults, notebook))
    return LaidOut(
        headings={column.field: _join_heading(column, found) for column in columns},
        rows=[] if missing else rows,
        row_count=len(rows) + sum(fault.code is RowFaultCode.HIDDEN_ROW for fault in faults),
        faults=faults,
        notes=notebook.list_notes(),
        fields=found.fields,
        heading_cells=top.cells,
        heading_row=top.number,
        titles=plan.titles,
    )


def _join_heading(column: Column, found: Assigned) -> str:
    """Return how the file calls a column; one of several parts by all of their names."""
    parts = [found.headings[part.field] for part in column.parts if part.field in found.headings]
    return found.headings.get(column.field) or "+".join(parts) or column.heading


def _is_present(column: Column, found: Assigned) -> bool:
    """Tell whether the values of a column stand in the table."""
    return column.field in found.fields.values() or any(
        part.decisive and part.field in found.fields.values() for part in column.parts
    )


def _find_table_faults(plan: _Plan, missing: Sequence[Column]) -> Iterator[RowFault]:
    number = plan.top.number
    for column in missing:
        yield RowFault(number, column.heading, RowFaultCode.MISSING_HEADING, {})
    for sheet in plan.table.others:
        yield RowFault(number, sheet, RowFaultCode.OTHER_SHEET, {"read": plan.table.sheet})


def _read_file_rows(plan: _Plan, faults: list[RowFault], notebook: Notebook) -> Iterator[FileRow]:
    """Yield the rows that are read; tell of the others."""
    left_out = _find_useless_parts(plan)
    width = max([len(plan.top.cells), *(place + 1 for place in plan.found.fields)])
    first = _join_heading(plan.columns[0], plan.found)
    for row in plan.table.rows[plan.place + 1 :]:
        cells = _read_cells(row, plan.found)
        empty = all(cell.mark is CellMark.MERGED for cell in cells.values())
        if empty or is_about_nobody(row, plan.top, plan.titles):
            notebook.add(row.number, "", NoteCode.PASSED_OVER)
        elif row.hidden:
            faults.append(RowFault(row.number, first, RowFaultCode.HIDDEN_ROW, {}))
        else:
            read = _read_file_row(row, _join_cells(plan.columns, cells, left_out), plan, notebook)
            if any(row.cells[width:]):
                read = _refuse_extra_cells(read, plan, notebook)
            yield read


def _refuse_extra_cells(row: FileRow, plan: _Plan, notebook: Notebook) -> FileRow:
    """Refuse a row of a text file with more cells than headings: something in it has moved."""
    if not plan.table.text:
        notebook.add(row.number, "", NoteCode.UNTITLED_COLUMN)
        return row
    last = plan.columns[0].field
    refusal = CellRefusedError(RowFaultCode.EXTRA_CELLS)
    return FileRow(row.number, row.cells, {last: refusal, **row.refused})


def _read_cells(row: TableRow, found: Assigned) -> dict[str, Cell]:
    """Return the cells of known columns that hold something, by field."""
    return {
        name: Cell(row.cells[place], row.marks.get(place))
        for place, name in found.fields.items()
        if place < len(row.cells) and row.cells[place]
    }


def _find_useless_parts(plan: _Plan) -> frozenset[str]:
    """Return the parts that tell nothing apart, and are left out: one name on every row."""
    optional = [
        part.field
        for column in plan.columns
        for part in column.parts
        if part.only_if_different and part.field in plan.found.headings
    ]
    rows = [_read_cells(row, plan.found) for row in plan.table.rows[plan.place + 1 :]]
    return frozenset(
        name for name in optional if len({row[name].text for row in rows if name in row}) <= 1
    )


def _join_cells(
    columns: Sequence[Column], cells: Mapping[str, Cell], left_out: frozenset[str]
) -> dict[str, Cell]:
    """Return the cells with those that stand in several columns put together."""
    whole = dict(cells)
    for column in columns:
        parts = [part for part in column.parts if part.field not in left_out]
        if column.field not in whole and any(part.field in cells for part in parts):
            cell = join_parts(parts, cells)
            whole |= {column.field: cell} if cell is not None else {}
    return whole


def _read_file_row(
    row: TableRow, cells: Mapping[str, Cell], plan: _Plan, notebook: Notebook
) -> FileRow:
    texts: dict[str, str] = {}
    refused: dict[str, CellRefusedError] = {}
    for column in plan.columns:
        if column.field not in cells:
            continue
        cell = cells[column.field]
        surroundings = Surroundings(_join_heading(column, plan.found), plan.words)
        try:
            completed = _complete(cell, column, surroundings)
        except CellRefusedError as refusal:
            refused[column.field] = refusal
            continue
        texts[column.field] = completed.text
        if completed.mark is CellMark.MERGED:
            notebook.add(row.number, surroundings.heading, NoteCode.MERGED)
        if completed.text != cell.text:
            shown = {"text": cell.text, "taken": completed.text}
            notebook.add(row.number, surroundings.heading, NoteCode.READ_AS, **shown)
    return FileRow(row.number, texts, refused)


def _complete(cell: Cell, column: Column, surroundings: Surroundings) -> Cell:
    """Return a cell so that its text can be read alone; refuse what is odd about it."""
    completed = column.complete(cell, surroundings)
    if completed.mark is not None and completed.mark not in column.takes:
        raise CellRefusedError(REFUSALS[completed.mark], **_show_refused(completed))
    return completed


def _show_refused(cell: Cell) -> dict[str, str]:
    """Return what a refusal may repeat: what a formula or a date shows, not names or numbers."""
    shows = {CellMark.ERROR, CellMark.DATE, CellMark.TIME, CellMark.FRACTION}
    return {"text": cell.text} if cell.mark in shows else {}
