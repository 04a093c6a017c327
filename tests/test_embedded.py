"""The service really started, killed and stopped, with the database that comes along."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.prepared_server import copy_server
from tests.serving import (
    LONGEST_END,
    LOYALTY,
    answers,
    free_port,
    new_data_folder,
    postmasters_in,
    services_in,
    start,
    stop,
    until,
    workers_of,
)


@pytest.fixture
def fresh_dir() -> Iterator[Path]:
    """A data folder in which nothing has been made yet."""
    with new_data_folder() as folder:
        yield folder


@pytest.fixture
def data_dir(fresh_dir: Path, prepared: Path) -> Path:
    """A data folder whose PostgreSQL has its tables, and has ended."""
    copy_server(prepared, fresh_dir)
    return fresh_dir


def start_in(data_dir: Path, port: int, *options: str) -> subprocess.Popen[bytes]:
    return start({"LOYALTY_DATA_DIR": str(data_dir)}, port, *options)


def start_the_database_alone(data_dir: Path) -> None:
    """Start the database, and leave it running without a process that holds it."""
    program = (
        "import os, pathlib, sys; from loyalty.embedded import embedded_database;"
        "embedded_database(pathlib.Path(sys.argv[1])); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", program, str(data_dir)], check=True)  # noqa: S603


def database_of(data_dir: Path) -> str:
    return f"postgresql://postgres@/postgres?host={data_dir / 'postgres'}"


def test_what_was_committed_survives_a_kill(data_dir: Path) -> None:
    port = free_port()
    process = start_in(data_dir, port)
    with psycopg.connect(database_of(data_dir)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    (postmaster,) = postmasters_in(data_dir)

    postmaster.kill()
    process.kill()
    process.wait(LONGEST_END)
    # Until its worker has ended, too, that would answer for the next one.
    until(lambda: not services_in(data_dir))

    again = start_in(data_dir, port)
    with psycopg.connect(database_of(data_dir)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    stop(again)
    assert postmasters_in(data_dir) == []


def test_the_next_start_outwaits_what_is_left_of_a_killed_server(data_dir: Path) -> None:
    start_the_database_alone(data_dir)
    (postmaster,) = postmasters_in(data_dir)
    straggler = postmaster.children()[0]
    straggler.suspend()
    postmaster.kill()

    release = threading.Timer(3, straggler.resume)
    release.start()
    start_the_database_alone(data_dir)

    release.join()
    with psycopg.connect(database_of(data_dir)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_next_start_replaces_a_killed_server_that_nobody_has_buried(data_dir: Path) -> None:
    program = """
import ctypes, pathlib, psutil, subprocess, sys, time

ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # Orphans become children of this process,
folder = pathlib.Path(sys.argv[1])       # which never asks how they ended.
start = "import os, pathlib, sys; from loyalty.embedded import embedded_database;"
start += "embedded_database(pathlib.Path(sys.argv[1])); os._exit(0)"
subprocess.run([sys.executable, "-c", start, folder], check=True)
number = int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
psutil.Process(number).kill()
while psutil.Process(number).status() != psutil.STATUS_ZOMBIE:
    time.sleep(0.05)
subprocess.run([sys.executable, "-c", start, folder], check=True)
"""
    subprocess.run([sys.executable, "-c", program, str(data_dir)], check=True)  # noqa: S603

    with psycopg.connect(database_of(data_dir)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_no_worker_outlives_its_parent(fresh_dir: Path) -> None:
    port = free_port()
    process = start_in(fresh_dir, port, "--workers", "2")
    until(lambda: len(services_in(fresh_dir)) == 3)

    process.kill()
    process.wait(LONGEST_END)

    until(lambda: not services_in(fresh_dir))
    assert not answers(port)


@pytest.mark.parametrize("order", [signal.SIGTERM, signal.SIGINT])
def test_two_workers_share_one_server_which_ends_with_them(
    data_dir: Path, order: signal.Signals
) -> None:
    port = free_port()
    process = start_in(data_dir, port, "--workers", "2")
    until(lambda: len(services_in(data_dir)) == 3)

    assert len(postmasters_in(data_dir)) == 1
    held = json.loads((data_dir / "postgres" / ".handle_pids.json").read_text("ascii"))
    assert held == [process.pid]

    process.send_signal(order)
    process.wait(LONGEST_END)

    assert process.returncode == 0
    assert services_in(data_dir) == []
    assert postmasters_in(data_dir) == []


def test_a_taken_port_is_refused(data_dir: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        answer = subprocess.run(  # noqa: S603  # our own command
            [LOYALTY, "serve", "--port", str(other.getsockname()[1])],
            env={**os.environ, "LOYALTY_DATA_DIR": str(data_dir)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert answer.returncode == 1
    assert "Address already in use" in answer.stderr


def test_a_killed_holder_that_nobody_has_buried_does_not_keep_the_server(data_dir: Path) -> None:
    unburied = subprocess.Popen([sys.executable, "-c", ""])
    while psutil.Process(unburied.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.05)
    (data_dir / "postgres" / ".handle_pids.json").write_text(f"[{unburied.pid}]", "ascii")

    process = start_in(data_dir, free_port())
    stop(process)
    unburied.wait()

    assert postmasters_in(data_dir) == []


def test_workers_are_replaced_at_a_hang_up_and_no_request_is_lost(data_dir: Path) -> None:
    port = free_port()
    process = start_in(data_dir, port)
    before = {worker.pid for worker in workers_of(process)}

    process.send_signal(signal.SIGHUP)

    lost = 0
    while not before.isdisjoint({worker.pid for worker in workers_of(process)}):
        lost += not answers(port)
        time.sleep(0.05)
    assert (lost, answers(port)) == (0, True)
    stop(process)
    assert process.returncode == 0
