"""Databases for tests: one that is emptied after each, and new ones for who needs their own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import uuid4

import psycopg
from psycopg import sql

WATCH = """
CREATE TABLE watch.schema_change (at timestamptz DEFAULT now());
CREATE FUNCTION watch.note() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name = 'pg_temp') THEN
        RETURN;
    END IF;
    INSERT INTO watch.schema_change DEFAULT VALUES;
END
$$;
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION watch.note()
"""
"""Whoever changes a table, a trigger or a function leaves a row."""

LEAVE = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state IS DISTINCT FROM 'idle'
"""
"""Who is in the middle of something is cut off; who keeps a connection for later may."""

UNWATCHED = "-c session_replication_role=replica"
"""How a connection is made for which no trigger and no foreign key acts.

From its beginning, since whoever changes that forgets all plans.
"""

TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


ANYBODY = "SELECT 1 FROM community LIMIT 1"
"""Whether something stands in a database already."""

Made = TypeVar("Made")


class KeptDatabase:
    """A migrated database that is emptied, and made anew only where its schema was changed.

    Emptying takes 1 ms, making one 25 ms, and every connection reads the catalogue anew: so the one
    that empties is kept, and so are those that lie idle in the pools of a service. Needs a
    superuser, who may pass over triggers and foreign keys.
    """

    def __init__(self, template: str, name: str) -> None:
        self._template = template
        self._name = name
        self.url = named(template, name)
        self._fillings: dict[str, tuple[sql.Composed, Any]] = {}
        self._connection: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Self:
        self._make()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._drop()

    def fill(self, name: str, make: Callable[[], Made]) -> Made:
        """Fill the empty database as `make` does, which is asked once; later its rows are copied.

        Args:
            name: of what is made.
            make: commits all of it. What it returns names records by their ids: those who come
                later find other objects of them.
        """
        connection = self._connect()
        if connection.execute(ANYBODY).fetchone():
            raise ValueError(f"something stands in the database before {name}")
        if name not in self._fillings:
            first = make()
            self._fillings[name] = (_keep_rows(connection, name), first)
            return first
        filling, made = self._fillings[name]
        connection.execute(filling)
        copied: Made = made
        return copied

    def empty(self) -> None:
        """Take out every row a test has written, whoever is still at it."""
        try:
            self._empty()
        except psycopg.OperationalError:
            # A test has cut off whoever was connected.
            self._disconnect()
            self._empty()

    def _empty(self) -> None:
        connection = self._connect()
        connection.execute(LEAVE)
        if connection.execute("SELECT 1 FROM watch.schema_change").fetchone():
            self._drop()
            self._make()
        else:
            connection.execute("SELECT watch.empty()")

    def _connect(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            self._connection = psycopg.connect(plain(self.url), autocommit=True, options=UNWATCHED)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _drop(self) -> None:
        self._disconnect()
        drop(self._template, self._name)

    def _make(self) -> None:
        create(self._template, self._name)
        self._fillings.clear()
        connection = self._connect()
        tables = [sql.Identifier(name) for name in _list_tables(connection)]
        filled = [sql.Identifier(name) for name in _list_tables(connection, filled=True)]
        connection.execute("CREATE SCHEMA pristine")
        for table in filled:
            connection.execute(
                sql.SQL("CREATE TABLE pristine.{0} AS TABLE public.{0}").format(table)
            )
        connection.execute("CREATE SCHEMA filling; CREATE SCHEMA watch")
        steps = [
            *(sql.SQL("DELETE FROM public.{}").format(table) for table in tables),
            *(
                sql.SQL("INSERT INTO public.{0} TABLE pristine.{0}").format(table)
                for table in filled
            ),
        ]
        _create_function(connection, sql.SQL("watch.empty"), steps)
        connection.execute(WATCH)


def _list_tables(connection: psycopg.Connection[Any], *, filled: bool = False) -> list[str]:
    tables = [name for (name,) in connection.execute(TABLES)]
    row = sql.SQL("SELECT 1 FROM public.{} LIMIT 1")
    return [
        table
        for table in tables
        if not filled or connection.execute(row.format(sql.Identifier(table))).fetchone()
    ]


def _keep_rows(connection: psycopg.Connection[Any], name: str) -> sql.Composed:
    """Copy all rows aside; return the statement that brings them back into an empty database."""
    steps: list[sql.Composed] = []
    for filled in _list_tables(connection, filled=True):
        table, aside = sql.Identifier(filled), sql.Identifier("filling", f"{name} {filled}")
        connection.execute(sql.SQL("CREATE TABLE {} AS TABLE public.{}").format(aside, table))
        steps += [
            sql.SQL("DELETE FROM public.{}").format(table),
            sql.SQL("INSERT INTO public.{} OVERRIDING SYSTEM VALUE TABLE {}").format(table, aside),
        ]
    function = sql.Identifier("filling", name)
    _create_function(connection, function, steps)
    return sql.SQL("SELECT {}()").format(function)


def _create_function(
    connection: psycopg.Connection[Any], name: sql.Composable, steps: list[sql.Composed]
) -> None:
    """Create a function of these steps, whose hundred statements a connection plans once."""
    body = sql.SQL("; ").join(steps).as_string(connection)
    connection.execute(
        sql.SQL("CREATE FUNCTION {}() RETURNS void LANGUAGE plpgsql AS {}").format(
            name, sql.Literal(f"BEGIN {body}; END")
        )
    )


@contextmanager
def new_database(template: str) -> Iterator[str]:
    """Give the address of an empty, migrated database that nobody else sees."""
    name = f"test_{uuid4().hex}"
    create(template, name)
    yield named(template, name)
    drop(template, name)


@contextmanager
def empty_database(server: str) -> Iterator[str]:
    """A database of the same server in which there is nothing."""
    with new_database(named(server, "template0")) as url:
        yield url


def create(template: str, name: str) -> None:
    """Create a database as a copy of another of the same server."""
    with psycopg.connect(plain(named(template, "postgres")), autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE {name_of(template)} STRATEGY FILE_COPY"
        )


def cut_off_everybody(database: str) -> None:
    """End whatever is connected to a database, so that it can be copied."""
    ending = "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(plain(named(database, "postgres")), autocommit=True) as connection:
        connection.execute(ending, (name_of(database),))


def drop(server: str, name: str) -> None:
    """Drop a database, whoever is still connected."""
    with psycopg.connect(plain(named(server, "postgres")), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def plain(url: str) -> str:
    """Return an address as psycopg reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def name_of(url: str) -> str:
    """Return the database's name in an address."""
    return url.partition("?")[0].rpartition("/")[2]


def named(url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    address, mark, query = url.partition("?")
    return address.rpartition("/")[0] + "/" + name + mark + query
