"""The ledger of ten million sales, beside DuckDB on the same sales in Parquet, in one run.

    .venv/bin/python -m benchmarks.ledger [--sales 10000000] [--copies 999] [--rounds 20]

Sales of 24 months in 129 shops, to the same cardholders whatever their number, are made by DuckDB,
written to Parquet, and put into the book of a community by COPY; once a tenth of them, once all,
and once a tenth among a thousand other communities, those of `benchmarks.communities`.
Every hundredth is the void of the one before. The book is folded as the worker does, but for the
last sales; 23 months are closed. Then the same questions are asked in turn of the service and of
DuckDB on two threads, of each of the three. It ends with 1 if one that is about closed months takes
more than 0.05 of DuckDB's time, one about the open month more than 4 times of it, or either more
than 1.2 times what it takes with a tenth of the sales, or alone.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import duckdb
import psycopg
from flask import Flask
from sqlalchemy.orm import Session

from benchmarks import communities
from benchmarks.communities import execute, make_app
from benchmarks.figures import Figure, run, say
from benchmarks.many_sales import FIRST, MONTHS, OPEN, fill, write_parquet
from loyalty.database import db, forget_connections, migrate
from loyalty.embedded import embedded_database, leave_embedded_database
from loyalty.models import Community
from loyalty.services.actors import Role
from loyalty.services.community.policy import locked_community
from loyalty.services.ledger.benefit import sum_benefit_in, sum_month_in
from loyalty.services.ledger.book import Months, list_hours
from loyalty.services.ledger.closing import close_month
from loyalty.services.ledger.folding import fold_sales, forget_counted_cards
from loyalty.services.ledger.trend import list_trades, list_trend
from loyalty.services.staff.sign_in import to_staff_member
from loyalty.services.work import Work
from tests.given import given_account, given_card, given_community, given_resident, given_shop
from tests.kept_database import named, plain
from tests.many_communities import MOST_COPIES

SHOPS, CARDS, TRADES = 129, 2000, 20
NOW = datetime(2026, 12, 31, 23, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SINCE = 500
"""Sales that came in after the last fold."""

CLOSED_MOST, OPEN_MOST, OWN_MOST = 0.05, 4.0, 1.2

SUM = """
SELECT {0} sum(uses), sum(total_fen), sum(payable_fen), sum(saved_fen) FROM sales WHERE {1}
 GROUP BY ALL
"""

SUM_UP = """
WITH back AS (SELECT of_id FROM sales WHERE of_id IS NOT NULL AND {1}),
counted AS (
    SELECT *, of_id IS NULL AND id NOT IN (SELECT of_id FROM back) AS stands FROM sales WHERE {1}
)
SELECT {0} sum(uses), sum(total_fen), sum(payable_fen), sum(saved_fen),
       count(DISTINCT resident_id) FILTER (stands), count(DISTINCT household) FILTER (stands)
  FROM counted {2}
