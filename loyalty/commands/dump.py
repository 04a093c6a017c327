"""What is in a database, taken out and put back by the programs of PostgreSQL itself.

With it goes what a dump of one database leaves out: the roles it names, and how many rows each
table has with a sum over what stands in them, by which anybody can see that all of it is back.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from loyalty.commands.backup_file import BackupError
from loyalty.commands.session import plain
from loyalty.embedded import BUNDLED

PIECE = 1024 * 1024
"""Bytes of a dump that are held in memory at a time."""

TABLES = """
SELECT c.relname FROM pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""

FILLED = """
SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema')
"""

ROLES = """
SELECT r.rolname, r.rolcanlogin, r.rolbypassrls, ARRAY(
    SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
    WHERE m.member = r.oid ORDER BY 1
)
FROM pg_roles r
WHERE NOT r.rolsuper AND r.oid IN (
    SELECT d.refobjid FROM pg_shdepend d JOIN pg_database b ON b.oid = d.dbid
    WHERE d.refclassid = 'pg_authid'::regclass AND b.datname = current_database()
      AND d.deptype <> 'o'
) ORDER BY 1
"""
"""Whom grants and policies of this database name; its owner is whoever restores it."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the server, which a dump of one database names and does not make."""

    name: str
    signs_in: bool
    passes_policies: bool
    """Whether it sees all communities, as the role that serves."""
    member_of: list[str]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database held at one moment."""

    server: int
    """Which PostgreSQL, as its servers number their releases: 18 for 18.1."""
    revision: str | None
    """At which its tables stood; None where there were none."""
    roles: list[Role]
    tables: dict[str, tuple[int, int]]
    """By table: its rows, and a sum over all that stands in them."""


@contextmanager
def dumped(url: str) -> Iterator[tuple[Contents, Iterator[bytes]]]:
    """Give what a database holds at this moment, and its dump in pieces, whoever goes on writing.

    Raises:
        BackupError: PostgreSQL's programs are missing or too old, it cannot be read, or the dump
            was broken off.
    """
    with _reading(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        (snapshot,) = _one(connection, "SELECT pg_export_snapshot()")
        contents = look_through(connection)
        tool = find_tool("pg_dump", contents.server, url)
        # Compressed lightly: it takes less time than the disk does.
        options = ("--format=custom", "--compress=1", "--no-owner", f"--snapshot={snapshot}")
        yield contents, _run_dump(tool, url, options)


@contextmanager
def _reading(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection on which times are read alike wherever the server stands."""
    try:
        with psycopg.connect(plain(url), options="-c TimeZone=UTC") as connection:
            yield connection
    except psycopg.Error as error:
        # Only the first line: what follows may hold the row that it stumbled over.
        told = str(error).partition("\n")[0] or type(error).__name__
        raise BackupError(f"The database could not be read: {told}") from error


def look_through(connection: psycopg.Connection[Any]) -> Contents:
    """Return what a database holds, in the transaction under way."""
    tables = [name for (name,) in connection.execute(TABLES)]
    sums = {
        name: _one(
            connection,
            sql.SQL(
                "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {} t"
            ).format(sql.Identifier("public", name)),
        )
        for name in tables
    }
    (server,) = _one(connection, "SELECT current_setting('server_version_num')::int / 10000")
    revision = None
    if "alembic_version" in tables:
        (revision,) = _one(connection, "SELECT max(version_num) FROM alembic_version")
    return Contents(
        server,
        revision,
        [Role(*row) for row in connection.execute(ROLES)],
        {name: (int(rows), int(total)) for name, (rows, total) in sums.items()},
    )


def contents_of(url: str) -> Contents:
    """Return what a database holds now.

    Raises:
        BackupError: it cannot be read.
    """
    with _reading(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return look_through(connection)


def is_filled(url: str) -> bool:
    """Return whether anything stands in a database."""
    with psycopg.connect(plain(url)) as connection:
        return bool(_one(connection, FILLED)[0])


def make_roles(url: str, roles: Iterable[Role]) -> None:
    """Make the roles that a dump names and this server lacks, without a password.

    Raises:
        BackupError: the user of the address may not.
    """
    with psycopg.connect(plain(url)) as connection:
        for role in roles:
            if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role.name,)).rowcount:
                continue
            try:
                _make_role(connection, role)
            except psycopg.errors.InsufficientPrivilege as error:
                raise BackupError(
                    f"The role {role.name} is missing, and the user that restores may not make it: "
                    "make the roles first, as docs/running.md says of a PostgreSQL of your own."
                ) from error


