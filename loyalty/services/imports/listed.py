"""Rows of our own lists: which record each is, and whether it is still as it was read."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from loyalty.database import Versioned
from loyalty.services.imports.cells import read_text
from loyalty.services.imports.headings import LISTED
from loyalty.services.imports.intake import Change
from loyalty.services.imports.layout import CellRefusedError, Column, RowFaultCode

Record = TypeVar("Record", bound=Versioned)


def make_listed_columns() -> list[Column]:
    """Return the columns that say which record a row is, and which version of it."""
    readers = {"id": _read_id, "version": _read_version}
    return [
        Column(field, LISTED[field][0], LISTED[field][1:], read) for field, read in readers.items()
    ]


def tell_listed(record: Versioned) -> Mapping[str, str]:
    """Return the cells of these columns."""
    return {"id": str(record.id), "version": str(record.version)}


def find_listed(values: Mapping[str, Any], known: Mapping[UUID, Record]) -> Record | None:
    """Return the record that a row is by its number; None where it bears none.

    Args:
        known: what the community has, by id; another's is as unknown as one that never was.

    Raises:
        CellRefusedError: the community has no such record.
    """
    if "id" not in values:
        return None
    if values["id"] not in known:
        raise CellRefusedError(RowFaultCode.UNKNOWN_RECORD, field="id")
    return known[values["id"]]


def find_changes(before: Mapping[str, str], after: Mapping[str, str]) -> Sequence[Change]:
    """Return what a row says otherwise, cell by cell; what it leaves empty stays as it is."""
    return [
        Change(field, before[field], cell) for field, cell in after.items() if cell != before[field]
    ]


def refuse_stale(values: Mapping[str, Any], record: Versioned) -> None:
    """Refuse a row that would undo what a colleague has done since the list was taken away.

    Raises:
        CellRefusedError: the record has another version by now, or the row tells none.
    """
    if "version" not in values:
        raise CellRefusedError(RowFaultCode.REQUIRED, field="version")
    if values["version"] != record.version:
        raise CellRefusedError(RowFaultCode.CHANGED_SINCE, field="version")


def _read_id(cell: str) -> UUID:
    try:
        return UUID(read_text(cell))
    except ValueError:
        raise CellRefusedError(RowFaultCode.UNKNOWN_RECORD) from None


def _read_version(cell: str) -> int:
    text = read_text(cell)
    if not (text.isascii() and text.isdecimal()):
        raise CellRefusedError(RowFaultCode.CHANGED_SINCE)
    return int(text)
