"""What a table of some kind may hold, and how an uploaded one is understood."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from loyalty.services.imports.table_cells import CellMark
from loyalty.services.imports.tables import TableRow


class RowFaultCode(StrEnum):
    """What is wrong with a row or a heading. Codes are public: add one, never rename one."""

    MISSING_HEADING = "missing_heading"
    UNKNOWN_HEADING = "unknown_heading"
    REPEATED_HEADING = "repeated_heading"
    HIDDEN_COLUMN = "hidden_column"
    HIDDEN_ROW = "hidden_row"
    OTHER_SHEET = "other_sheet"
    EXTRA_CELLS = "extra_cells"
    ERROR_CELL = "error_cell"
    TURNED_DATE = "turned_date"
    TURNED_NUMBER = "turned_number"
    INEXACT_NUMBER = "inexact_number"
    TWO_THINGS = "two_things"
    MERGED_CELL = "merged_cell"
    STRAY_QUOTE = "stray_quote"
    AS_ABOVE = "as_above"
    REQUIRED = "required"
    TOO_LONG = "too_long"
    DAMAGED_TEXT = "damaged_text"
    FORMULA = "formula"
    NOT_YES_OR_NO = "not_yes_or_no"
    NOT_A_PHONE = "not_a_phone"
    NOT_A_DATE = "not_a_date"
    FUTURE_DATE = "future_date"
    NOT_POINTS = "not_points"
    UNCLEAR_HOURS = "unclear_hours"
    NOT_A_RATE = "not_a_rate"
    OUTSIDE_BAND = "outside_band"
    LAST_WORD = "last_word"
    UNKNOWN_AREA = "unknown_area"
    UNKNOWN_HOUSEHOLD_GROUP = "unknown_household_group"
    UNKNOWN_RESIDENT = "unknown_resident"
    SEVERAL_RESIDENTS = "several_residents"
    PERHAPS_KNOWN = "perhaps_known"
    HOUSEHOLD_SPELLING = "household_spelling"
    PARTY_SPELLING = "party_spelling"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_CONTRIBUTION_KIND = "unknown_contribution_kind"
    NOT_AN_AMOUNT = "not_an_amount"
    NOT_A_QUANTITY = "not_a_quantity"
    UNKNOWN_UNIT = "unknown_unit"
    UNKNOWN_LABEL = "unknown_label"
    CLOSED_MONTH = "closed_month"
    EVIDENCE_KNOWN = "evidence_known"
    OTHER_SIDE = "other_side"
    UNKNOWN_SHOP = "unknown_shop"
    SEVERAL_SHOPS = "several_shops"
    UNKNOWN_SERIES = "unknown_series"
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_VISIT_KIND = "unknown_visit_kind"
    NOT_A_CHOICE = "not_a_choice"
    TOO_FAR_AHEAD = "too_far_ahead"
    NOT_BUILT_YET = "not_built_yet"
    NOT_LATER = "not_later"
    STALL_IS_LET = "stall_is_let"
    KNOWN_OTHERWISE = "known_otherwise"
    UNKNOWN_RECORD = "unknown_record"
    CHANGED_SINCE = "changed_since"
    NAME_TAKEN = "name_taken"
    UNKNOWN_STALL = "unknown_stall"
    NOT_A_PREFIX = "not_a_prefix"
    NOT_A_CODE = "not_a_code"
    REPEATED_ROW = "repeated_row"
    EXISTS = "exists"


class NoteCode(StrEnum):
    """What was done with a table beside taking its rows as they stand.

    Codes are public: add one, never rename one.
    """

    PASSED_OVER = "passed_over"
    """Sums, signatures, empty rows, headings once more on a further printed page."""
    IGNORED_COLUMN = "ignored_column"
    UNTITLED_COLUMN = "untitled_column"
    READ_AS = "read_as"
    """A text was completed from the heading or the title, or a remark was left out."""
    MERGED = "merged"
    CHANGES = "changes"
    """Taking the row in changes what is known."""


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


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to be told that is no fault."""

    row: int
    """The first it is about, as the user sees it."""
    column: str
    """The heading; empty where it is about whole rows."""
    code: NoteCode
    values: Mapping[str, Any]


class CellRefusedError(Exception):
    """A cell cannot be used; it becomes a `RowFault`, and never leaves the services."""

    def __init__(self, code: RowFaultCode, *, field: str | None = None, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        """Of the column; None where it is the one being read."""
        self.values = values


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell shows."""

    text: str
    mark: CellMark | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a cell and helps to read it."""

    heading: str
    """As the file spells it, remarks in brackets included."""
    titles: Sequence[str]
    """What stands above the headings, and the name of the sheet."""


@dataclass(frozen=True, slots=True)
class Part:
    """A column that holds a part of what another column asks for."""

    field: str
    names: Sequence[str]
    suffix: str = ""
    """Put behind a number that stands alone."""
    needed: bool = False
    """Whether the whole is incomplete without it."""
    decisive: bool = False
    """Whether the whole is put together as soon as such a column is there."""
    only_if_different: bool = False
    """Whether it is left out where every row says the same."""


def keep_as_is(cell: Cell, _: Surroundings) -> Cell:
    """Return a cell that needs nothing else to be read."""
    return cell


@dataclass(frozen=True, slots=True)
class Column:
    """One column a table of some kind may have."""

    field: str
    """What the service calls it."""
    heading: str
    """As in the template."""
    others: Sequence[str]
    """What else it may be called, the likelier first; the traditional spelling of each is known by
    itself."""
    read: Callable[[str], Any]
    """Turns the text of a cell that holds something into a value, or raises CellRefusedError."""
    required: bool = False
    takes: frozenset[CellMark] = frozenset()
    """What may be odd about its cells."""
    complete: Callable[[Cell, Surroundings], Cell] = keep_as_is
    """Adds what heading and title say, so that the text can be read alone; may refuse the cell."""
    parts: Sequence[Part] = ()


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row below the headings."""

    number: int
    cells: Mapping[str, str]
    """By the fields of their columns; only those that hold something."""
    refused: Mapping[str, CellRefusedError] = field(default_factory=lambda: MappingProxyType({}))
    """Cells that must not be read, by field."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A table whose headings are understood."""

    headings: Mapping[str, str]
    """By field, as the file spells them."""
    rows: Sequence[FileRow]
    row_count: int
    faults: Sequence[RowFault]
    """Of the headings, and of rows that are not read. Where a heading is missing, no row can be
    used."""
    notes: Sequence[Note] = ()
    fields: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    """What each column of the file is taken for, by place from 0."""
    heading_cells: Sequence[str] = ()
    """The headings as they stand in the file, by place from 0."""
    heading_row: int = 0
    """The row they stand in, as the user sees it, from 1."""
    titles: Sequence[TableRow] = ()
    """What stands above them."""
