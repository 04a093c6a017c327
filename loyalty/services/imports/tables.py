"""Tables people upload, from Excel or as text, whatever they hold."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from loyalty.services.apart import ApartError, read_apart
from loyalty.services.errors import FileReaderBusyError, UnreadableFileError
from loyalty.services.imports import headings
from loyalty.services.imports.table_cells import CellMark

__all__ = [
    "CellMark",
    "FileFault",
    "Table",
    "TableRow",
    "parse_table",
    "read_table",
    "serialize_table",
]

ALL_HEADINGS = headings.list_known_headings(
    (
        headings.RESIDENTS,
        headings.SHOPS,
        headings.DEEDS,
        headings.CONTRIBUTIONS,
        headings.STALLS,
        headings.VISITS,
        headings.APPLICATIONS,
    )
)


class FileFault(StrEnum):
    """Why a file is not read. Codes are public: add one, never rename one."""

    OLD_WORKBOOK = "old_workbook"
    BINARY_WORKBOOK = "binary_workbook"
    PASSWORD = "password"  # noqa: S105  # it is none
    WEB_PAGE = "web_page"
    XML = "xml"
    OPEN_DOCUMENT = "open_document"
    NUMBERS = "numbers"
    DOCUMENT = "document"
    PDF = "pdf"
    PICTURE = "picture"
    ARCHIVE = "archive"
    NO_TABLE = "no_table"
    NO_SHEET = "no_sheet"
    DAMAGED = "damaged"
    UNKNOWN_ENCODING = "unknown_encoding"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    BUSY = "busy"
    """Nothing is wrong with the file; the machine had no time for it."""


ADVICE = {
    FileFault.OLD_WORKBOOK: "Open it in Excel or WPS, without a password, and save it as .xlsx.",
    FileFault.BINARY_WORKBOOK: "It is a binary workbook (.xlsb); save it as .xlsx.",
    FileFault.PASSWORD: "It is under a password; remove the password and save it as .xlsx.",
    FileFault.WEB_PAGE: "This is a web page; open it in Excel and save it as .xlsx.",
    FileFault.XML: "This is XML; open it in Excel and save it as .xlsx.",
    FileFault.OPEN_DOCUMENT: "This is an OpenDocument table (.ods); save it as .xlsx.",
    FileFault.NUMBERS: "This is a table of Numbers; export it as .xlsx.",
    FileFault.DOCUMENT: "This is a text document; copy its table into Excel, save it as .xlsx.",
    FileFault.PDF: "This is a PDF; upload the table it was made of, as .xlsx.",
    FileFault.PICTURE: "This is a picture; upload the table itself, as .xlsx.",
    FileFault.ARCHIVE: "This is an archive; unpack it, and upload the table inside.",
    FileFault.NO_TABLE: "Upload a table saved as .xlsx or .csv.",
    FileFault.NO_SHEET: "Put the table on a visible sheet.",
    FileFault.DAMAGED: "The file is damaged; save it again and upload the new one.",
    FileFault.UNKNOWN_ENCODING: "Save it as .xlsx, or as .csv in UTF-8.",
    FileFault.TOO_MANY_ROWS: "Split it into files of at most 5,000 rows.",
    FileFault.TOO_MANY_COLUMNS: "Remove columns; a table has at most 50.",
    FileFault.TOO_LARGE: "It is too large; copy the table alone into a new file.",
    FileFault.EMPTY: "The table is empty.",
    FileFault.BUSY: "The service is busy right now; upload the same file again in a minute.",
}
"""What to do about each, for programs; people read it from `loyalty.words`."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row that holds something."""

    number: int
    """As the user sees it, from 1; the headings count."""
    cells: Sequence[str]
    """What each cell shows; empty ones at the end are left out."""
    marks: Mapping[int, CellMark] = field(default_factory=lambda: MappingProxyType({}))
    """What is odd about a cell, by its place."""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One uploaded table, as it stands in the file."""

    rows: Sequence[TableRow]
    sheet: str = ""
    """Empty for a text file."""
    others: Sequence[str] = ()
    """Further sheets that hold such a table, and were not read."""
    hidden_columns: frozenset[int] = frozenset()
    text: bool = False
    """It comes from a text file, where a delimiter too many moves everything behind it."""


def read_table(content: bytes, known: frozenset[str] = ALL_HEADINGS) -> Table:
    """Return the table a workbook or a text file holds: the one whose headings are known.

    The file is read in a process with little memory and time, so that none can stop the service.

    Args:
        known: what columns may be called, from `headings.list_known_headings`.

    Raises:
        FileReaderBusyError: the machine has no time for it now.
        UnreadableFileError: it holds no table, or too large a one.
    """
    answer = _run_reader(content, known)
    if "fault" in answer:
        raise _make_refusal(FileFault(answer["fault"]))
    table = parse_table(answer)
    if not table.rows:
        raise _make_refusal(FileFault.EMPTY)
    return table


def parse_table(answer: Mapping[str, Any]) -> Table:
    """Return the table that the reader has described, or that `serialize_table` made."""
    rows = [
        TableRow(
            row["number"],
            row["cells"],
            {int(place): CellMark(mark) for place, mark in row.get("marks", {}).items()},
            hidden=row.get("hidden", False),
        )
        for row in answer["rows"]
    ]
    return Table(
        rows,
        sheet=answer.get("sheet", ""),
        others=answer.get("others", ()),
        hidden_columns=frozenset(answer.get("hidden_columns", ())),
        text=answer.get("text", False),
    )


def serialize_table(table: Table) -> dict[str, Any]:
    """Return a table as JSON can keep it, for `parse_table`."""
    return {
        "sheet": table.sheet,
        "others": list(table.others),
        "hidden_columns": sorted(table.hidden_columns),
        "text": table.text,
        "rows": [
            {
                "number": row.number,
                "cells": list(row.cells),
                "marks": {str(place): mark.value for place, mark in row.marks.items()},
                "hidden": row.hidden,
            }
            for row in table.rows
        ],
    }


def _run_reader(content: bytes, known: frozenset[str]) -> dict[str, Any]:
    module = "loyalty.services.imports.table_reading"
    try:
        told = read_apart(module, content, json.dumps(sorted(known)))
    except ApartError as error:
        raise _make_refusal(FileFault(error.fault.value)) from error
    answer: dict[str, Any] = json.loads(told)
    return answer


def _make_refusal(fault: FileFault) -> UnreadableFileError:
    kind = FileReaderBusyError if fault is FileFault.BUSY else UnreadableFileError
    return kind(fault, ADVICE[fault])