"""
"""Sums, and who stands behind them; a sale that was taken back counts for nobody."""

Question = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Town:
    """A community with its book, and the same sales as a file."""

    app: Flask
    database: str
    """Its name."""
    community_id: UUID
    parquet: Path


def measure(
    *, sales: int = 10_000_000, copies: int = MOST_COPIES, rounds: int = 20
) -> list[Figure]:
    """Return how long the questions take, with a tenth of the sales, with all, and among others."""
    folder = Path(tempfile.mkdtemp(prefix="loyalty-ledger-"))
    try:
        server = embedded_database(folder)
        empty, among = found(server, "empty", folder), found_among(server, copies, folder)
        towns = [
            build(server, empty, sales // 10, folder),
            build(server, empty, sales, folder),
            build(server, among, sales // 10, folder),
        ]
        tenth, whole, crowded = ask_in_turn(towns, rounds)
        for town in towns:
            with town.app.app_context():
                forget_connections()
    finally:
        leave_embedded_database(folder)
        shutil.rmtree(folder)
    figures = [*judge(tenth, sales // 10), *judge(whole, sales)]
    for times, compared in (
        (whole, f"{sales:,} by a tenth of them"),
        (crowded, f"among {copies + 1:,} communities by alone"),
    ):
        for name, (ours, _) in times.items():
            share = ours / tenth[name][0]
            figures.append(Figure(f"{name}, {compared}", share, "", OWN_MOST))
    return figures


def found_among(server: str, copies: int, folder: Path) -> Town:
    """Found the community where a small one has been copied many times."""
    neighbour = communities.build(server, "neighbour", folder)
    others = communities.put_among(server, "among", neighbour, copies, folder)
    return settle(others.app, "among")


def found(server: str, name: str, folder: Path) -> Town:
    """Found the community in a database of its own."""
    execute(server, f"CREATE DATABASE {name}")
    migrate(named(server, name))
    return settle(make_app(named(server, name), folder), name)


def settle(app: Flask, name: str) -> Town:
    """Add the community, with its shops and cardholders, and no sale."""
    with app.app_context():
        session = db.session()
        community = given_community(session)
        for place in range(SHOPS):
            given_shop(session, community, category=f"trade{place % TRADES:02}")
        for place in range(CARDS):
            home = {"household_ref": f"h{place % (CARDS * 3 // 5)}"}
            resident = given_resident(session, community, **home)
            given_card(session, community, resident_id=resident.id)
        session.commit()
        db.session.remove()
        forget_connections()
        return Town(app, name, community.id, Path())


def build(server: str, empty: Town, sales: int, folder: Path) -> Town:
    """Return the community with a book of some sales, folded and closed."""
    began = time.perf_counter()
    name = f"{empty.database}_{sales}"
    execute(server, f"CREATE DATABASE {name} TEMPLATE {empty.database} STRATEGY FILE_COPY")
    path = folder / f"{name}.parquet"
    with psycopg.connect(plain(named(server, name)), autocommit=True) as connection:
        write_parquet(connection, empty.community_id, sales, path)
        tell(began, f"{sales:,} sales as Parquet, {path.stat().st_size / 2**20:.0f} MB")
        fill(connection, empty.community_id, path, folder)
    tell(began, "in the book")
    town = Town(make_app(named(server, name), folder), name, empty.community_id, path)
    with town.app.app_context():
        fold_and_close(town, sales)
    execute(named(server, name), "VACUUM ANALYZE")
    tell(began, f"folded, {MONTHS - 1} months closed")
    return town


def tell(began: float, what: str) -> None:
    """Say what has been built, and since when."""
    say(f"{time.perf_counter() - began:6.0f} s  {what}")


def fold_and_close(town: Town, sales: int) -> None:
    """Fold the book but for the last sales, and close all months but the last."""
    session = db.session()
    account = given_account(session, session.get_one(Community, town.community_id), Role.MANAGER)
    manager = to_staff_member(account, timezone="Asia/Shanghai")
    session.commit()
    until_id = find_last(town)
    while True:
        more = fold_sales(session, locked_community(session, town.community_id), until_id)
        session.commit()
        if not more:
            break
    for place in range(MONTHS - 1):
        close_month(Work(session, manager, NOW), FIRST.plus(place))
        session.commit()
    forget_counted_cards(session, town.community_id)
    session.commit()
    say(f"          of {sales:,} sales {SINCE} came since the last fold")


def find_last(town: Town) -> UUID:
    """Return the id of the first of the last sales."""
    with duckdb.connect() as duck:
        asked = "SELECT id FROM read_parquet(?) ORDER BY i DESC LIMIT 1 OFFSET ?"
        row = duck.execute(asked, [str(town.parquet), SINCE - 1]).fetchone()
    if row is None:
        raise SystemExit(f"More than {SINCE} sales are needed.")
    return UUID(row[0])


def ask_in_turn(towns: Sequence[Town], rounds: int) -> list[Mapping[str, tuple[float, float]]]:
    """Ask one community after the other; return for each how long a question took by half.

    So a machine that is slower for a while is so for all of them.
    """
    with ExitStack() as opened:
        ducks = [opened.enter_context(open_duck(town)) for town in towns]
        for town, duck in zip(towns, ducks, strict=True):
            ask(town, duck)
        turns = [
            [ask(town, duck) for town, duck in zip(towns, ducks, strict=True)]
            for _ in range(rounds)
        ]
    return [
        {
            name: (median(turn[name][0] for turn in own), median(turn[name][1] for turn in own))
            for name in own[0]
        }
        for own in zip(*turns, strict=True)
    ]


@contextmanager
def open_duck(town: Town) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open DuckDB on the sales of a community."""
    with duckdb.connect() as duck:
        duck.execute("SET threads = 2")
        duck.execute(f"CREATE VIEW sales AS SELECT * FROM '{town.parquet}'")  # noqa: S608  # our own file
        yield duck


