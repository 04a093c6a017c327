"""The book of sales in one table, and parted by months, in one run.

    .venv/bin/python -m benchmarks.months [--sales 1000000] [--rounds 100]

The community of `communities.py` is built in the embedded PostgreSQL, and the years of `years.py`
are put before it. A copy of that database has `redemption` and `audit_event` in monthly partitions,
with the same indexes, triggers and foreign keys as far as partitions allow: what was unique is
unique in a month alone, and nothing refers to a sale. Then every call of a till and every list of
the console is timed in both in turn. At last it is told how large both are, how many bytes a sale
takes, and how long it takes to be rid of the oldest month.
"""

import argparse
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.communities import Town, build, compare, execute, judge, make_app
from benchmarks.figures import write_table
from benchmarks.years import grow_old
from loyalty.database import forget_connections
from loyalty.embedded import embedded_database, leave_embedded_database
from loyalty.services.checkout.memory import Directory
from tests.kept_database import named, plain

PARTED_BY = {"redemption": "month", "audit_event": "at"}
"""Table → the column that says in which month a row lies."""

DEFINITIONS = """
SELECT 2, pg_get_indexdef(indexrelid) FROM pg_index
 WHERE indrelid = %(table)s::regclass AND NOT indisprimary
 UNION ALL
SELECT 3, format('ALTER TABLE %%s ADD %%s', %(table)s, pg_get_constraintdef(oid))
  FROM pg_constraint
 WHERE conrelid = %(table)s::regclass AND contype = 'f' AND confrelid <> conrelid
 UNION ALL
SELECT 4, pg_get_triggerdef(oid) FROM pg_trigger
 WHERE tgrelid = %(table)s::regclass AND NOT tgisinternal
 ORDER BY 1
"""
"""What a table has beside its columns and checks: each as the statement that makes it."""

MONTHS_OF = """
SELECT generate_series(date_trunc('month', min({0}))::date, max({0})::date,
                       interval '1 month')::date
  FROM {1}
"""

SIZE = """
SELECT sum(pg_table_size(part)), sum(pg_indexes_size(part))
  FROM (SELECT %(table)s::regclass UNION SELECT relid FROM pg_partition_tree(%(table)s)) AS t (part)
"""


def main() -> None:
    """Build all databases, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sales", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=100)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="loyalty-months-"))
    try:
        server = embedded_database(folder)
        young = build(server, "young", folder)
        whole = grow_old(server, "whole", young, asked.sales, folder)
        parted = part(server, "parted", whole, folder)
        print(write_table(judge(compare(whole, parted, asked.rounds), "parted")))
        for town in (whole, parted):
            describe(named(server, town.database))
            rid_of_the_oldest(named(server, town.database))
    finally:
        leave_embedded_database(folder)
        shutil.rmtree(folder)


def part(server: str, name: str, whole: Town, folder: Path) -> Town:
    """Return the same community in a further database, its book parted by months."""
    with whole.app.app_context():
        forget_connections()
    execute(server, f"CREATE DATABASE {name} TEMPLATE {whole.database} STRATEGY FILE_COPY")
    began = time.perf_counter()
    with psycopg.connect(plain(named(server, name))) as connection:
        connection.execute("SET synchronous_commit = off")
        for table, column in PARTED_BY.items():
            for statement in parting(connection, table, column):
                connection.execute(statement)
    execute(named(server, name), "VACUUM ANALYZE")
    print(f"parted in {time.perf_counter() - began:.0f} s")
    return replace(
        whole, app=make_app(named(server, name), folder), database=name, directory=Directory()
    )


def parting(connection: psycopg.Connection[Any], table: str, column: str) -> Iterator[str]:
    """Yield the statements that put a table in monthly partitions of the same name."""
    made = connection.execute(DEFINITIONS, {"table": table}).fetchall()
    months = connection.execute(MONTHS_OF.format(column, table)).fetchall()
    yield f"ALTER TABLE {table} RENAME TO whole"
    yield (
        f"CREATE TABLE {table} (LIKE whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
        f" INCLUDING STORAGE) PARTITION BY RANGE ({column})"
    )
    for (month,) in months:
        yield (
            f"CREATE TABLE {table}_{month:%Y_%m} PARTITION OF {table}"
            f" FOR VALUES FROM ('{month}') TO ('{month}'::date + interval '1 month')"
        )
    yield f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT"
    yield f"INSERT INTO {table} SELECT * FROM whole"  # noqa: S608  # our own names
    yield "DROP TABLE whole CASCADE"
    yield f"GRANT ALL ON {table} TO loyalty_member"
    yield f"ALTER TABLE {table} ADD PRIMARY KEY (community_id, id, {column})"
    for _, statement in made:
        if statement.startswith("CREATE UNIQUE"):
            yield re.sub(r"\)", f", {column})", statement, count=1)
        else:
            yield statement


def describe(database: str) -> None:
    """Print how large the book is."""
    with psycopg.connect(plain(database)) as connection:
        print(database.partition("?")[0].rpartition("/")[2])
        for table in PARTED_BY:
            row = connection.execute(SIZE, {"table": table}).fetchone()
            counted = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  # ours
            if row and counted:
                rows, (heap, indexes) = counted[0], map(int, row)
                print(
                    f"  {table}: {rows:,} rows, {heap / 2**20:,.0f} MB and indexes of"
                    f" {indexes / 2**20:,.0f} MB,"
                    f" {heap / rows:.0f} and {indexes / rows:.0f} bytes a row"
                )


def rid_of_the_oldest(database: str) -> None:
    """Print how long it takes to be rid of the oldest month of the book."""
    with psycopg.connect(plain(database), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        row = connection.execute("SELECT min(month) FROM redemption").fetchone()
        month = row[0] if row else None
        began = time.perf_counter()
        with suppress(psycopg.errors.UndefinedTable):
            connection.execute(f"DROP TABLE redemption_{month:%Y_%m}")
            print(f"  {month:%Y-%m} dropped in {1000 * (time.perf_counter() - began):.0f} ms")
            return
        done = connection.execute("DELETE FROM redemption WHERE month = %s", (month,)).rowcount
        connection.execute("VACUUM redemption")
        print(
            f"  {month:%Y-%m}: {done:,} deleted in {time.perf_counter() - began:.1f} s, with VACUUM"
        )


if __name__ == "__main__":
    main()
