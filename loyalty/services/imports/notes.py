"""What is to be told of a table that is no fault, gathered: one sentence for many rows."""

from collections.abc import Sequence

from loyalty.services.imports.layout import Note, NoteCode

MOST_NUMBERS = 10
"""Rows that one note names."""


class Notebook:
    """Gathers notes; those of one kind about one column become one."""

    def __init__(self, notes: Sequence[Note]) -> None:
        self._notes = list(notes)
        self._rows: dict[tuple[NoteCode, str], list[int]] = {}
        self._values: dict[tuple[NoteCode, str], dict[str, str]] = {}

    def add(self, row: int, column: str, code: NoteCode, **values: str) -> None:
        """Note one thing about one row; what the first says stands for all."""
        self._rows.setdefault((code, column), []).append(row)
        self._values.setdefault((code, column), values)

    def list_notes(self) -> list[Note]:
        """Return all notes, each with the rows it is about."""
        return self._notes + [
            Note(
                rows[0],
                column,
                code,
                {
                    **self._values[code, column],
                    "rows": [*rows[:MOST_NUMBERS]],
                    "count": len(rows),
                },
            )
            for (code, column), rows in self._rows.items()
        ]
