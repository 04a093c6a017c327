"""Workbooks as Excel wrote them before 2007, made by hand: there is no library for it any more."""

import struct
from collections.abc import Collection, Mapping, Sequence

SECTOR = 512
SMALL = 4096
SMALL_SECTOR = 64
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD

NOT_AVAILABLE, DIVISION = 0x2A, 0x07
"""Codes of the errors that formulas give."""


def old_workbook(
    *sheets: Sequence[Sequence[object]],
    errors: Mapping[tuple[int, int], int] = {},
    hidden_rows: Collection[int] = (),
    hidden_columns: Collection[int] = (),
    formulas: Mapping[tuple[int, int], bytes] = {},
    password: bool = False,
    small: bool = False,
) -> bytes:
    """Return an old workbook of some sheets; errors, formulas and what is hidden are of the last.

    Args:
        formulas: what each has come to, as `computed` or `gone_wrong` has it.
        small: whether it lies among the small streams.
    """
    bodies = [_sheet(rows) for rows in sheets[:-1]]
    bodies.append(_sheet(sheets[-1], errors, hidden_rows, hidden_columns, formulas))
    start = len(_globals([0] * len(bodies), password=password))
    starts = [start + sum(map(len, bodies[:place])) for place in range(len(bodies))]
    stream = _globals(starts, password=password) + b"".join(bodies)
    return small_compound("Workbook", stream) if small else compound("Workbook", stream)


def computed(number: float) -> bytes:
    """Return what a formula has come to that is right."""
    return struct.pack("<d", number)


def gone_wrong(code: int) -> bytes:
    """Return what a formula has come to that shows an error."""
    return struct.pack("<6BH", 2, 0, code, 0, 0, 0, 0xFFFF)


def compound(name: str, stream: bytes) -> bytes:
    """Return a compound file with one stream."""
    stream = stream.ljust(SMALL, b"\0")
    count = -(-len(stream) // SECTOR)
    following = [TABLE, END, *range(3, count + 2), END]
    directory = _entry("Root Entry", 5, END, 0, child=1) + _entry(name, 2, 2, len(stream))
    sectors = [_table(following), _pad(directory), stream.ljust(count * SECTOR, b"\0")]
    return _header(END, 0) + b"".join(sectors)


def small_compound(name: str, stream: bytes) -> bytes:
    """Return a compound file whose one stream lies in small sectors."""
    assert len(stream) < SMALL
    count, small_count = -(-len(stream) // SECTOR), -(-len(stream) // SMALL_SECTOR)
    following = [TABLE, END, END, *range(4, count + 3), END]
    held = small_count * SMALL_SECTOR
    directory = _entry("Root Entry", 5, 3, held, child=1) + _entry(name, 2, 0, len(stream))
    small_table = _table([*range(1, small_count), END])
    sectors = [_table(following), _pad(directory), small_table, stream.ljust(count * SECTOR, b"\0")]
    return _header(2, 1) + b"".join(sectors)


def _header(small_table: int, small_tables: int) -> bytes:
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, 1, 0, SMALL, small_table, small_tables, END, 0)
    return header + struct.pack("<109I", 0, *[FREE] * 108)


def _table(following: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(following)}I", *following).ljust(SECTOR, b"\xff")


def _pad(sector: bytes) -> bytes:
    return sector.ljust(SECTOR, b"\0")


def _entry(name: str, kind: int, start: int, size: int, *, child: int = FREE) -> bytes:
    letters = name.encode("utf-16-le") + b"\0\0"
    entry = letters.ljust(64, b"\0") + struct.pack("<HBB", len(letters), kind, 1)
    entry += struct.pack("<3I", FREE, FREE, child) + bytes(36)
    return entry + struct.pack("<IQ", start, size)


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _globals(starts: Sequence[int], *, password: bool) -> bytes:
    records = _record(0x0809, struct.pack("<4H2I", 0x0600, 5, 0, 0, 0, 0))
    if password:
        records += _record(0x002F, bytes(6))
    records += _record(0x0042, struct.pack("<H", 1200))
    for place, start in enumerate(starts):
        name = f"Sheet{place + 1}".encode()
        records += _record(0x0085, struct.pack("<I2B2B", start, 0, 0, len(name), 0) + name)
    return records + _record(0x000A)


def _sheet(
    rows: Sequence[Sequence[object]],
    errors: Mapping[tuple[int, int], int] = {},
    hidden_rows: Collection[int] = (),
    hidden_columns: Collection[int] = (),
    formulas: Mapping[tuple[int, int], bytes] = {},
) -> bytes:
    records = _record(0x0809, struct.pack("<4H2I", 0x0600, 0x10, 0, 0, 0, 0))
    for column in range(max(map(len, rows), default=0)):
        hidden = column in hidden_columns
        records += _record(0x007D, struct.pack("<6H", column, column, 2000, 0, hidden, 0))
    for row in range(len(rows)):
        options = 0x120 if row in hidden_rows else 0x100
        records += _record(0x0208, struct.pack("<5H2xHH", row, 0, 9, 255, 0, options, 0))
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            records += _cell(row, column, value)
    for (row, column), code in errors.items():
        records += _record(0x0205, struct.pack("<3HBB", row, column, 0, code, 1))
    for (row, column), result in formulas.items():
        head, one = struct.pack("<3H", row, column, 0), struct.pack("<HBH", 3, 0x1E, 1)
        records += _record(0x0006, head + result + bytes(6) + one)
    return records + _record(0x000A)


def _cell(row: int, column: int, value: object) -> bytes:
    if isinstance(value, int | float):
        return _record(0x0203, struct.pack("<3Hd", row, column, 0, value))
    letters = str(value)
    content = struct.pack("<4HB", row, column, 0, len(letters), 1) + letters.encode("utf-16-le")
    return _record(0x0204, content) if letters else b""
