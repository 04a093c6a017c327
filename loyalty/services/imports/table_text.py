"""Tables in text files: their encoding, their delimiter, and quotation marks that went astray."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from loyalty.services.imports.headings import strip_heading
from loyalty.services.imports.table_cells import CellMark, Shown, show
from loyalty.services.imports.table_faults import RefusedError

DELIMITERS = (",", "\t", ";", "|", "，", "、", "；", " ")
QUOTE = '"'
FIRST_LINES = 15
"""Among them the headings are looked for."""
MOST_LINES = 20_000
"""Of the file; those inside of cells count."""
LONGEST_LINE = 200_000
LONGEST_QUOTATION = 50
"""Lines one cell may hold."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_BLANKS = re.compile(r"[ \u3000]+")
_FIRST_BLANKS = re.compile(r"^[ \u3000]+", re.MULTILINE)
_DELIMITER_STATED = re.compile(r"sep=.(?=\r|\n)", re.IGNORECASE)
"""What Excel writes and reads in the first line of a text file, and does not show."""
_OPENING = re.compile(r' *"')
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass(frozen=True, slots=True)
class TextTable:
    """A text file that has been understood."""

    rows: Iterator[list[Shown]]
    score: int
    """How many known headings one of its first lines has."""


def read_text(content: bytes, known: frozenset[str]) -> TextTable:
    """Return the rows of a text file.

    Encoding and delimiter are those under which one of the first lines has the most known
    headings; where none has any, the most usual.

    Raises:
        RefusedError: its encoding is unknown, or it is too long.
    """
    best: tuple[int, str, str] | None = None
    for decoded in _decode(content):
        text = _DELIMITER_STATED.sub("", decoded, count=1) if decoded[:4] == "sep=" else decoded
        lines = _take_first_lines(text)
        for delimiter in DELIMITERS:
            score = max((_score(line, delimiter, known) for line in lines), default=0)
            if best is None or score > best[0]:
                best = (score, text, delimiter)
    if best is None:
        raise RefusedError("unknown_encoding")
    score, text, delimiter = best
    if not score:
        first = next(iter(_take_first_lines(text)), "")
        delimiter = max(DELIMITERS[:-1], key=first.count)
    if delimiter == " ":
        text = _BLANKS.sub(" ", _FIRST_BLANKS.sub("", text))
    return TextTable(_read_rows(text, delimiter, known), score)


def _decode(content: bytes) -> Iterator[str]:
    """Yield what a file may say: as its first bytes tell, UTF-8, or what offices still write."""
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), None)
    if marked is not None:
        encodings = [marked]
    elif b"\0" in content:
        encodings = _find_wide_encodings(content)
    else:
        encodings = ["utf-8"]
    texts = list(_try_encodings(content, encodings))
    if not texts and marked is None and b"\0" not in content:
        texts = list(_try_encodings(content, ["gb18030", "big5hkscs"]))
    return iter(texts)


def _try_encodings(content: bytes, encodings: list[str]) -> Iterator[str]:
    for encoding in encodings:
        try:
            yield content.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue


def _find_wide_encodings(content: bytes) -> list[str]:
    """Return the order of bytes under which lines end; other files with zero bytes are no text."""
    ends = {"utf-16-le": b"\n\0", "utf-16-be": b"\0\n"}
    fitting = [name for name, end in ends.items() if end in content and len(content) % 2 == 0]
    if not fitting:
        raise RefusedError("no_table")
    return fitting


def _take_first_lines(text: str) -> list[str]:
    head = text[: FIRST_LINES * 2_000]
    return [line for line in _LINE_END.split(head) if line.strip()][:FIRST_LINES]


def _score(line: str, delimiter: str, known: frozenset[str]) -> int:
    return len(
        {strip_heading(cell) for cell in _split(line.replace(QUOTE, ""), delimiter)[:100]} & known
    )


def _split(line: str, delimiter: str) -> list[str]:
    return _BLANKS.split(line.strip()) if delimiter == " " else line.split(delimiter)


def _read_rows(text: str, delimiter: str, known: frozenset[str]) -> Iterator[list[Shown]]:
    if len(re.findall(r"[\r\n]+", text)) > MOST_LINES:
        raise RefusedError("too_many_rows")
    lines = _LINE_END.split(text)
    if any(len(line) > LONGEST_LINE for line in lines):
        raise RefusedError("too_large")
    width = _find_width(lines, delimiter, known)
    place = 0
    while place < len(lines):
        cells, count = _read_record(lines[place : place + LONGEST_QUOTATION], delimiter, width)
        yield cells
        place += count


def _find_width(lines: list[str], delimiter: str, known: frozenset[str]) -> int:
    """Return how many cells a row has: as many as the one with the headings."""
    first = [line for line in lines[: 2 * FIRST_LINES] if line.strip()]
    best = max(first, key=lambda line: _score(line, delimiter, known), default="")
    return best.count(delimiter) + 1


def _read_record(lines: list[str], delimiter: str, width: int) -> tuple[list[Shown], int]:
    """Return the cells of the row that begins with the first line, and how many lines it takes."""
    first = lines[0]
    if QUOTE not in first:
        return [show(cell) for cell in first.split(delimiter)], 1
    for count in range(1, len(lines) + 1):
        cells = _read_quoted_cells("\n".join(lines[:count]), delimiter)
        if cells is None:
            continue
        if count > 1 and not _are_one_row(cells, delimiter, width):
            break
        return [show(cell) for cell in cells], count
    return [_mark_cell(cell) for cell in first.split(delimiter)], 1


def _mark_cell(cell: str) -> Shown:
    return Shown(show(cell).text, CellMark.STRAY_QUOTE) if QUOTE in cell else show(cell)


def _are_one_row(cells: list[str], delimiter: str, width: int) -> bool:
    """Tell whether cells of several lines are one row, and not several that a stray mark joins."""
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    joined = any(
        line.count(delimiter) >= max(width - 1, 1)
        for cell in cells
        if "\n" in cell
        for line in cell.split("\n")
    )
    return len(cells) <= max(width, 1) and not joined


def _read_quoted_cells(record: str, delimiter: str) -> list[str] | None:
    """Return the cells of a row, or None where its quotation marks do not fit together."""
    cells: list[str] = []
    place = 0
    while True:
        opening = _OPENING.match(record, place)
        found = (
            _read_quoted_cell(record, opening.end(), delimiter)
            if opening
            else _read_bare_cell(record, place, delimiter)
        )
        if found is None:
            return None
        cell, place = found
        cells.append(cell)
        if place >= len(record):
            return cells
        place += 1
        if place == len(record):
            return [*cells, ""]


Found = tuple[str, int] | None


def _read_bare_cell(record: str, place: int, delimiter: str) -> Found:
    end = record.find(delimiter, place)
    cell = record[place : end if end >= 0 else len(record)]
    return None if QUOTE in cell else (cell, place + len(cell))


def _read_quoted_cell(record: str, start: int, delimiter: str) -> Found:
    end = record.find(QUOTE, start)
    while end >= 0 and record[end + 1 : end + 2] == QUOTE:
        end = record.find(QUOTE, end + 2)
    if end < 0:
        return None
    after = end + 1
    while record[after : after + 1] == " ":
        after += 1
    if after < len(record) and record[after] != delimiter:
        return None
    return record[start:end].replace(QUOTE * 2, QUOTE), after
