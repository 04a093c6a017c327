"""Reads one uploaded table. Runs in a process of its own, which may run out of time or memory.

The file arrives on standard input; what it holds leaves on standard output as JSON: either
``{"rows": [[number, [text, …]], …]}``, numbered as the user sees them and without empty rows, or
``{"fault": code}``. It is started by its path and imports nothing of the service, so that it
starts quickly and has nothing to lose.
"""

import csv
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

MEMORY_BYTES = 224 * 1024 * 1024
"""Address space of this process, program included."""
CPU_SECONDS = 2

MOST_ROWS = 5_001
"""Five thousand, and the headings."""
MOST_LINES = 2 * MOST_ROWS
"""Rows of a sheet with the empty ones between, which are not counted otherwise."""
MOST_COLUMNS = 50
LONGEST_CELL = 201
"""One letter more than any field may have, so that a longer text is noticed and not cut."""
MOST_TEXT = 8 * 1024 * 1024
"""Letters in all cells together."""

LARGEST_PART = 32 * 1024 * 1024
"""Bytes of all parts of a workbook, unpacked."""
MOST_UNPACKED = 100
"""How many times larger a part of a workbook may become; real ones stay below 30."""
SMALL_PART = 1024 * 1024
"""Bytes of a part whose ratio does not matter."""
MOST_PARTS = 1_000

ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
"""Workbooks before 2007, and new ones under a password."""

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
DELIMITERS = (",", ";", "\t")


class RefusedError(Exception):
    """The file is not read; the message is the code of the reason."""


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    """Return the rows of a table that hold something, with their numbers.

    Raises:
        RefusedError: it is no table, or one that is too large.
    """
    if content.startswith(OLD_EXCEL):
        raise RefusedError("old_workbook")
    raw = _workbook_rows(content) if content.startswith(ZIP) else _text_rows(content)
    rows: list[tuple[int, list[str]]] = []
    letters = 0
    for number, cells in enumerate(raw, start=1):
        texts = [_text(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        rows.append((number, texts))
        letters += sum(map(len, texts))
        if len(rows) > MOST_ROWS:
            raise RefusedError("too_many_rows")
        if len(texts) > MOST_COLUMNS:
            raise RefusedError("too_many_columns")
        if letters > MOST_TEXT:
            raise RefusedError("too_large")
    return rows


def _workbook_rows(content: bytes) -> Iterable[Iterable[object]]:
    _refuse_a_bomb(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in workbook.sheets_metadata:
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
                return _sheet_rows(workbook.get_sheet_by_name(sheet.name))
    except CalamineError as error:
        raise RefusedError("damaged") from error
    raise RefusedError("no_sheet")


def _sheet_rows(sheet: CalamineSheet) -> Iterable[Iterable[object]]:
    if sheet.total_height > MOST_LINES:
        raise RefusedError("too_many_rows")
    return sheet.to_python(skip_empty_area=False)


def _refuse_a_bomb(content: bytes) -> None:
    """Look at the sizes a zip states; where it lies, the limits of this process hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise RefusedError("damaged") from error
    swollen = any(
        part.file_size > SMALL_PART and part.file_size > MOST_UNPACKED * part.compress_size
        for part in parts
    )
    if swollen or len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_PART:
        raise RefusedError("too_large")


def _text_rows(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise RefusedError("damaged") from error


def _decoded(content: bytes) -> str:
    """Return a text file's letters: UTF-8, GB18030, or UTF-16 where its first bytes say so."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in content:
        raise RefusedError("no_table")
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedError("unknown_encoding")


def _text(cell: object) -> str:
    """Return what a cell shows. A letter that cannot be shown becomes U+FFFD, and is noticed."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return str(cell.date())
    if isinstance(cell, date):
        return str(cell)
    return CONTROL.sub("\ufffd", " ".join(str(cell).split()))[:LONGEST_CELL]


def _answer(content: bytes) -> dict[str, object]:
    try:
        return {"rows": rows_of(content)}
    except RefusedError as refusal:
        return {"fault": str(refusal)}
    except MemoryError:
        return {"fault": "too_large"}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(_answer(sys.stdin.buffer.read()), sys.stdout)
