"""No PostgreSQL stays behind, whoever serves and whenever the order to end comes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.serving import LONGEST_END, PROJECT, answers, free_port, postmasters_in, until
from tests.test_embedded import data_dir, fresh_dir

__all__ = ["data_dir", "fresh_dir"]

STARTED = """
import contextlib, os, pathlib, signal, sys
from loyalty import embedded

# Under nohup an order to hang up would be ignored from the start.
signal.signal(int(sys.argv[2]), signal.SIG_DFL)

def interrupted(folder, start=embedded.get_server):
    server = start(folder)
    os.kill(os.getpid(), int(sys.argv[2]))
    return server

embedded.get_server = interrupted
"""
"""Receives an order to end while the server starts."""

UNPROTECTED = "embedded._orders_obeyed_afterwards = contextlib.nullcontext\n"
JOIN = "embedded.embedded_database(pathlib.Path(sys.argv[1])); signal.pause()\n"

OF_MULTIPROCESSING = """
import multiprocessing, pathlib, sys
from loyalty import embedded

worker = multiprocessing.get_context("fork").Process(
    target=embedded.embedded_database, args=[pathlib.Path(sys.argv[1])]
)
worker.start()
worker.join()
"""


def run(program: str, *words: str) -> int:
    done = subprocess.run([sys.executable, "-c", program, *words], check=False)  # noqa: S603
    return done.returncode


@pytest.mark.parametrize("order", [signal.SIGTERM, signal.SIGHUP])
def test_an_order_during_the_start_leaves_no_server(data_dir: Path, order: int) -> None:
    assert run(STARTED + JOIN, str(data_dir), str(int(order))) == 128 + order

    assert postmasters_in(data_dir) == []


def test_without_protection_the_server_would_stay(data_dir: Path) -> None:
    order = signal.SIGTERM

    assert run(STARTED + UNPROTECTED + JOIN, str(data_dir), str(int(order))) == -order

    assert len(postmasters_in(data_dir)) == 1


def test_a_worker_of_multiprocessing_stops_the_server_it_joined(data_dir: Path) -> None:
    assert run(OF_MULTIPROCESSING, str(data_dir)) == 0

    assert postmasters_in(data_dir) == []


def test_another_server_serves_a_fresh_folder_and_leaves_nothing(fresh_dir: Path) -> None:
    port = free_port()
    flask = Path(sys.executable).with_name("flask")
    process = subprocess.Popen(  # noqa: S603  # our own service
        [flask, "--app", "wsgi", "run", "--port", str(port)],
        cwd=PROJECT,
        env={**os.environ, "LOYALTY_DATA_DIR": str(fresh_dir)},
        stderr=subprocess.DEVNULL,
    )
    until(lambda: answers(port))
    ready = httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False)

    process.terminate()
    process.wait(LONGEST_END)

    assert ready.status_code == 200
    assert postmasters_in(fresh_dir) == []
