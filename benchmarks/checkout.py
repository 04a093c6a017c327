"""Looking at a card and selling with it, beside a bare Flask on the same server, and pgbench.

    python -m benchmarks.checkout [--workers 2] [--threads 8] [--rounds 5] [--seconds 2]

builds a market on an embedded PostgreSQL, starts the service and a bare Flask on the same server,
and sends to each in turn. Told are medians of the rounds. It ends with 1 where a goal is missed.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from subprocess import SubprocessError
from uuid import uuid4

import psutil
import psycopg
from flask import Flask

from benchmarks import same_statement
from benchmarks.communities import TIMEZONE, execute, make_app
from benchmarks.figures import Figure, run
from benchmarks.load import Load, drive, write_request
from benchmarks.pretix_service import NotInstalledError, install, serving_pretix
from loyalty.clock import community_now
from loyalty.database import db, forget_connections, migrate
from loyalty.embedded import embedded_database, leave_embedded_database
from loyalty.rules.calendar import Month
from tests.given import SECRET, given_card, given_community, given_shop, paired_till
from tests.kept_database import named, plain
from tests.serving import (
    LOYALTY,
    answers,
    free_port,
    processes_of_the_database,
    until,
    workers_of,
)

SHOPS, CARDS = 30, 200
FILLED_FOR = 5
"""Seconds for which sales are written before anything is measured: a book is never empty."""

LINES = (1, 8, 16)
"""How many requests are under way at once."""
MOST = LINES[-1]
MICRO = 1_000_000

VALIDATE, REDEEM, CHECK_IN = "validate", "redeem", "check-in of pretix"
LEAST_OF_BARE: Mapping[str, float] = {VALIDATE: 0.40, REDEEM: 0.20}
"""How many of a bare GET they are to be: by rate at the most lines, and by CPU of a request."""
LONGEST_OF_BARE = 3.0
"""How many times as long as a bare GET the slowest of a hundred sales may take."""
LEAST_OF_PRETIX: Mapping[str, float] = {VALIDATE: 80, REDEEM: 60}
"""How many times the CPU of them, one at a time, a check-in of pretix takes."""
LEAST_OF_PGBENCH = 0.5
LEAST_OF_PGBENCH_ON_A_SLOW_DISK = 0.75
SLOW_DISK = 5000
"""Microseconds that each commit waits, in place of a disk that takes them."""


@dataclass(frozen=True, slots=True)
class Burst:
    """One kind of request, sent for some seconds."""

    load: Load
    app: float
    """Seconds of CPU a request."""
    database: float

    @property
    def cpu(self) -> float:
        """Seconds of CPU a request, of application and database."""
        return self.app + self.database


@dataclass(frozen=True, slots=True)
class Town:
    """A market whose cards are shown."""

    app: Flask
    database: str
    tills: Sequence[str]
    """Tokens."""
    cards: Sequence[str]


@dataclass(slots=True)
class Bench:
    """What is measured, and what came of it."""

    folder: Path
    kinds: dict[str, tuple[int, Callable[[], bytes]]]
    """The port of each kind of request, and what makes one."""
    script: Path
    database: str
    seconds: int
    servers: dict[int, subprocess.Popen[bytes]]
    bursts: dict[tuple[str, int], list[Burst]] = field(default_factory=dict)
    statements: dict[int, list[float]] = field(default_factory=dict)

    def warm_up(self) -> None:
        """Let each worker meet every card, and the database learn how large the book is."""
        for port, make in self.kinds.values():
            drive(port, make, lines=MOST, seconds=2 * self.seconds)
        same_statement.run(self.script, self.database, clients=MOST, seconds=FILLED_FOR)
        execute(self.database, "VACUUM ANALYZE")
        # Who has planned for an empty book plans anew.
        for port, make in self.kinds.values():
            drive(port, make, lines=MOST, seconds=self.seconds)

    def turn(self, lines: int, kinds: Sequence[str]) -> None:
        """Send each kind of request for a while, then let pgbench have its turn."""
        for kind in kinds:
            port, make = self.kinds[kind]
            self.bursts.setdefault((kind, lines), []).append(self._burst(port, make, lines))
        rate = same_statement.run(self.script, self.database, clients=lines, seconds=self.seconds)
        self.statements.setdefault(lines, []).append(rate)

    def _burst(self, port: int, make: Callable[[], bytes], lines: int) -> Burst:
        before = self._spent(port)
        load = drive(port, make, lines=lines, seconds=self.seconds)
        app, database = (
            (after - start) / len(load.waits)
            for after, start in zip(self._spent(port), before, strict=True)
        )
        if load.refused:
            raise SystemExit(f"{load.refused} requests were refused")
        return Burst(load, app, database)

    def _spent(self, port: int) -> tuple[float, float]:
        """Return the CPU that the workers behind a port and the database have had, in seconds."""
        workers = workers_of(self.servers[port])
        return cpu_of(workers), cpu_of(processes_of_the_database(self.folder))

    def median(self, kind: str, lines: int, read: Callable[[Burst], float]) -> float:
        """Return the median of something over the rounds."""
        return statistics.median(map(read, self.bursts[kind, lines]))


def cpu_of(processes: Sequence[psutil.Process]) -> float:
    """Return the seconds of CPU that processes have had, but for those that have just ended."""
    spent = 0.0
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            spent += sum(one.cpu_times()[:2])
    return spent


def measure(
    *, workers: int = 2, threads: int = 8, rounds: int = 5, seconds: int = 2
) -> list[Figure]:
    """Return the figures of a market of its own.

    Args:
        workers: of either server.
        threads: of each worker.
        rounds: how often each kind of request has its turn.
        seconds: that a turn takes.
    """
    folder = Path(tempfile.mkdtemp(prefix="loyalty-checkout-"))
    try:
        server = embedded_database(folder)
        town = build(server, folder)
        with (
            serving(town, folder, workers, threads) as bench,
            beside_pretix(bench, server, workers, threads) as missing,
        ):
            bench.seconds = seconds
            bench.warm_up()
            for _ in range(rounds):
                for lines in LINES:
                    bench.turn(lines, [one for one in bench.kinds if one != CHECK_IN or lines == 1])
            figures = [*judge(bench), *judge_beside_pretix(bench, missing)]
            slow_down(town.database)
            bench.statements.clear()
            for _ in range(rounds):
                bench.turn(MOST, [REDEEM])
            return [*figures, judge_on_slow_disk(bench, rounds)]
    finally:
        leave_embedded_database(folder)
        shutil.rmtree(folder)


def build(server: str, folder: Path) -> Town:
    """Build the market in a database of its own."""
    execute(server, "CREATE DATABASE checkout")
    database = named(server, "checkout")
    migrate(database)
    app = make_app(database, folder)
    with app.app_context():
        session = db.session()
        community = given_community(session, uses_per_shop_day=None)
        shops = [given_shop(session, community) for _ in range(SHOPS)]
        tills = [paired_till(session, shop)["Authorization"].partition(" ")[2] for shop in shops]
        month = Month.of(community_now(TIMEZONE).date())
        cards = [
            given_card(session, community, valid_from=month.first, state="active").token
            for _ in range(CARDS)
        ]
        session.commit()
        db.session.remove()
    execute(database, "VACUUM ANALYZE")
    return Town(app, database, tills, cards)


@contextmanager
def beside_pretix(bench: Bench, server: str, workers: int, threads: int) -> Iterator[str]:
    """Let pretix answer beside the service; tell why, if it cannot."""
    missing = ""
    with ExitStack() as stack:
        try:
            install()
            pretix = stack.enter_context(serving_pretix(server, bench.folder, workers, threads))
        except (NotInstalledError, SubprocessError, AssertionError) as error:
            missing = str(error) or "it did not start"
        else:
            bench.servers[pretix.port] = pretix.process
            bench.kinds[CHECK_IN] = pretix.port, pretix.make
        yield missing


@contextmanager
def serving(town: Town, folder: Path, workers: int, threads: int) -> Iterator[Bench]:
    """Start the service and the bare Flask, and give what measures both."""
    seller = town.tills[0], town.cards[0]
    script = same_statement.write_script(town.app, town.database, *seller, folder)
    with town.app.app_context():
        forget_connections()
    ours, bare = free_port(), free_port()
    sized = ("--workers", str(workers), "--threads", str(threads))
    commands = {
        ours: [str(LOYALTY), "serve", "--port", str(ours), *sized],
        bare: [sys.executable, "-m", "benchmarks.bare", str(bare), str(workers), str(threads)],
    }
    environ = {
        **os.environ,
        "LOYALTY_DATABASE_URL": plain(town.database),
        "LOYALTY_DATA_DIR": str(folder / "service"),
        "LOYALTY_SECRET_KEY": SECRET,
    }
    started = {
        port: subprocess.Popen(command, env=environ)  # noqa: S603  # our own commands
        for port, command in commands.items()
    }
    try:
        for port in started:
            until(partial(answers, port))
        yield Bench(folder, kinds_of(town, ours, bare), script, town.database, 1, started)
    finally:
        for process in started.values():
            process.terminate()
            process.wait()


def kinds_of(town: Town, ours: int, bare: int) -> dict[str, tuple[int, Callable[[], bytes]]]:
    """Return where each kind of request goes, and what makes one."""
    tills, cards = cycle(town.tills), cycle(town.cards)
    hello = write_request("/")
    sent = write_request("/", body=b'{"code":"hello"}')

    def shown() -> dict[str, object]:
        return {"code": next(cards), "total_fen": same_statement.TOTAL}

    def look() -> bytes:
        return write_request(
            "/api/v1/validations", token=next(tills), body=json.dumps(shown()).encode()
        )

    def sell() -> bytes:
        body = {**shown(), "happened_at": community_now(TIMEZONE).isoformat()}
        return write_request(
            "/api/v1/redemptions",
            token=next(tills),
            key=str(uuid4()),
            body=json.dumps(body).encode(),
        )

    return {
        "bare GET": (bare, lambda: hello),
        "bare POST": (bare, lambda: sent),
        VALIDATE: (ours, look),
        REDEEM: (ours, sell),
    }


def judge(bench: Bench) -> list[Figure]:
    """Return what was measured of each kind, and how the till's calls compare."""
    figures = [one for kind, lines in bench.bursts for one in figures_of(bench, kind, lines)]
    for lines in LINES:
        rate = statistics.median(bench.statements[lines])
        figures.append(Figure(f"pgbench, {lines} clients", rate, "/s"))
    bare = "bare GET"
    for kind, least in LEAST_OF_BARE.items():
        by_cpu = bench.median(bare, 1, lambda one: one.cpu) / bench.median(
            kind, 1, lambda one: one.cpu
        )
        by_rate = bench.median(kind, MOST, lambda one: one.load.rate) / bench.median(
            bare, MOST, lambda one: one.load.rate
        )
        for name, share in (("CPU", by_cpu), (f"rate at {MOST}", by_rate)):
            figures.append(Figure(f"{kind} by bare GET, {name}", share, "", least, at_least=True))
    slowest = [
        bench.median(kind, MOST, lambda one: one.load.within(0.99)) for kind in (REDEEM, bare)
    ]
    longest = slowest[0] / slowest[1]
    figures.append(Figure(f"p99 of {REDEEM} by that of bare GET", longest, "", LONGEST_OF_BARE))
    share = share_of_pgbench(bench)
    name = f"{REDEEM} by pgbench, {MOST} clients"
    return [*figures, Figure(name, share, "", LEAST_OF_PGBENCH, at_least=True)]


