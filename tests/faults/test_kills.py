"""What is killed while tills sell: a worker, or PostgreSQL. And bodies that never end.

``LOYALTY_KILLS=20`` asks for as many kills as the programme promises to outlive, and for it to be
quick about it; `make faults` sets it. Without, other tests run beside these, and only what is lost
or doubled counts.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from loyalty.embedded import embedded_database, keep_running, leave_embedded_database
from tests.faults.busy_market import (
    Crowd,
    Faults,
    Till,
    count_sales,
    find_faults,
    given_busy_market,
    selling,
)
from tests.given import SECRET
from tests.kept_database import plain
from tests.prepared_server import copy_server
from tests.serving import (
    LONGEST_END,
    PROJECT,
    answers,
    free_port,
    new_data_folder,
    postmasters_in,
    start,
    stop,
    until,
    workers_of,
)

GRANIAN = Path(sys.executable).with_name("granian")

KILLS = int(os.environ.get("LOYALTY_KILLS", "2"))
QUIET = "LOYALTY_KILLS" in os.environ
"""Whether nothing runs beside these tests, so that seconds may be judged."""
CLIENTS = 8
LONGEST_SILENCE = 5
"""Seconds until sales are acknowledged again."""

HALVES, SCANS = 200, 100
LONGEST_SCAN = 1.0
"""Seconds that 95 of 100 scans take at most."""


@dataclass(frozen=True)
class Running:
    """The service with its own PostgreSQL, and tills to sell with."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    tills: list[Till]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> str:
        return database_in(self.folder)


def database_in(folder: Path) -> str:
    return f"postgresql+psycopg://postgres@/postgres?host={folder / 'postgres'}"


@pytest.fixture(scope="module")
def running(prepared: Path) -> Iterator[Running]:
    with new_data_folder() as folder:
        copy_server(prepared, folder)
        port = free_port()
        environ = {"LOYALTY_DATA_DIR": str(folder), "LOYALTY_SECRET_KEY": SECRET}
        process = start(environ, port, "--workers", "2")
        tills = given_busy_market(database_in(folder), tills=CLIENTS)
        yield Running(process, folder, port, tills)
        stop(process)
        assert process.returncode == 0
        assert postmasters_in(folder) == []


def kill_again_and_again(crowd: Crowd, victim: Callable[[], psutil.Process]) -> list[float]:
    """Kill while the tills sell; return after how many seconds new sales were acknowledged."""
    silences = []
    for _ in range(KILLS):
        process, killed = victim(), time.monotonic()
        process.kill()
        until(lambda killed=killed: len(crowd.acknowledged_after(killed)) >= CLIENTS)  # type: ignore[misc]  # a value
        silences.append(min(crowd.acknowledged_after(killed)) - killed)
    return silences


def assert_all_is_in_the_book(running: Running, crowd: Crowd, before: int) -> None:
    assert crowd.strange == []
    assert find_faults(running.database, crowd, before=before) == Faults()


def report(what: str, crowd: Crowd, silences: list[float]) -> None:
    longest = max(silences)
    print(f"{KILLS} x {what}: {len(crowd.times)} sales, silent for {longest:.2f} s at most")  # noqa: T201  # the figures `make faults` is for
    assert not QUIET or longest <= LONGEST_SILENCE


def living_workers(running: Running) -> list[psutil.Process]:
    found = []
    for worker in workers_of(running.process):
        with suppress(psutil.NoSuchProcess):
            if worker.status() != psutil.STATUS_ZOMBIE:
                found.append(worker)
    return found


def test_workers_are_killed_and_no_sale_is_lost_or_doubled(running: Running) -> None:
    before = count_sales(running.database)

    def two() -> list[psutil.Process]:
        # One that was killed a moment ago may still be among them.
        until(lambda: len(living_workers(running)) == 2)
        return living_workers(running)

    with selling(running.address, running.tills) as crowd:
        silences = kill_again_and_again(crowd, lambda: two()[len(crowd.times) % 2])
        # Both at once, too.
        for worker in two():
            worker.kill()
        silences += kill_again_and_again(crowd, lambda: two()[0])

    assert_all_is_in_the_book(running, crowd, before)
    report("a worker", crowd, silences)


