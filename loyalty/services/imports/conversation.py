"""What staff are asked about an uploaded table, and how it would come in as it is understood."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

from loyalty.models import ImportJob
from loyalty.services.imports.answers import TableAnswers
from loyalty.services.imports.guesses import guess_columns
from loyalty.services.imports.headings import LISTED
from loyalty.services.imports.intake import Ask, Intake
from loyalty.services.imports.jobs import ImportKind, read_import
from loyalty.services.imports.keeping import load_table
from loyalty.services.imports.layout import Column, FileRow, NoteCode, RowFaultCode
from loyalty.services.imports.reading import Reading, letters_of
from loyalty.services.work import Work

SAMPLES = 3
"""Cells of each column that are shown."""
PREVIEWED = 5
FAULTY_SHOWN = 50
"""Rows with faults that can be mended on the page; the marked file has all."""

SPELLINGS = frozenset({RowFaultCode.HOUSEHOLD_SPELLING, RowFaultCode.PARTY_SPELLING})

ABOUT_HEADINGS = frozenset(
    {
        RowFaultCode.MISSING_HEADING,
        RowFaultCode.UNKNOWN_HEADING,
        RowFaultCode.REPEATED_HEADING,
    }
)


KNOWN_BY_KEY = frozenset({ImportKind.RESIDENTS, ImportKind.SHOPS, ImportKind.APPLICATIONS})
"""Of the others every cell is compared before a row counts as known."""


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """One column of the file."""

    place: int
    """From 0."""
    heading: str
    samples: Sequence[str]
    field: str
    """What it is taken for; empty for nothing."""
    guessed: bool
    """By its cells alone, and not taken in before staff agree."""

    @property
    def letter(self) -> str:
        """Return what the spreadsheet calls it."""
        return letters_of(self.place)


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """One question about the whole table."""

    ask: Ask
    heading: str
    said: str | None
    """The answer as it stands, from staff or from the title."""
    needed: bool
    """Without an answer, some rows cannot be used."""

    @property
    def offered(self) -> Mapping[str, str]:
        """The answers to choose from, where the community has its own words for them."""
        return {answer: answer for answer in self.ask.answers}


@dataclass(frozen=True, slots=True)
class SpellingQuestion:
    """Whether two or more spellings mean one household, or one party."""

    first: str
    others: Sequence[str]
    same: bool | None
    of_party: bool


@dataclass(frozen=True, slots=True)
class PersonQuestion:
    """Who is meant by a row."""

    row: FileRow
    fault: Mapping[str, Any]
    choices: Sequence[Mapping[str, str]]

    @property
    def may_be_known(self) -> bool:
        """Whether the row may be of somebody who is registered already."""
        return bool(self.fault["code"] == RowFaultCode.PERHAPS_KNOWN)

    @property
    def only_choice(self) -> Mapping[str, str] | None:
        """The one who may be meant; None if there are several."""
        return self.choices[0] if len(self.choices) == 1 else None

    @property
    def beside_the_name(self) -> Sequence[str]:
        """What the row says but for the name."""
        return [said for field, said in self.row.cells.items() if field != "name" and said]


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """A row with something wrong in its cells."""

    row: FileRow
    faults: Mapping[str, Sequence[Mapping[str, Any]]]
    """By the field of the cell."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything the page of an import shows."""

    fields: Sequence[tuple[str, str]]
    """What columns may hold: field and heading."""
    columns: Sequence[SeenColumn]
    headless: bool
    """Whether staff say that no headings stand in it."""
    missing: Sequence[Column]
    asks: Sequence[OpenAsk]
    spellings: Sequence[SpellingQuestion]
    people: Sequence[PersonQuestion]
    faulty: Sequence[FaultyRow]
    preview: Sequence[FileRow]
    shown_fields: Sequence[Column]
    """Those the table has something about."""
    other_faults: Sequence[Mapping[str, Any]]
    """Of rows and sheets that were not read."""
    notes: Sequence[Mapping[str, Any]]
    changes: Sequence[Mapping[str, Any]]
    """Notes on what taking the right rows in changes of what is known."""

    @property
    def is_unsure_of_columns(self) -> bool:
        """Whether staff are to look at what the columns are taken for."""
        return bool(self.missing) or any(column.guessed for column in self.columns)

    def count_questions(self) -> int:
        """Return how many answers are needed before every row can come in."""
        return (
            bool(self.missing)
            + sum(ask.needed for ask in self.asks)
            + sum(question.same is None for question in self.spellings)
            + len(self.people)
        )


def build_conversation(work: Work, job: ImportJob) -> Conversation | None:
    """Return what is asked about a table; None once it is taken in, or not kept any more."""
    if job.applied_at is not None:
        return None
    reading = read_import(work, job)
    if reading is None:
        return None
    intake = reading.intake
    rows = {row.number: row for row in _add_refused_cells(reading, job)}
    faults = [fault for fault in job.errors if fault["row"] in rows]
    filled = {field for row in reading.rows for field in row.cells}
    return Conversation(
        fields=_list_fields(intake),
        columns=_list_columns(reading, job),
        headless=TableAnswers.from_stored(job.answers).headless,
        missing=[c for c in reading.missing if c.field not in {a.field for a in intake.asks}],
        asks=_list_open_asks(reading),
        spellings=_list_spelling_questions(
            faults,
            TableAnswers.from_stored(job.answers),
            of_party=job.kind == ImportKind.CONTRIBUTIONS,
        ),
        people=[
            PersonQuestion(rows[fault["row"]], fault, fault["values"]["choices"])
            for fault in faults
            if fault["values"].get("choices")
        ],
        faulty=_list_faulty_rows(faults, rows, reading)[:FAULTY_SHOWN],
        preview=[_show_as_stored(row, intake) for row, _ in reading.right[:PREVIEWED]],
        shown_fields=[
            column for column in intake.columns if column.field in filled - LISTED.keys()
        ],
        other_faults=[
            fault
            for fault in job.errors
            if fault["row"] not in rows and not is_about_headings(fault)
        ],
        notes=[one for one in job.notes if one["code"] != NoteCode.CHANGES],
        changes=[one for one in job.notes if one["code"] == NoteCode.CHANGES],
    )