def judge_beside_pretix(bench: Bench, missing: str) -> list[Figure]:
    """Return how many times as much CPU a check-in of pretix takes, or why that is not known."""
    figures = []
    for kind, least in LEAST_OF_PRETIX.items():
        times = None
        if not missing:
            theirs, ours = (bench.median(one, 1, lambda one: one.cpu) for one in (CHECK_IN, kind))
            times = theirs / ours
        name = f"{CHECK_IN} by {kind}, CPU"
        figures.append(Figure(name, times, "", least, at_least=True, why=missing))
    return figures


def figures_of(bench: Bench, kind: str, lines: int) -> Iterator[Figure]:
    """Yield what was measured of one kind of request."""
    what = f"{kind}, {lines} lines"
    yield Figure(f"{what}: rate", bench.median(kind, lines, lambda one: one.load.rate), "/s")
    for name, read in (
        ("p50", lambda one: one.load.within(0.5) * 1000),
        ("p99", lambda one: one.load.within(0.99) * 1000),
    ):
        yield Figure(f"{what}: {name}", bench.median(kind, lines, read), "ms")
    yield Figure(
        f"{what}: CPU of app", bench.median(kind, lines, lambda one: one.app * MICRO), "µs"
    )
    yield Figure(
        f"{what}: CPU of database",
        bench.median(kind, lines, lambda one: one.database * MICRO),
        "µs",
    )


def share_of_pgbench(bench: Bench) -> float:
    """Return the rate of sales by that of pgbench with the same statement."""
    rate = bench.median(REDEEM, MOST, lambda one: one.load.rate)
    return rate / statistics.median(bench.statements[MOST])


def judge_on_slow_disk(bench: Bench, rounds: int) -> Figure:
    """Return the same where each commit waits for a disk."""
    bench.bursts[REDEEM, MOST] = bench.bursts[REDEEM, MOST][-rounds:]
    name = f"{REDEEM} by pgbench, a disk of {SLOW_DISK / 1000:.0f} ms"
    share = share_of_pgbench(bench)
    return Figure(name, share, "", LEAST_OF_PGBENCH_ON_A_SLOW_DISK, at_least=True)


def slow_down(database: str) -> None:
    """Let each commit wait, as it would for a slow disk."""
    with psycopg.connect(plain(database), autocommit=True) as connection:
        for setting in (f"commit_delay = {SLOW_DISK}", "commit_siblings = 0"):
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")


if __name__ == "__main__":
    run(measure, __doc__)