def test_postgresql_is_killed_and_no_sale_is_lost_or_doubled(running: Running) -> None:
    before = count_sales(running.database)

    with selling(running.address, running.tills) as crowd:
        silences = kill_again_and_again(crowd, lambda: postmasters_in(running.folder)[0])

    assert_all_is_in_the_book(running, crowd, before)
    report("PostgreSQL", crowd, silences)


def scans(address: str, till: Till, count: int, *, timeout: float = 120) -> list[float]:
    """Scan a card again and again; return how long each scan took, the fastest first."""
    took = []
    with httpx.Client(headers=till.headers, timeout=timeout, trust_env=False) as line:
        for _ in range(count):
            began = time.monotonic()
            answer = line.post(f"{address}/api/v1/validations", json={"code": till.card})
            took.append(time.monotonic() - began)
            assert answer.json()["verdict"] == "ok"
    return sorted(took)


def half_sent(port: int, till: Till) -> socket.socket:
    """Begin a request, and stop in the middle of its body."""
    line = socket.create_connection(("127.0.0.1", port))
    head = f"POST /api/v1/validations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {till.token}"
    line.sendall(f"{head}\r\nContent-Length: 400\r\n\r\n{{".encode())
    return line


def test_half_sent_bodies_stop_no_scan(running: Running) -> None:
    with ExitStack() as lines:
        for place in range(HALVES):
            lines.enter_context(half_sent(running.port, running.tills[place % CLIENTS]))

        took = scans(running.address, running.tills[0], SCANS)

    slow = took[SCANS * 95 // 100 - 1]
    print(f"{SCANS} scans beside {HALVES} half-sent bodies: p95 {slow:.3f} s")  # noqa: T201  # likewise
    assert not QUIET or slow <= LONGEST_SCAN


@pytest.fixture
def unprotected(running: Running) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The control: the same service under a bare granian, with a thread for each request."""
    port = free_port()
    url = running.database
    command = [str(GRANIAN), "--interface", "wsgi", "--port", str(port), "--blocking-threads", "8"]
    process = subprocess.Popen(  # noqa: S603  # the service's own server
        [*command, "--log-level", "critical", "wsgi:app"],
        env={
            **os.environ,
            "LOYALTY_DATA_DIR": str(running.folder),
            "LOYALTY_DATABASE_URL": url,
            "LOYALTY_SECRET_KEY": SECRET,
        },
        cwd=PROJECT,
    )
    until(lambda: answers(port))
    yield process, port
    with suppress(psutil.NoSuchProcess):
        for left in [*psutil.Process(process.pid).children(), psutil.Process(process.pid)]:
            left.kill()
    process.wait(LONGEST_END)


def test_without_protection_scans_stop_and_a_kill_ends_the_service(
    running: Running, unprotected: tuple[subprocess.Popen[bytes], int]
) -> None:
    process, port = unprotected
    till = running.tills[0]
    address = f"http://127.0.0.1:{port}"
    assert scans(address, till, 1)
    with ExitStack() as lines:
        for _ in range(HALVES):
            lines.enter_context(half_sent(port, till))
        with pytest.raises(httpx.TimeoutException):
            scans(address, till, 1, timeout=LONGEST_SCAN)

    workers_of(process)[0].kill()

    until(lambda: process.poll() is not None)
    assert not answers(port)


def test_without_a_watch_postgresql_stays_dead(prepared: Path) -> None:
    with new_data_folder() as folder:
        copy_server(prepared, folder)
        embedded_database(folder)
        try:
            postmasters_in(folder)[0].kill()
            until(lambda: not postmasters_in(folder))
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(plain(database_in(folder)))

            with keep_running(folder):
                until(lambda: bool(postmasters_in(folder)))

            with psycopg.connect(plain(database_in(folder))) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
        finally:
            leave_embedded_database(folder)
        assert postmasters_in(folder) == []
