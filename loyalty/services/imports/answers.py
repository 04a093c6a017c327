"""What staff say about an uploaded table, where the table does not say it itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from loyalty.services.errors import ValueRefusedError
from loyalty.services.imports.intake import Intake

IGNORED = ""
"""The field of a column that is not taken in."""


@dataclass(frozen=True, slots=True)
class TableAnswers:
    """Everything staff have said about one table; nothing of it is needed."""

    columns: Mapping[int, str] = field(default_factory=dict)
    """By the place of a column, from 0: its field, or `IGNORED`."""
    everywhere: Mapping[str, str] = field(default_factory=dict)
    """By field: what holds for every row whose own cell is empty, as a cell would say it."""
    one_household: Mapping[str, bool] = field(default_factory=dict)
    """By the first spelling of a household or a party: whether others like it mean the same."""
    people: Mapping[int, str] = field(default_factory=dict)
    """By the number of a row: the id of the resident it means."""
    cells: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """By the number of a row and the field: what the cell should say."""
    headless: bool = False
    """The table has no headings; its first row is about somebody."""

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> "TableAnswers":
        """Return answers as they were stored; JSON knows no whole numbers as keys."""
        return cls(
            columns={int(place): name for place, name in stored.get("columns", {}).items()},
            everywhere=stored.get("everywhere", {}),
            one_household=stored.get("one_household", {}),
            people={int(row): person for row, person in stored.get("people", {}).items()},
            cells={int(row): cells for row, cells in stored.get("cells", {}).items()},
            headless=stored.get("headless", False),
        )

    def to_stored(self) -> dict[str, Any]:
        """Return the answers as they are stored."""
        return {
            "columns": dict(self.columns),
            "everywhere": dict(self.everywhere),
            "one_household": dict(self.one_household),
            "people": dict(self.people),
            "cells": {row: dict(cells) for row, cells in self.cells.items()},
            "headless": self.headless,
        }

    def merge(self, later: "TableAnswers") -> "TableAnswers":
        """Return what holds once staff have said more: columns and what holds everywhere anew."""
        return TableAnswers(
            columns=later.columns or self.columns,
            everywhere=later.everywhere,
            one_household={**self.one_household, **later.one_household},
            people={**self.people, **later.people},
            cells={
                row: {**self.cells.get(row, {}), **later.cells.get(row, {})}
                for row in {*self.cells, *later.cells}
            },
            headless=later.headless,
        )

    def restrict_to(self, intake: Intake[Any]) -> "TableAnswers":
        """Return the answers without those about fields that the kind of table does not have.

        Raises:
            ValueRefusedError: no column holds such a thing, or the answer is not offered.
        """
        fields = {column.field for column in intake.columns}
        parts = {part.field for column in intake.columns for part in column.parts}
        for place, name in self.columns.items():
            if name != IGNORED and name not in fields | parts:
                raise ValueRefusedError(f"/columns/{place}", "A table has no such field.")
        offered = {ask.field: ask.answers for ask in intake.asks}
        for name, said in self.everywhere.items():
            if name not in offered or (offered[name] and said not in offered[name]):
                raise ValueRefusedError(f"/everywhere/{name}", "This is not one of the answers.")
        return replace(
            self,
            people=self.people if intake.means_people else {},
            cells={
                row: {name: cell for name, cell in cells.items() if name in fields}
                for row, cells in self.cells.items()
            },
        )
