"""pretix beside the service: its check-in is what a sale and a look at a card are compared with.

It is installed into an environment of its own in `build/pretix`, since it asks for other releases
of what we use, and answers behind the same server on the same PostgreSQL. What it puts off until
later is not done, and so not counted.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from itertools import cycle
from pathlib import Path
from uuid import uuid4

from sqlalchemy import make_url

from benchmarks.communities import execute
from benchmarks.figures import say
from benchmarks.load import write_request
from benchmarks.results import TREE
from tests.kept_database import named
from tests.serving import LONGEST_END, free_port, until

RELEASE = "pretix==2026.8.0"
PLACE = TREE / "build" / "pretix"
PYTHON = PLACE / "bin" / "python"
LONGEST_INSTALL = 900
"""Seconds."""
TICKETS = 200

CONFIG = """
[pretix]
instance_name = benchmark
url = http://127.0.0.1
datadir = {folder}

[database]
backend = postgresql
name = {name}
user = {user}
host = {host}

[celery]
broker = memory://
backend = cache+memory://
"""
"""With a broker nothing that is put off is done within the request."""


class NotInstalledError(Exception):
    """pretix cannot be had here."""


@dataclass(frozen=True, slots=True)
class Pretix:
    """It answers."""

    port: int
    process: subprocess.Popen[bytes]
    make: Callable[[], bytes]
    """Gives one check-in after the other."""


def install() -> None:
    """Install it, unless it is there.

    Raises:
        NotInstalledError: it cannot be had.
    """
    if (PLACE / "installed").exists():
        return
    say(f"installing {RELEASE} into {PLACE} ...")
    try:
        _run(sys.executable, "-m", "venv", "--clear", PLACE)
        wanted = (RELEASE, f"granian=={version('granian')}")
        pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _run(*pip, *wanted, seconds=LONGEST_INSTALL)
    except subprocess.SubprocessError as error:
        raise NotInstalledError(f"{RELEASE} could not be installed here") from error
    (PLACE / "installed").touch()


@contextmanager
def serving_pretix(server: str, folder: Path, workers: int, threads: int) -> Iterator[Pretix]:
    """Serve an event with tickets from a database of its own.

    Args:
        server: the address of the PostgreSQL.
        folder: where it may keep its files.
        workers: as many as the service has.
        threads: of each of them.
    """
    place = folder / "pretix"
    place.mkdir()
    environ = _configure(server, place)
    make = _make_event(server, environ)
    port = free_port()
    sized = (f"--workers={workers}", f"--blocking-threads={threads}", "--workers-kill-timeout=10")
    serve = (PLACE / "bin" / "granian", "--interface=wsgi", f"--port={port}", *sized)
    process = subprocess.Popen(  # noqa: S603  # put together here
        [*serve, "--log-level=error", "pretix.wsgi:application"], env=environ, cwd=place
    )
    try:
        until(partial(_listens, port))
        yield Pretix(port, process, make)
    finally:
        process.terminate()
        process.wait(LONGEST_END)


def _configure(server: str, place: Path) -> dict[str, str]:
    """Write its settings; return the environment in which it reads them."""
    where, config = make_url(server), place / "pretix.cfg"
    host = where.query.get("host") or where.host
    config.write_text(
        CONFIG.format(folder=place, name="pretix", user=where.username, host=host), "utf-8"
    )
    return {
        **os.environ,
        "PRETIX_CONFIG_FILE": str(config),
        "DJANGO_SETTINGS_MODULE": "pretix.settings",
    }


def _make_event(server: str, environ: dict[str, str]) -> Callable[[], bytes]:
    """Make its tables and an event; return what gives one check-in after the other."""
    execute(server, "CREATE DATABASE pretix")
    say("making the tables of pretix ...")
    _run(PYTHON, "-m", "pretix", "migrate", "--verbosity=0", environ=environ)
    event = Path(__file__).with_name("pretix_event.py")
    told = json.loads(_run(PYTHON, event, str(TICKETS), environ=environ).splitlines()[-1])
    execute(named(server, "pretix"), "VACUUM ANALYZE")
    secrets = cycle(told["secrets"])

    def make() -> bytes:
        body = {"secret": next(secrets), "lists": [told["list"]], "nonce": uuid4().hex}
        return write_request(
            "/api/v1/organizers/market/checkinrpc/redeem/",
            token=told["token"],
            scheme="Device",
            body=json.dumps(body).encode(),
        )

    return make


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def _run(
    *command: str | Path, seconds: float | None = None, environ: dict[str, str] | None = None
) -> str:
    told = subprocess.run(  # noqa: S603  # our own commands
        command, check=True, env=environ, timeout=seconds, stdout=subprocess.PIPE, text=True
    )
    return told.stdout