def is_asked_about(fault: Mapping[str, Any]) -> bool:
    """Return whether a fault is a question, about who or which household or party is meant."""
    named = bool(fault["values"].get("choices"))
    return named or fault["code"] in SPELLINGS


def is_about_headings(fault: Mapping[str, Any]) -> bool:
    """Return whether a fault is about a column, which is asked about and not told of."""
    return fault["code"] in ABOUT_HEADINGS


def is_known(fault: Mapping[str, Any]) -> bool:
    """Return whether a row is about what is known already, and changes nothing of it."""
    return bool(fault["code"] == RowFaultCode.EXISTS)


def list_unlike_rows(job: ImportJob) -> Sequence[int]:
    """Return the rows that are known by their keys alone, and may say something else besides."""
    if job.kind not in KNOWN_BY_KEY:
        return []
    return [fault["row"] for fault in job.errors if is_known(fault)]


def _show_as_stored(row: FileRow, intake: Intake[Any]) -> FileRow:
    """Return a row whose cells say what is stored, where that is a text or a day."""
    read = {
        column.field: column.read(row.cells[column.field])
        for column in intake.columns
        if column.field in row.cells
    }
    said = {
        field: str(value)
        if isinstance(value, str | date) and not isinstance(value, Enum)
        else row.cells[field]
        for field, value in read.items()
    }
    return replace(row, cells=said)


def _list_fields(intake: Intake[Any]) -> list[tuple[str, str]]:
    """Return everything a column may hold, parts of addresses behind the whole."""
    return [
        (field, heading)
        for column in intake.columns
        for field, heading in (
            (column.field, column.heading),
            *((part.field, part.names[0]) for part in column.parts),
        )
    ]


def _list_columns(reading: Reading[Any], job: ImportJob) -> list[SeenColumn]:
    table = reading.table
    below = [row.cells for row in load_table(job).rows if row.number > table.heading_row]
    width = max([len(table.heading_cells), *map(len, below)])
    samples = {
        place: [cells[place] for cells in below if place < len(cells) and cells[place]]
        for place in range(width)
    }
    answered = TableAnswers.from_stored(job.answers).columns
    open_places = {
        place: cells
        for place, cells in samples.items()
        if place not in table.fields and place not in answered and cells
    }
    wanted = {column.field for column in reading.intake.columns} - set(table.fields.values())
    guesses = guess_columns(open_places, wanted)
    return [
        SeenColumn(
            place,
            table.heading_cells[place] if place < len(table.heading_cells) else "",
            cells[:SAMPLES],
            table.fields.get(place, guesses.get(place, "")),
            guessed=place in guesses,
        )
        for place, cells in samples.items()
    ]


def _list_open_asks(reading: Reading[Any]) -> list[OpenAsk]:
    intake = reading.intake
    columns = {column.field: column for column in intake.columns}
    open_asks = []
    for ask in intake.asks:
        said = reading.everywhere.get(ask.field)
        has_column = ask.field in reading.table.fields.values()
        some_empty = any(ask.field not in row.cells for row in reading.table.rows)
        required = columns[ask.field].required
        if has_column and not (required and some_empty):
            continue
        heading = reading.table.headings[ask.field]
        needed = required and said is None
        open_asks.append(OpenAsk(ask, heading, said, needed=needed))
    return open_asks


def _list_spelling_questions(
    faults: Sequence[Mapping[str, Any]], answers: TableAnswers, *, of_party: bool
) -> list[SpellingQuestion]:
    others = defaultdict[str, dict[str, None]](dict)
    for fault in faults:
        if fault["code"] in SPELLINGS:
            others[fault["values"]["first"]][fault["values"]["written"]] = None
    answered: dict[str, dict[str, None]] = {first: {} for first in answers.one_household}
    return [
        SpellingQuestion(first, list(written), answers.one_household.get(first), of_party)
        for first, written in (answered | others).items()
    ]


def _add_refused_cells(reading: Reading[Any], job: ImportJob) -> list[FileRow]:
    """Return the rows with what their refused cells show, too."""
    shown = {row.number: row.cells for row in load_table(job).rows}
    return [
        replace(row, cells={**_find_refused_cells(row, shown[row.number], reading), **row.cells})
        for row in reading.rows
    ]


def _find_refused_cells(
    row: FileRow, cells: Sequence[str], reading: Reading[Any]
) -> dict[str, str]:
    return {
        field: cells[place]
        for place, field in reading.table.fields.items()
        if field in row.refused and place < len(cells)
    }


def _list_faulty_rows(
    faults: Sequence[Mapping[str, Any]], rows: Mapping[int, FileRow], reading: Reading[Any]
) -> list[FaultyRow]:
    """Return the rows whose cells can be mended; what is asked otherwise is left out."""
    fields = {heading: field for field, heading in reading.table.headings.items()}
    by_row = defaultdict[int, defaultdict[str, list[Mapping[str, Any]]]](lambda: defaultdict(list))
    for fault in faults:
        if not (is_asked_about(fault) or is_known(fault)):
            by_row[fault["row"]][fields[fault["column"]]].append(fault)
    return [FaultyRow(rows[number], dict(cells)) for number, cells in by_row.items()]
