"""Reading an uploaded table with what staff have said about it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from string import ascii_uppercase
from typing import Generic, TypeVar

from loyalty.services.errors import ValueRefusedError
from loyalty.services.imports.answers import TableAnswers
from loyalty.services.imports.columns import FIRST_ROWS
from loyalty.services.imports.headings import strip_heading
from loyalty.services.imports.intake import PERSON, Ask, Intake, judge_rows
from loyalty.services.imports.layout import Column, FileRow, LaidOut, RowFault, RowFaultCode
from loyalty.services.imports.passing import is_signature
from loyalty.services.imports.rows import lay_out_rows
from loyalty.services.imports.spellings import unify_spelling
from loyalty.services.imports.tables import Table, TableRow

Request = TypeVar("Request")

_LETTERS = re.compile(r"[A-Za-z]{1,2}")
_UNNAMED_SHEET = re.compile(r"(?:sheet|工作表|表)\s*\d*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading(Generic[Request]):
    """What a table says."""

    intake: Intake[Request]
    table: LaidOut
    everywhere: Mapping[str, str]
    """By field: what holds for every row, from the titles or as staff said."""
    missing: Sequence[Column]
    """Columns without which no row can be used."""
    rows: Sequence[FileRow]
    """With everything that was said filled in."""
    right: Sequence[tuple[FileRow, Request]]
    faults: Sequence[RowFault]


def interpret_table(
    table: Table, intake: Intake[Request], answers: TableAnswers
) -> Reading[Request]:
    """Read a table: lay it out, fill in what was said, and judge each row."""
    asks = {ask.field: ask for ask in intake.asks}
    found = lay_out(table, intake, answers)
    everywhere = _collect_everywhere(table, found, intake, answers)
    missing = _find_missing(found, intake, everywhere)
    rows = [_fill_row(row, asks, everywhere, answers) for row in found.rows]
    faults = [fault for fault in found.faults if fault.code is not RowFaultCode.MISSING_HEADING]
    faults += [
        RowFault(found.heading_row, column.heading, RowFaultCode.MISSING_HEADING, {})
        for column in missing
    ]
    if missing:
        return Reading(intake, found, everywhere, missing, rows, [], faults)
    asked_about = set[int]()
    for field, spelling in intake.spelt_alike.items():
        spelt = unify_spelling(rows, field, found.headings[field], spelling, answers.one_household)
        rows, faults = list(spelt.rows), [*faults, *spelt.faults]
        asked_about |= {fault.row for fault in spelt.faults}
    result = judge_rows(rows, intake, found.headings)
    right = [(row, request) for row, request in result.right if row.number not in asked_about]
    return Reading(intake, found, everywhere, [], rows, right, [*faults, *result.faults])


def lay_out(table: Table, intake: Intake[Request], answers: TableAnswers) -> LaidOut:
    """Find the headings of a table, of which none need be there that can be asked about."""
    asked = {ask.field for ask in intake.asks}
    columns = [
        replace(column, required=column.required and column.field not in asked)
        for column in intake.columns
    ]
    whole = _add_letters(table) if answers.headless else table
    return lay_out_rows(whole, columns, chosen=answers.columns)


def places_of(columns: Mapping[str, str], table: Table) -> Mapping[int, str]:
    """Return what columns hold by their places.

    Args:
        columns: by the heading of a column, or by its letter.

    Raises:
        ValueRefusedError: no column is called so.
    """
    places: dict[int, str] = {}
    for name, said in columns.items():
        at = [
            place
            for row in table.rows[:FIRST_ROWS]
            for place, cell in enumerate(row.cells)
            if cell and strip_heading(cell) == strip_heading(name)
        ]
        if not at and _LETTERS.fullmatch(name):
            at = [_place_of(name.upper())]
        if not at:
            raise ValueRefusedError(f"/columns/{name}", "No column is called so.")
        places[at[0]] = said
    return places


def letters_of(place: int) -> str:
    """Return what a spreadsheet calls the column at a place, counted from 0."""
    before, last = divmod(place, len(ascii_uppercase))
    return (ascii_uppercase[before - 1] if before else "") + ascii_uppercase[last]


def _add_letters(table: Table) -> Table:
    """Return a table without headings with those every spreadsheet shows."""
    width = max(len(row.cells) for row in table.rows)
    top = TableRow(0, [letters_of(place) for place in range(width)])
    return replace(table, rows=[top, *table.rows])


def _place_of(letters: str) -> int:
    """Return the place of the column a spreadsheet calls by some letters, from 0."""
    return reduce(lambda place, letter: place * 26 + ord(letter) - ord("A") + 1, letters, 0) - 1


def _find_missing(
    found: LaidOut, intake: Intake[Request], everywhere: Mapping[str, str]
) -> list[Column]:
    asked = {ask.field for ask in intake.asks}
    nowhere = {fault.column for fault in found.faults if fault.code is RowFaultCode.MISSING_HEADING}
    said = {*found.fields.values(), *everywhere}
    return [
        column
        for column in intake.columns
        if column.required
        and (column.field not in said if column.field in asked else column.heading in nowhere)
    ]


def _collect_everywhere(
    table: Table, found: LaidOut, intake: Intake[Request], answers: TableAnswers
) -> Mapping[str, str]:
    """Return what holds for all rows: what the titles say, unless staff say otherwise."""
    above = [cell for row in found.titles for cell in row.cells]
    titles = [cell for cell in above if cell and not is_signature(cell)]
    if table.sheet and not _UNNAMED_SHEET.fullmatch(table.sheet):
        titles.append(table.sheet)
    stated = {
        ask.field: said
        for ask in intake.asks
        if ask.field not in found.fields.values() and (said := ask.stated(titles))
    }
    return {**stated, **answers.everywhere}


def _fill_row(
    row: FileRow,
    asks: Mapping[str, Ask],
    everywhere: Mapping[str, str],
    answers: TableAnswers,
) -> FileRow:
    """Return a row with what staff have said about it and about all rows."""
    mended = answers.cells.get(row.number, {})
    moved = {
        field: refusal
        for field, refusal in row.refused.items()
        if field not in mended or refusal.code is RowFaultCode.EXTRA_CELLS
    }
    cells = {field: cell for field, cell in {**row.cells, **mended}.items() if cell}
    for field, said in everywhere.items():
        if field not in cells and field not in moved and (cell := asks[field].cell(said, cells)):
            cells[field] = cell
    if row.number in answers.people:
        cells[PERSON] = answers.people[row.number]
    return FileRow(row.number, cells, moved)
