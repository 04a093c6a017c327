"""One community when it is young, and after a million sales, in one run.

    .venv/bin/python -m benchmarks.years [--sales 1000000] [--rounds 100]

The community of `communities.py` is built in the embedded PostgreSQL. In a second database of the
same server its sales of three months, and the trace of each, are put into the three years before,
again and again, until the book holds a million. Then every call of a till and every list of the
console is timed in both in turn. At last it is told how large table and indexes of the book are,
and how many pages PostgreSQL reads to find one sale by its key: that grows with the index's depth.
"""

import argparse
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psycopg

from benchmarks.communities import PAGE, Town, build, compare, execute, judge, make_app
from benchmarks.figures import write_table
from loyalty.database import Model, forget_connections
from loyalty.embedded import embedded_database, leave_embedded_database
from loyalty.services.checkout.memory import Directory
from tests.kept_database import named, plain
from tests.many_communities import ID_OF_COPY

OWN = {"redemption": ("id", "idempotency_key"), "audit_event": ("id", "subject_id")}
"""Which ids each copy of a row has for itself."""
QUARTERS = 12
"""Over so many quarters before its three months they are spread."""
EARLIER = f"make_interval(months => 3 * (1 + copy % {QUARTERS}))"
TIMES = {"happened_at", "recorded_at", "at"}
DAYS = {"happened_on", "month"}

SIZES = """
SELECT relname, pg_relation_size(oid) / 2 ^ 20 FROM pg_class
 WHERE oid = 'redemption'::regclass
    OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'redemption'::regclass)
 ORDER BY relname
"""
ONE_SALE = """
EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
SELECT total_fen FROM redemption WHERE (community_id, id) = (%s, %s)
"""


def main() -> None:
    """Build both databases, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sales", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=100)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="loyalty-years-"))
    try:
        server = embedded_database(folder)
        young = build(server, "young", folder)
        old = grow_old(server, "old", young, asked.sales, folder)
        print(write_table(judge(compare(young, old, asked.rounds), "years later")))
        for town in (young, old):
            describe(named(server, town.database))
    finally:
        leave_embedded_database(folder)
        shutil.rmtree(folder)


def grow_old(server: str, name: str, young: Town, sales: int, folder: Path) -> Town:
    """Return the same community in a second database, with years behind it."""
    with young.app.app_context():
        forget_connections()
    execute(server, f"CREATE DATABASE {name} TEMPLATE {young.database} STRATEGY FILE_COPY")
    began = time.perf_counter()
    with psycopg.connect(plain(named(server, name))) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET session_replication_role = replica")
        row = connection.execute("SELECT count(*) FROM redemption").fetchone()
        copies = sales // (row[0] if row else 1)
        for table in OWN:
            connection.execute(putting_back(table, copies))
    execute(named(server, name), "VACUUM ANALYZE")
    print(f"{sales:,} sales in {time.perf_counter() - began:.0f} s")
    return replace(
        young, app=make_app(named(server, name), folder), database=name, directory=Directory()
    )


def putting_back(table: str, copies: int) -> str:
    """Return the statement that copies the rows of a table into earlier months."""
    values = []
    for column in Model.metadata.tables[table].columns:
        if column.name in OWN[table]:
            values.append(ID_OF_COPY.format(column.name))
        elif column.name in TIMES:
            values.append(f"{column.name} - {EARLIER}")
        elif column.name in DAYS:
            values.append(f"({column.name} - {EARLIER})::date")
        else:
            values.append(column.name)
    names = ", ".join(column.name for column in Model.metadata.tables[table].columns)
    return (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)}"  # noqa: S608  # our own names
        f" FROM (SELECT *, generate_series(1, {copies}) AS copy FROM {table}) AS now"
    )


def describe(database: str) -> None:
    """Print the sizes of the book, and how many pages lead to one sale."""
    with psycopg.connect(plain(database)) as connection:
        print(database.partition("?")[0].rpartition("/")[2])
        for name, size in connection.execute(SIZES):
            print(f"  {name:60} {size:8.1f} MB")
        sales = connection.execute(
            "SELECT community_id, id FROM redemption ORDER BY md5(id::text) LIMIT %s", (PAGE,)
        ).fetchall()
        read = [connection.execute(ONE_SALE, sale).fetchall()[0][0][0]["Plan"] for sale in sales]
    pages = [plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in read]
    print(f"  one sale by its key: {min(pages)} to {max(pages)} pages, the row's among them")


if __name__ == "__main__":
    main()