def ask(town: Town, duck: duckdb.DuckDBPyConnection) -> Mapping[str, tuple[float, float]]:
    """Ask each question of both, once; return how long each took, in seconds."""
    with town.app.app_context():
        session = db.session()
        asked = questions(session, town.community_id, duck)
        found = {
            name: (timed(session, one), timed(session, two)) for name, (one, two) in asked.items()
        }
        db.session.remove()
        return found


def timed(session: Session, question: Question) -> float:
    """Return the seconds that an answer takes, in a transaction of its own."""
    session.rollback()
    session.expunge_all()
    began = time.perf_counter()
    question()
    return time.perf_counter() - began


def questions(
    session: Session, own: UUID, duck: duckdb.DuckDBPyConnection
) -> Mapping[str, tuple[Question, Question]]:
    """Return the questions, each for us and for DuckDB."""
    last = OPEN.plus(-1)

    def of_duck(*statements: str) -> Question:
        return lambda: [duck.execute(statement).fetchall() for statement in statements]

    by = ("shop_id", "honour_id", "trade")
    sets = f"GROUP BY GROUPING SETS ((), {', '.join(f'({one})' for one in by)})"
    year = f"month BETWEEN DATE '{last.plus(-11).first}' AND DATE '{last.first}'"
    closed, live = (f"month = DATE '{month.first}'" for month in (last, OPEN))
    trades = SUM.format("trade,", live)
    hours = SUM.format("isodow(made), hour(made),", live)
    return {
        "closed: a month by shop, honour, trade": (
            lambda: sum_benefit_in(session, own, first=last, last=last),
            of_duck(SUM_UP.format(", ".join(by) + ",", closed, sets)),
        ),
        "closed: twelve months side by side": (
            lambda: list_trend(session, own, last),
            of_duck(SUM_UP.format("month,", year, "GROUP BY month")),
        ),
        "open: the sums of the month": (
            lambda: sum_month_in(session, own, OPEN),
            of_duck(SUM_UP.format("", live, "")),
        ),
        "open: its trades and its hours": (
            lambda: (
                list_trades(session, own, OPEN),
                list_hours(session, Months(own, OPEN, OPEN), "Asia/Shanghai"),
            ),
            of_duck(trades, hours),
        ),
    }


def judge(times: Mapping[str, tuple[float, float]], sales: int) -> list[Figure]:
    """Return how long each question takes us and DuckDB, with so many sales."""
    figures = []
    for name, (ours, theirs) in times.items():
        most = CLOSED_MOST if name.startswith("closed") else OPEN_MOST
        asked = f"{name}, {sales:,} sales"
        figures += [
            Figure(asked, 1000 * ours, "ms"),
            Figure(f"{asked}: DuckDB", 1000 * theirs, "ms"),
            Figure(f"{asked}: by DuckDB", ours / theirs, "", most),
        ]
    return figures


if __name__ == "__main__":
    run(measure, __doc__)
