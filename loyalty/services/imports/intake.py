"""Judging the rows of an uploaded table one by one."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from loyalty.rules.likeness import Parts, parts_of_address
from loyalty.services.imports.layout import (
    CellRefusedError,
    Column,
    FileRow,
    RowFault,
    RowFaultCode,
)

Request = TypeVar("Request")

PERSON = "resident_id"
"""The field that says whom a row means."""
SOMEBODY_ELSE = "somebody_else"
"""Said of a row that means nobody who is known."""


def take_answer(answer: str, _: Mapping[str, str]) -> str:
    """Return an answer as what the cell of any row says."""
    return answer


@dataclass(frozen=True, slots=True)
class Ask:
    """What may hold for every row of a table, so that it need not stand in each."""

    field: str
    answers: Sequence[str] = ()
    """What may be answered, as a cell would say it; anything where there is none."""
    stated: Callable[[Sequence[str]], str | None] = lambda _: None
    """Returns what the titles of a table say about it; None where they say nothing."""
    cell: Callable[[str, Mapping[str, str]], str] = take_answer
    """Turns an answer into the cell of one row, whose other cells are given by their fields."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """What is known by a name that may be spelt in several ways."""

    known: Sequence[str]
    """The spellings the community has; of two that come close, both stay."""
    parts: Callable[[str], Parts] = parts_of_address
    """Returns what different spellings have in common; nothing where that cannot be said."""
    code: RowFaultCode = RowFaultCode.HOUSEHOLD_SPELLING
    """Under which a spelling is asked about."""


@dataclass(frozen=True, slots=True)
class Change:
    """One member of a known record that a row says otherwise, each as a cell would say it."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Intake(Generic[Request]):
    """How the rows of one kind of table are judged and taken in."""

    columns: Sequence[Column]
    request_of: Callable[[dict[str, Any]], Request]
    """Makes the service's request of a row's values, by field; may raise CellRefusedError."""
    key_of: Callable[[Request], Hashable]
    """What two rows about the same thing have in common."""
    known: AbstractSet[Hashable]
    """The keys of what the community has already."""
    add: Callable[[Sequence[Request], UUID], None]
    """Takes the right rows in; the id is that of the import."""
    asks: Sequence[Ask] = ()
    """What is asked about the whole table, in this order."""
    means_people: bool = False
    """Staff may say whom a row means, or that it means somebody nobody knows yet."""
    alike_of: Callable[[Request], Hashable] | None = None
    """What two rows have in common that may well be about the same thing, to be asked about."""
    alike_known: Mapping[Hashable, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    """What the community has already, by that: as choices for staff."""
    spelt_alike: Mapping[str, Spelling] = field(default_factory=dict)
    """By field: the spellings the community has. Others that come close to one are asked about."""
    begin: Callable[[], None] = lambda: None
    """Called before the first row is judged, where a row is judged by those above it."""
    record_of: Callable[[Request], Hashable | None] = lambda _: None
    """The known record that a row changes, which no second row may change; None for a new one."""
    changes_of: Callable[[Request], Sequence[Change]] = lambda _: ()
    """What taking a row in changes of what is known; nothing where it only adds."""


@dataclass(frozen=True, slots=True)
class Judged(Generic[Request]):
    """The right rows with their requests, and what is wrong with the others."""

    right: Sequence[tuple[FileRow, Request]]
    faults: Sequence[RowFault]


def judge_rows(
    rows: Sequence[FileRow], intake: Intake[Request], headings: Mapping[str, str]
) -> Judged[Request]:
    """Judge rows, each by itself and against those above it.

    Args:
        headings: by field, as a fault names them.
    """
    right: list[tuple[FileRow, Request]] = []
    faults: list[RowFault] = []
    first_rows: dict[Hashable, int] = {}
    alike = {key: list(choices) for key, choices in intake.alike_known.items()}
    intake.begin()
    for row in rows:
        values, wrong = _read_values(row, intake.columns)
        if not wrong:
            try:
                request = intake.request_of(values)
                _refuse_a_twin(intake, request, row, first_rows)
                _ask_about_alike(intake, request, row, alike)
                right.append((row, request))
            except CellRefusedError as refusal:
                wrong = [(refusal.field or intake.columns[0].field, refusal)]
        faults += [
            RowFault(row.number, headings[name], refusal.code, refusal.values)
            for name, refusal in wrong
        ]
    return Judged(right, faults)


def _read_values(
    row: FileRow, columns: Sequence[Column]
) -> tuple[dict[str, Any], list[tuple[str, CellRefusedError]]]:
    """Read a row's cells; return their values, and the refusals, by field."""
    values: dict[str, Any] = {}
    refusals: list[tuple[str, CellRefusedError]] = []
    for column in columns:
        if column.field in row.refused:
            refusals.append((column.field, row.refused[column.field]))
            continue
        cell = row.cells.get(column.field)
        if cell is None:
            if column.required:
                refusals.append((column.field, CellRefusedError(RowFaultCode.REQUIRED)))
            continue
        try:
            values[column.field] = column.read(cell)
        except CellRefusedError as refusal:
            refusals.append((column.field, refusal))
    return values, refusals


def _ask_about_alike(
    intake: Intake[Request],
    request: Request,
    row: FileRow,
    alike: dict[Hashable, list[Mapping[str, str]]],
) -> None:
    """Ask whether a row is about somebody who is known, or stands above, in another spelling."""
    key = intake.alike_of(request) if intake.alike_of else None
    if key is None:
        return
    said = row.cells.get(PERSON)
    choices = alike.setdefault(key, [])
    if said is None and choices:
        raise CellRefusedError(RowFaultCode.PERHAPS_KNOWN, choices=list(choices))
    if said not in {None, SOMEBODY_ELSE}:
        raise CellRefusedError(RowFaultCode.EXISTS)
    shown = {name: row.cells.get(name, "") for name in ("name", "unit")}
    choices.append({"resident_id": f"row-{row.number}", **shown})


def _refuse_a_twin(
    intake: Intake[Request], request: Request, row: FileRow, first_rows: dict[Hashable, int]
) -> None:
    key = intake.key_of(request)
    for one in (key, intake.record_of(request)):
        first = first_rows.setdefault(one, row.number) if one is not None else row.number
        if first != row.number:
            raise CellRefusedError(RowFaultCode.REPEATED_ROW, first=first)
    if key in intake.known:
        raise CellRefusedError(RowFaultCode.EXISTS)
