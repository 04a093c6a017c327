"""Figures as a Parquet file, which DuckDB and others read; the same figures give the same bytes."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from loyalty.rules.errors import LoyaltyError

COLUMNS: Mapping[str, str] = {
    "community": "VARCHAR NOT NULL",
    "month": "DATE NOT NULL",
    "trade": "VARCHAR",
    "uses": "BIGINT",
    "uses_without_amount": "BIGINT",
    "people": "BIGINT",
    "households": "BIGINT",
    "total_fen": "BIGINT",
    "payable_fen": "BIGINT",
    "saved_fen": "BIGINT",
}
"""Name → type, in their order; docs/figures.md says what each holds."""


class MissingLibraryError(LoyaltyError):
    """What writes such files is not installed here."""


def write_parquet(path: Path, rows: Sequence[Sequence[Any]]) -> bool:
    """Write rows of `COLUMNS` to a file, whole or not at all; return whether that changed it.

    Raises:
        MissingLibraryError: DuckDB is not installed.
    """
    fresh = path.with_name(f"{path.name}.part")
    with _load_duckdb().connect() as database:
        # One thread writes one group of rows, in the order they come in.
        database.execute("SET threads = 1")
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        database.execute(f"CREATE TABLE figures ({columns})")
        database.executemany(f"INSERT INTO figures VALUES ({', '.join('?' * len(COLUMNS))})", rows)  # noqa: S608  # marks for values
        database.table("figures").write_parquet(str(fresh), compression="zstd")
    changed = not path.exists() or path.read_bytes() != fresh.read_bytes()
    fresh.replace(path)
    return changed


def _load_duckdb() -> Any:
    """Return the library; by its name, for most who run the service have no use for it."""
    try:
        return import_module("duckdb")
    except ModuleNotFoundError as error:
        raise MissingLibraryError(
            "Writing figures as Parquet needs DuckDB; install it with: pip install 'loyalty[city]'"
        ) from error
