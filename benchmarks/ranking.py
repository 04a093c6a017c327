"""Rank 1,000,000 candidates with 12 area minimums: our rules beside plain SQL, in one run.

    python -m benchmarks.ranking [--candidates 1000000] [--rounds 5]

Each starts from the frozen list as it lies in the embedded PostgreSQL: no lot exists yet, since the
seed has only just been thrown. Each computes every lot and finds the same winners and reserves:

- *ours*: rows through a server-side cursor, lots and order by `loyalty.rules`, in one process of
  Python; the memory it takes is that of this process, without the server's.
- *SQL over an index*: lots stored in an unlogged table, indexes over them, LATERAL for each area.
  Lots and indexes cannot exist before the seed, so making them is counted, and is nearly all of it.
- *SQL without storing*: one statement that sorts. Like ours it neither stores lots nor builds an
  index, so it does the least of the three.

The clock runs from opening the connection until the references have arrived. The server has its
own settings, and may use parallel workers. To keep SQL exact without recursion, a household lies in
one area. Scores have 60 steps, so that lots decide every seat.
"""

import resource
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter

import psycopg

from benchmarks.figures import Figure, run
from loyalty.embedded import embedded_database, leave_embedded_database
from loyalty.rules.lottery import compute_lot
from loyalty.rules.ranking import Candidate, rank

SEED, ROUND = "3 5 2 6 1", "2026-12/civilized_resident"
OURS, INDEXED, SORTED = "ours", "SQL over an index", "SQL without storing"
LONGEST = {INDEXED: 2.0}
"""How many times as long as another way ours may take."""
MOST_MEMORY = 300
"""MB of a million bytes."""
QUOTA = 600
MINIMUMS = {f"area-{number:02d}": 5 * number for number in range(1, 13)}
"""390 of the 600 seats; 20 areas exist."""

FROZEN = """
    CREATE TABLE candidate (
        reference text COLLATE "C" PRIMARY KEY, area text COLLATE "C", household text COLLATE "C",
        score integer NOT NULL, awards integer NOT NULL)
"""
FILL = """
    INSERT INTO candidate
    SELECT 'R-' || substr(md5(one::text), 1, 8) || one, 'area-' || to_char(home %% 20 + 1, 'FM00'),
        'H-' || home, (hashint4(one) & 1023) %% 60 * 50, (hashint4(one) >> 10 & 1023) %% 3
    FROM (SELECT one, one * 3 / 4 AS home FROM generate_series(1, %s) AS one) AS numbered
"""
LOT = "sha256(convert_to(%(seed)s || '|' || %(round)s || '|' || reference, 'UTF8'))"
STORED = f"""
    CREATE UNLOGGED TABLE drawn AS
    SELECT reference, area, household, score, awards, {LOT} AS lot FROM candidate
"""  # noqa: S608  # put together of constants of this file
INDEXES = (
    "CREATE INDEX ON drawn (area, score DESC, awards, lot, reference)",
    "CREATE INDEX ON drawn (score DESC, awards, lot, reference)",
    "CREATE INDEX ON drawn (household)",
    "ANALYZE drawn",
)
CHOSEN_FROM = """
    first AS MATERIALIZED (
        SELECT chosen.*
        FROM unnest(%(areas)s::text[], %(least)s::int[]) AS minimum (area, least),
        LATERAL (
            SELECT * FROM {source} WHERE area = minimum.area {best}
            ORDER BY score DESC, awards, lot, reference LIMIT minimum.least
        ) AS chosen),
    next AS (
        SELECT * FROM {source}
        WHERE NOT EXISTS (SELECT FROM first WHERE first.household = {source}.household) {best}
        ORDER BY score DESC, awards, lot, reference LIMIT %(places)s),
    others AS (
        SELECT * FROM next ORDER BY score DESC, awards, lot, reference
        LIMIT %(places)s - (SELECT count(*) FROM first)),
    seated AS (
        SELECT *, FALSE AS reserve FROM first
        UNION ALL
        SELECT *, row_number() OVER (ORDER BY score DESC, awards, lot, reference)
            > %(quota)s - (SELECT count(*) FROM first) FROM others)
    SELECT reference FROM seated ORDER BY reserve, score DESC, awards, lot, reference
"""
BEST_OF_HOUSEHOLD = """
    AND NOT EXISTS (
        SELECT FROM drawn AS better WHERE better.household = drawn.household
        AND (-better.score, better.awards, better.lot, better.reference)
            < (-drawn.score, drawn.awards, drawn.lot, drawn.reference))
"""
OVER_AN_INDEX = "WITH " + CHOSEN_FROM.format(source="drawn", best=BEST_OF_HOUSEHOLD)
BEST = f"""
    WITH best AS MATERIALIZED (
        SELECT DISTINCT ON (household) *
        FROM (SELECT *, {LOT} AS lot FROM candidate) AS drawn
        ORDER BY household, score DESC, awards, lot, reference),
"""  # noqa: S608  # put together of constants of this file
WITHOUT_STORING = BEST + CHOSEN_FROM.format(source="best", best="")
VALUES = {
    "seed": SEED,
    "round": ROUND,
    "areas": [*MINIMUMS],
    "least": [*MINIMUMS.values()],
    "quota": QUOTA,
    "places": 2 * QUOTA,
}
"""The planner goes through the index because it is told the most places beforehand."""


