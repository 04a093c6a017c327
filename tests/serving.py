"""The service, really started as an operator starts it."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil
import pytest

PROJECT = Path(__file__).parents[1]
LOYALTY = Path(sys.executable).with_name("loyalty")
LONGEST_START = LONGEST_END = 120
PORTS = range(15_000, 32_000)


def free_port() -> int:
    """Return a port nobody listens on.

    Not one of those that the machine gives to whoever connects to somewhere: it would be taken
    before the service listens, or while it is started again.
    """
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def answers(port: int) -> bool:
    """Return whether a service answers on a port."""
    # Asked often; a client of httpx reads the certificates of the world first.
    line = HTTPConnection("127.0.0.1", port, timeout=LONGEST_END)
    try:
        line.request("GET", "/livez")
        return bool(line.getresponse().read())
    except (OSError, HTTPException):
        return False
    finally:
        line.close()


def start(environ: Mapping[str, str], port: int, *options: str) -> subprocess.Popen[bytes]:
    """Start the service, and wait until it answers."""
    inherited = {name: value for name, value in os.environ.items() if "LOYALTY" not in name}
    process = subprocess.Popen(  # noqa: S603  # our own command
        [LOYALTY, "serve", "--port", str(port), *options],
        env={**inherited, **environ},
        cwd=PROJECT,
    )
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline and process.poll() is None:
        if answers(port):
            return process
        time.sleep(0.1)
    process.kill()
    process.wait(LONGEST_END)
    pytest.fail("the service did not start")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the service as its supervisor does."""
    process.terminate()
    process.wait(LONGEST_END)


def workers_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return the processes that answer."""
    return [one for one in _children_of(process) if not _works_behind(one)]


def worker_behind(process: subprocess.Popen[bytes]) -> psutil.Process | None:
    """Return the process that does what takes longer than a request, if it runs."""
    return next((one for one in _children_of(process) if _works_behind(one)), None)


def _children_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    children: list[psutil.Process] = psutil.Process(process.pid).children()
    return children


def _works_behind(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return "--parent" in process.cmdline()
    return False


@contextmanager
def new_data_folder() -> Iterator[Path]:
    """Give a data folder; whatever a failed test leaves running in it is ended."""
    # Not below pytest's own folder: every run of pytest shuts that one to the database's user.
    folder = Path(tempfile.mkdtemp(prefix="loyalty-"))
    yield folder
    left = [*services_in(folder), *processes_of_the_database(folder)]
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, LONGEST_END)
    shutil.rmtree(folder)


def processes_of_the_database(folder: Path) -> list[psutil.Process]:
    """The server of a data folder and its children, who may outlive it."""
    place = str(folder / "postgres")
    return [one for one in psutil.process_iter(["cwd"]) if one.info["cwd"] == place]


def postmasters_in(folder: Path) -> list[psutil.Process]:
    """The PostgreSQL server of a data folder, if it runs."""
    pid_file = folder / "postgres" / "postmaster.pid"
    if not pid_file.exists():
        return []
    pid = int(pid_file.read_text("utf-8").splitlines()[0])
    return [psutil.Process(pid)] if psutil.pid_exists(pid) else []


def services_in(folder: Path) -> list[psutil.Process]:
    """The processes of the service that run on a data folder: the parent and its workers."""
    return [
        process
        for process in psutil.process_iter(["cmdline", "environ"])
        if (process.info["environ"] or {}).get("LOYALTY_DATA_DIR") == str(folder)
        and "serve" in (process.info["cmdline"] or [])
    ]


def until(condition: Callable[[], bool]) -> None:
    """Wait for what a busy machine may do a little later."""
    deadline = time.monotonic() + LONGEST_END
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
