"""Reads one uploaded table. Runs in a process of its own, which may run out of time or memory.

The file arrives on standard input, and the headings that are known as the program's argument. What
it holds leaves on standard output as JSON, a `tables.Table` or ``{"fault": code}``. It imports
little of the service, so that it starts quickly and has nothing to lose.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from loyalty.services.apart import limit_this_process
from loyalty.services.imports.table_cells import Shown
from loyalty.services.imports.table_faults import RefusedError
from loyalty.services.imports.table_files import COMPOUND, ZIP, refuse_other_files
from loyalty.services.imports.table_text import read_text
from loyalty.services.imports.table_workbook import read_workbook

MEMORY_BYTES = 224 * 1024 * 1024
"""Address space of this process, program included."""
CPU_SECONDS = 5
"""The largest table takes one or two on a small machine; a loaded one takes no more of these."""

MOST_ROWS = 5_001
"""Five thousand, and the headings."""
MOST_COLUMNS = 50
MOST_TEXT = 8 * 1024 * 1024
"""Letters in all cells together."""


def describe_table(content: bytes, known: frozenset[str]) -> dict[str, Any]:
    """Return the rows of a table that hold something, with their numbers.

    Raises:
        RefusedError: it is no table, or one that is too large.
    """
    if not content.startswith((COMPOUND, *ZIP)):
        refuse_other_files(content)
        return {"text": True, "rows": _describe_rows(read_text(content, known).rows)}
    table = read_workbook(content, known)
    return {
        "sheet": table.sheet,
        "others": list(table.others),
        "hidden_columns": sorted(table.hidden_columns),
        "rows": _describe_rows(table.rows, table.hidden_rows),
    }


def _describe_rows(
    raw: Iterable[Sequence[Shown]], hidden: frozenset[int] = frozenset()
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    letters = 0
    for place, cells in enumerate(raw):
        row = _describe_row(place, cells, hidden=place in hidden)
        if row is None:
            continue
        rows.append(row)
        letters += sum(map(len, row["cells"]))
        if len(rows) > MOST_ROWS:
            raise RefusedError("too_many_rows")
        if len(row["cells"]) > MOST_COLUMNS:
            raise RefusedError("too_many_columns")
        if letters > MOST_TEXT:
            raise RefusedError("too_large")
    return rows


def _describe_row(place: int, cells: Sequence[Shown], *, hidden: bool) -> dict[str, Any] | None:
    """Return one row without the empty cells at its end; None where all are empty."""
    width = next((end for end in range(len(cells), 0, -1) if cells[end - 1].text), 0)
    if not width:
        return None
    row: dict[str, Any] = {"number": place + 1, "cells": [cell.text for cell in cells[:width]]}
    marks = {str(at): cell.mark for at, cell in enumerate(cells[:width]) if cell.mark and cell.text}
    return row | ({"marks": marks} if marks else {}) | ({"hidden": True} if hidden else {})


def _describe_or_refuse(content: bytes, known: frozenset[str]) -> dict[str, Any]:
    try:
        return describe_table(content, known)
    except RefusedError as refusal:
        return {"fault": str(refusal)}
    except MemoryError:
        return {"fault": "too_large"}


def main() -> None:
    """Read the table on standard input within the limits, and write what it holds."""
    limit_this_process(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS)
    json.dump(
        _describe_or_refuse(sys.stdin.buffer.read(), frozenset(json.loads(sys.argv[1]))), sys.stdout
    )


if __name__ == "__main__":
    main()