def by_our_rules(url: str) -> list[str]:
    """Return the references of winners and reserves, by one pass through the rows."""
    with psycopg.connect(url) as connection, connection.cursor("frozen") as rows:
        rows.itersize = 10_000
        rows.execute("SELECT reference, area, household, score, awards FROM candidate")
        ranking = rank(drawn(rows), QUOTA, MINIMUMS)
    return [one.reference for one in (*ranking.selected, *ranking.reserves)]


def drawn(rows: Iterator[tuple[str, str, str, int, int]]) -> Iterator[Candidate]:
    """Yield the candidates with their lots."""
    for reference, area, household, score, awards in rows:
        yield Candidate(
            reference, area, household, score, awards, compute_lot(SEED, ROUND, reference)
        )


def by_sql_over_an_index(url: str) -> list[str]:
    """Return the same from stored lots and indexes."""
    with psycopg.connect(url) as connection:
        connection.execute(STORED, VALUES)
        for index in INDEXES:
            connection.execute(index)
        found = connection.execute(OVER_AN_INDEX, VALUES).fetchall()
        connection.execute("DROP TABLE drawn")
    return [reference for (reference,) in found]


def by_sql_without_storing(url: str) -> list[str]:
    """Return the same from one statement."""
    with psycopg.connect(url) as connection:
        found = connection.execute(WITHOUT_STORING, VALUES).fetchall()
    return [reference for (reference,) in found]


WAYS = {
    OURS: by_our_rules,
    INDEXED: by_sql_over_an_index,
    SORTED: by_sql_without_storing,
}


def measured(way: Callable[[str], list[str]], url: str) -> tuple[list[str], float, int]:
    """Return what a way finds, its seconds, and the most memory this process has held, in bytes."""
    began = perf_counter()
    found = way(url)
    seconds = perf_counter() - began
    return found, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def in_a_fresh_process(way: Callable[[str], list[str]], url: str) -> tuple[list[str], float, int]:
    """Measure one way in a process that has done nothing before."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(measured, way, url).result()


def compare(url: str, candidates: int, rounds: int) -> list[Figure]:
    """Freeze a list, rank it every way in turn; return medians, how they compare, and memory."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(FROZEN)
        connection.execute(FILL, [candidates])
        connection.execute("VACUUM ANALYZE candidate")
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    memory = 0
    winners: set[tuple[str, ...]] = set()
    for _ in range(rounds):
        for name, way in WAYS.items():
            found, lasted, most = in_a_fresh_process(way, url)
            seconds[name].append(lasted)
            winners.add(tuple(found))
            memory = max(memory, most) if name == OURS else memory
    if len(winners) != 1 or len(found) != 2 * QUOTA:
        raise SystemExit("The ways do not select the same people.")
    ours = median(seconds[OURS])
    what = f"ranking {candidates:,} candidates"
    return [
        *(Figure(f"{what}: {name}", median(times), "s") for name, times in seconds.items()),
        *(
            Figure(f"{what}: ours by {name}", ours / median(times), "", LONGEST.get(name))
            for name, times in seconds.items()
            if name != OURS
        ),
        Figure(f"{what}: memory of ours", memory / 10**6, "MB", MOST_MEMORY),
    ]


def measure(*, candidates: int = 1_000_000, rounds: int = 5) -> list[Figure]:
    """Run the comparison on a database of its own."""
    folder = Path(tempfile.mkdtemp(prefix="loyalty-ranking-"))
    try:
        url = embedded_database(folder).replace("postgresql+psycopg://", "postgresql://")
        return compare(url, candidates, rounds)
    finally:
        leave_embedded_database(folder)
        shutil.rmtree(folder)


if __name__ == "__main__":
    run(measure, __doc__)
