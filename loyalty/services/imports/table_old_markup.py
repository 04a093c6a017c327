"""What a workbook of before 2007 says beside its values: errors, what is hidden, a password.

Such a file is a small file system (a "compound file") whose stream ``Workbook`` is a list of
records; the few that matter are read here, the values by the library.
"""

import struct
from collections.abc import Iterator, Sequence

from loyalty.services.imports.table_faults import RefusedError
from loyalty.services.imports.table_markup import MOST_HIDDEN_COLUMNS, Markup

_LAST = 0xFFFFFFF0
"""Sector numbers from here on mean that a chain ends."""
_ENTRY = 128
_DIRECTORY_AT = 48
_TABLES_AT = 76
_SMALL_TABLE_AT = 60
_SMALL = 4096
"""Streams shorter than this lie in a stream for small ones, in sectors of their own."""
_SMALL_SIZE = 64

_BOF, _EOF, _SHEET, _PASSWORD = 0x0809, 0x000A, 0x0085, 0x002F
_ROW, _COLUMNS, _ERROR, _FORMULA = 0x0208, 0x007D, 0x0205, 0x0006
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x20, 0x01
_RESULT_IS_ERROR = 2
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def read_old_markup(content: bytes, place: int | None) -> Markup:
    """Return what an old workbook says about one of its sheets; without a place, about none.

    Raises:
        RefusedError: it is under a password, holds something else, or cannot be read.
    """
    try:
        stream = _read_workbook_stream(content)
        starts = _find_sheet_starts(stream)
        if place is None:
            return Markup()
        return _read_sheet_markup(stream, starts[place])
    except (struct.error, IndexError, KeyError, UnicodeDecodeError) as error:
        raise RefusedError("old_workbook") from error


def _read_workbook_stream(content: bytes) -> bytes:
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    if size not in {512, 4096}:
        raise RefusedError("old_workbook")
    chain = _read_chains(content, size)
    [directory_start] = struct.unpack_from("<I", content, _DIRECTORY_AT)
    directory = _read_stream(content[size:], size, chain, directory_start)
    entries = {}
    for place in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        [letters] = struct.unpack_from("<H", directory, place + 64)
        name = directory[place : place + max(letters - 2, 0)].decode("utf-16-le")
        entries[name] = struct.unpack_from("<II", directory, place + 116)
    for name in ("EncryptedPackage", "WordDocument", "PowerPoint Document"):
        if name in entries:
            raise RefusedError("password" if name == "EncryptedPackage" else "document")
    found = entries.get("Workbook") or entries.get("Book")
    if found is None:
        raise RefusedError("old_workbook")
    start, length = found
    if length >= _SMALL:
        return _read_stream(content[size:], size, chain, start)[:length]
    [small_table] = struct.unpack_from("<I", content, _SMALL_TABLE_AT)
    table = _read_stream(content[size:], size, chain, small_table)
    small_chain = struct.unpack_from(f"<{len(table) // 4}I", table)
    container = _read_stream(content[size:], size, chain, entries["Root Entry"][0])
    return _read_stream(container, _SMALL_SIZE, small_chain, start)[:length]


def _read_chains(content: bytes, size: int) -> list[int]:
    """Return the number of the sector that follows each."""
    tables = struct.unpack_from("<109I", content, _TABLES_AT)
    chain: list[int] = []
    for number in tables:
        if number < _LAST:
            chain += struct.unpack_from(f"<{size // 4}I", content, (number + 1) * size)
    return chain


def _read_stream(sectors: bytes, size: int, chain: Sequence[int], start: int) -> bytes:
    pieces = []
    number = start
    for _ in chain:
        if number >= _LAST:
            break
        pieces.append(sectors[number * size : (number + 1) * size])
        number = chain[number]
    return b"".join(pieces)


def _read_records(stream: bytes, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield the records of one part of the workbook: their kinds and contents."""
    place, depth = start, 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place + 4 : place + 4 + length]
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        place += 4 + length


def _find_sheet_starts(stream: bytes) -> list[int]:
    """Return where the sheets begin, in the order in which the workbook shows them."""
    starts: list[int] = []
    for kind, record in _read_records(stream):
        if kind == _PASSWORD:
            raise RefusedError("password")
        if kind == _SHEET:
            starts += struct.unpack_from("<I", record)
    return starts


def _read_sheet_markup(stream: bytes, start: int) -> Markup:
    markup = Markup()
    for kind, record in _read_records(stream, start):
        if kind == _ROW:
            [number] = struct.unpack_from("<H", record)
            if record[12] & _ROW_HIDDEN:
                markup.hidden_rows.add(number)
        elif kind == _COLUMNS:
            first, last, _, _, options = struct.unpack_from("<5H", record)
            if options & _COLUMN_HIDDEN:
                last = min(last, first + MOST_HIDDEN_COLUMNS)
                markup.hidden_columns |= set(range(first, last + 1))
        elif kind in {_ERROR, _FORMULA}:
            error = _error_in(kind, record)
            if error is not None:
                row, column = struct.unpack_from("<2H", record)
                markup.errors[row, column] = error
    return markup


def _error_in(kind: int, record: bytes) -> str | None:
    """Return what a cell shows whose formula went wrong; None for any other."""
    if kind == _ERROR:
        code, is_error = record[6], bool(record[7])
    else:
        code, is_error = record[8], record[6] == _RESULT_IS_ERROR and record[12:14] == b"\xff\xff"
    return ERRORS.get(code, "#N/A") if is_error else None
