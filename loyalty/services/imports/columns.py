"""Which column of an uploaded table is which, by the headings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loyalty.services.imports.headings import IGNORED_HEADINGS, strip_heading
from loyalty.services.imports.layout import (
    Column,
    Note,
    NoteCode,
    RowFault,
    RowFaultCode,
)
from loyalty.services.imports.tables import Table, TableRow

FIRST_ROWS = 15
"""Above the headings may stand a title; so far down they are looked for."""

Meanings = Mapping[str, Sequence[tuple[str, int]]]
"""By plain heading: the fields it may stand for, each with its rank among the field's names."""


@dataclass(slots=True)
class Assigned:
    """Which column is which."""

    fields: dict[int, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def meanings_of(columns: Sequence[Column]) -> Meanings:
    """Return what headings may stand for."""
    found: dict[str, list[tuple[str, int]]] = {}
    for column in columns:
        names = [(column.field, (column.heading, *column.others))]
        names += [(part.field, tuple(part.names)) for part in column.parts]
        for name_field, spellings in names:
            for rank, spelling in enumerate(spellings):
                known = found.setdefault(strip_heading(spelling), [])
                if name_field not in [other for other, _ in known]:
                    known.append((name_field, rank))
    return found


def place_of_headings(rows: Sequence[TableRow], meanings: Meanings) -> int:
    """Return the row with the most known headings; the first of equals.

    Where none is known, it is the first of those that fill the most cells: no title does.
    """
    counts = [
        len({strip_heading(cell) for cell in row.cells} & meanings.keys())
        for row in rows[:FIRST_ROWS]
    ]
    if not any(counts):
        counts = [sum(map(bool, row.cells)) for row in rows[:FIRST_ROWS]]
    return max(range(len(counts)), key=counts.__getitem__)


def assign_columns(
    table: Table, top: TableRow, columns: Sequence[Column], said: Mapping[int, str]
) -> Assigned:
    """Say which column is which: as staff have said, else by the headings.

    Where several columns could be one field, its likelier name wins.
    """
    result = Assigned()
    wanted = _choose_columns(top, columns, said)
    for place in range(max([len(top.cells), *(place + 1 for place in said)])):
        text = top.cells[place] if place < len(top.cells) else ""
        field_name, rank = wanted.get(place, ("", 0))
        if said.get(place) == "" or not (text or field_name):
            continue
        if place in table.hidden_columns:
            result.faults += (
                [_make_fault(top, text, RowFaultCode.HIDDEN_COLUMN)] if field_name else []
            )
        elif not field_name:
            _tell_unknown(result, top, text)
        elif any(
            (other_rank, at) < (rank, place)
            for at, (other, other_rank) in wanted.items()
            if other == field_name and at not in table.hidden_columns
        ):
            _tell_second(result, top, text, same=_is_repeated(top, place))
        else:
            result.fields[place] = field_name
            result.headings |= {field_name: text} if text else {}
    return result


def _choose_columns(
    top: TableRow, columns: Sequence[Column], said: Mapping[int, str]
) -> dict[int, tuple[str, int]]:
    """Return what each column may be, with the rank of its name; what was said ranks first."""
    meanings = meanings_of(columns)
    found = {
        place: meanings[strip_heading(text)]
        for place, text in enumerate(top.cells)
        if strip_heading(text) in meanings and place not in said
    }
    present = {name for named in found.values() for name, _ in named} | set(said.values())
    chosen = {place: (name, -1) for place, name in said.items() if name}
    put_together = {column.field: _put_together(column, present) for column in columns}
    parts = {part.field: column.field for column in columns for part in column.parts}
    for place, named in found.items():
        usable = [
            (name, rank) for name, rank in named if name not in parts or put_together[parts[name]]
        ]
        preferred = [(name, rank) for name, rank in usable if name in parts]
        if preferred or usable:
            chosen[place] = (preferred or usable)[0]
    return chosen


def _put_together(column: Column, present: set[str]) -> bool:
    """Tell whether a value has to be put together from several columns."""
    return any(part.decisive and part.field in present for part in column.parts)


def _is_repeated(top: TableRow, place: int) -> bool:
    heading = strip_heading(top.cells[place]) if place < len(top.cells) else ""
    return any(strip_heading(text) == heading for text in top.cells[:place])


def _tell_unknown(result: Assigned, top: TableRow, text: str) -> None:
    if (strip_heading(text) or text) in IGNORED_HEADINGS:
        result.notes.append(Note(top.number, text, NoteCode.IGNORED_COLUMN, {}))
    else:
        result.faults.append(_make_fault(top, text, RowFaultCode.UNKNOWN_HEADING))


def _tell_second(result: Assigned, top: TableRow, text: str, *, same: bool) -> None:
    if same:
        result.faults.append(_make_fault(top, text, RowFaultCode.REPEATED_HEADING))
    else:
        result.notes.append(Note(top.number, text, NoteCode.IGNORED_COLUMN, {}))


def _make_fault(top: TableRow, text: str, code: RowFaultCode) -> RowFault:
    return RowFault(top.number, text, code, {})
