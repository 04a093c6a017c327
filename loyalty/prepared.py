"""Statements of the till's hot path, prepared once on each connection and run in one step.

psycopg looks a statement over each time that it runs it, and waits for the answer step by step. For
a statement that is run thousands of times a minute, and takes less time than that, it is prepared
here by its name, and libpq is told to run it. Values and rows are turned as psycopg turns them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import Connection, OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import dict_row

_VALUE = re.compile(r"%\((\w+)\)s")

Row = Mapping[str, Any]


@dataclass(slots=True)
class _Prepared:
    """A statement that a connection knows."""

    name: bytes
    columns: Sequence[str] = ()


@dataclass(slots=True)
class _Known:
    """What a connection knows of our statements."""

    transformer: Any  # psycopg names no type of it
    statements: dict[str, _Prepared] = field(default_factory=dict)


_known: WeakKeyDictionary[Connection[Any], _Known] = WeakKeyDictionary()


def fetch_one(connection: Connection[Any], statement: str, values: Mapping[str, Any]) -> Row | None:
    """Run a statement; return its first row by the names of its columns, or None if it has none.

    psycopg runs it where a pooler may hand on to somebody else what was prepared, and where it is
    part of a transaction.

    Args:
        statement: with its values as ``%(name)s``; what type each is follows from the text alone.

    Raises:
        psycopg.Error: as psycopg itself.
    """
    if connection.prepare_threshold is None or not connection.autocommit:
        return connection.cursor(row_factory=dict_row).execute(statement, values).fetchone()
    known = _known.get(connection)
    if known is None:
        known = _known[connection] = _Known(Transformer(connection))
    prepared = known.statements.get(statement) or _prepare(connection, known, statement)
    _, names = _numbered(statement)
    sent = [values[name] for name in names]
    dumped = known.transformer.dump_sequence(sent, [PyFormat.TEXT] * len(sent))
    result = connection.pgconn.exec_prepared(prepared.name, dumped)
    return _first_row(connection, known.transformer, prepared, result)


@cache
def _numbered(statement: str) -> tuple[bytes, Sequence[str]]:
    """Return a statement as PostgreSQL has it, and the names of its values in their order."""
    names = [*dict.fromkeys(_VALUE.findall(statement))]
    text = _VALUE.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
    return text.replace("%%", "%").encode(), names


def _prepare(connection: Connection[Any], known: _Known, statement: str) -> _Prepared:
    prepared = _Prepared(f"loyalty_{len(known.statements)}".encode())
    text, _ = _numbered(statement)
    result = connection.pgconn.prepare(prepared.name, text)
    if result.status != ExecStatus.COMMAND_OK:
        raise _error_of(connection, result)
    known.statements[statement] = prepared
    return prepared


def _first_row(
    connection: Connection[Any], transformer: Any, prepared: _Prepared, result: PGresult
) -> Row | None:
    if result.status != ExecStatus.TUPLES_OK:
        raise _error_of(connection, result)
    if not prepared.columns:
        prepared.columns = [(result.fname(at) or b"").decode() for at in range(result.nfields)]
    if not result.ntuples:
        return None
    transformer.set_pgresult(result)
    return dict(zip(prepared.columns, transformer.load_row(0, tuple), strict=True))


def _error_of(connection: Connection[Any], result: PGresult) -> Exception:
    if connection.pgconn.status != ConnStatus.OK:
        return OperationalError("the connection is lost")
    return error_from_result(result, encoding="utf-8")
