"""Reading an uploaded table with what staff have said about it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Generic, TypeVar

from loyalty.services.errors import ValueRefusedError
from loyalty.services.import_answers import TableAnswers
from loyalty.services.import_intake import Ask, Intake, judged
from loyalty.services.import_layout import (
    TITLE_ROWS,
    Column,
    FileRow,
    LaidOut,
    RowFault,
    RowFaultCode,
    laid_out,
    plain,
)
from loyalty.services.import_passed import is_about_the_making
from loyalty.services.import_spellings import one_spelling
from loyalty.services.tables import TableRow

Request = TypeVar("Request")

_LETTER = re.compile(r"[A-Za-z]{1,2}")


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


def read_with(
    rows: Sequence[TableRow], intake: Intake[Request], answers: TableAnswers
) -> Reading[Request]:
    """Read a table: lay it out, fill in what was said, and judge each row."""
    asks = {ask.field: ask for ask in intake.asks}
    askable = [replace(c, required=c.required and c.field not in asks) for c in intake.columns]
    table = laid_out(rows, askable, chosen=answers.columns)
    everywhere = _everywhere(table, intake, answers)
    missing = [
        column
        for column in intake.columns
        if column.required and column.field not in {*table.fields.values(), *everywhere}
    ]
    filled = [_filled(row, asks, everywhere, answers) for row in table.rows]
    faults = [fault for fault in table.faults if fault.code is not RowFaultCode.MISSING_HEADING]
    faults += [
        RowFault(table.top_number, column.heading, RowFaultCode.MISSING_HEADING, {})
        for column in missing
    ]
    if missing:
        return Reading(intake, table, everywhere, missing, filled, [], faults)
    for field, known in intake.spelt_alike.items():
        spelt = one_spelling(filled, field, table.headings[field], known, answers.one_household)
        filled, faults = list(spelt.rows), [*faults, *spelt.faults]
    asked_about = {fault.row for fault in faults if fault.row > table.top_number}
    result = judged(filled, intake, table.headings)
    right = [(row, request) for row, request in result.right if row.number not in asked_about]
    return Reading(intake, table, everywhere, [], filled, right, [*faults, *result.faults])


def _everywhere(
    table: LaidOut, intake: Intake[Request], answers: TableAnswers
) -> Mapping[str, str]:
    """Return what holds for all rows: what the titles say, unless staff say otherwise."""
    written = [cell for row in table.titles for cell in row.cells]
    titles = [cell for cell in written if cell and not is_about_the_making(cell)]
    stated = {
        ask.field: said
        for ask in intake.asks
        if ask.field not in table.fields.values() and (said := ask.stated(titles))
    }
    return {**stated, **answers.everywhere}


def _filled(
    row: FileRow, asks: Mapping[str, Ask], everywhere: Mapping[str, str], answers: TableAnswers
) -> FileRow:
    corrected = {**row.cells, **answers.cells.get(row.number, {})}
    cells = {field: cell for field, cell in corrected.items() if cell}
    for field, said in everywhere.items():
        if field not in cells and field in asks and (cell := asks[field].cell(said, cells)):
            cells[field] = cell
    if row.number in answers.people:
        cells["resident_id"] = answers.people[row.number]
    return FileRow(row.number, cells)


def places_of(columns: Mapping[str, str], rows: Sequence[TableRow]) -> Mapping[int, str]:
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
            for row in rows[:TITLE_ROWS]
            for place, cell in enumerate(row.cells)
            if plain(cell) == plain(name)
        ]
        if not at and _LETTER.fullmatch(name):
            at = [reduce(lambda place, letter: place * 26 + ord(letter) - 64, name.upper(), 0) - 1]
        if not at:
            raise ValueRefusedError(f"/columns/{name}", "No column is called so.")
        places[at[0]] = said
    return places