def _make_role(connection: psycopg.Connection[Any], role: Role) -> None:
    name = sql.Identifier(role.name)
    kind = sql.SQL("LOGIN" if role.signs_in else "NOLOGIN")
    passes = sql.SQL("BYPASSRLS" if role.passes_policies else "NOBYPASSRLS")
    connection.execute(sql.SQL("CREATE ROLE {} {} {}").format(name, kind, passes))
    if not role.signs_in:
        # Whoever restores works on as a member of it.
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
    for other in role.member_of:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (other,)).rowcount:
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(other), name))


def put_back(url: str, pieces: Iterable[bytes], *, dumped_from: int) -> None:
    """Fill an empty database with a dump: with all of it, or with nothing.

    Args:
        dumped_from: the release of the server it was taken from, such as 18.

    Raises:
        BackupError: the server is older than that, or refuses something.
    """
    with psycopg.connect(plain(url)) as connection:
        (server,) = _one(connection, "SELECT current_setting('server_version_num')::int / 10000")
    if server < dumped_from:
        raise BackupError(
            f"The backup is of PostgreSQL {dumped_from} and this server is {server}; "
            f"restore it into PostgreSQL {dumped_from} or newer."
        )
    tool = find_tool("pg_restore", server, url)
    options = ("--single-transaction", "--exit-on-error", "--no-owner")
    with _start(tool, url, options, stdin=subprocess.PIPE) as process:
        sink = cast("IO[bytes]", process.stdin)
        try:
            for piece in pieces:
                sink.write(piece)
        except BrokenPipeError:
            pass  # It has ended before, and tells why.
        except BaseException:
            process.kill()
            raise
        finally:
            with suppress(BrokenPipeError):
                sink.close()
        _refuse_failed(process, "restored")


def _run_dump(tool: Path, url: str, options: Iterable[str]) -> Iterator[bytes]:
    with _start(tool, url, options, stdout=subprocess.PIPE) as process:
        source = cast("IO[bytes]", process.stdout)
        try:
            while piece := source.read(PIECE):
                yield piece
        except BaseException:
            process.kill()
            raise
        _refuse_failed(process, "dumped")


def _start(
    tool: Path,
    url: str,
    options: Iterable[str],
    *,
    stdin: int | None = None,
    stdout: int | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a program on a database; no list of processes shows its password."""
    given = conninfo_to_dict(plain(url))
    environ = {**os.environ, "PGPASSWORD": str(given.pop("password", None) or "")}
    command = [str(tool), *options, f"--dbname={make_conninfo('', **given)}"]
    return subprocess.Popen(  # noqa: S603  # a program of PostgreSQL's
        command, env=environ, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE
    )


def _refuse_failed(process: "subprocess.Popen[bytes]", deed: str) -> None:
    told = cast("IO[bytes]", process.stderr).read().decode(errors="replace").strip()
    if process.wait() != 0:
        # Only the first line: what follows may hold the row that it stumbled over.
        raise BackupError(f"The database could not be {deed}: {told.partition(chr(10))[0]}")


def find_tool(name: str, server: int, url: str) -> Path:
    """Return a program of PostgreSQL that is as old as a server, or as little newer as can be.

    Those that come along are for the embedded server, and for others where this machine has none.

    Raises:
        BackupError: all are too old.
    """
    embedded = str(conninfo_to_dict(plain(url)).get("host") or "").startswith("/")
    here = _installed(name)
    known = [*({} if embedded else here).items(), *_bundled(name).items()]
    fitting = sorted((release, path) for release, path in known if release >= server)
    if not fitting:
        raise BackupError(
            f"The database is PostgreSQL {server}, and no {name} of this machine is as new; "
            f"install it, as by: apt-get install postgresql-client-{server}"
        )
    return fitting[0][1]


def _bundled(name: str) -> Mapping[int, Path]:
    return {release: folder / name for release, folder in BUNDLED.items()}


def _installed(name: str) -> Mapping[int, Path]:
    found = shutil.which(name)
    if found is None:
        return {}
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  # PostgreSQL's
    release = re.search(r"(\d+)", told.stdout)
    return {int(release[1]): Path(found)} if release else {}


def _one(connection: psycopg.Connection[Any], query: Any) -> tuple[Any, ...]:
    (row,) = connection.execute(query).fetchall()
    return tuple(row)
