"""`loyalty serve`: the service with its database."""

import gc
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from importlib import import_module
from threading import Thread
from typing import NoReturn

import click
from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels

from loyalty.buffering import Buffered
from loyalty.commands.loading import loading
from loyalty.commands.session import owner_database_of, settings_of_environment
from loyalty.commands.supervisor import Supervisor, end_with
from loyalty.commands.tables import bring_up_to_date
from loyalty.commands.worker_process import keep_working
from loyalty.embedded import keep_running, leave_embedded_database
from loyalty.request_counts import forget_counts
from loyalty.settings import DEFAULT_PORT, OWNER, Settings

LONGEST_GOODBYE = 10
"""Seconds a worker may take for its last requests."""

MOST_CONNECTIONS = 10_000
"""Clients that one worker keeps a line to; most of them say nothing for long."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, envvar="PORT", show_default=True
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    default=8,
    envvar="LOYALTY_THREADS",
    show_default=True,
    help="Threads of each worker, and database connections it may hold.",
)
@click.option(
    "--body-seconds",
    type=click.FloatRange(min=0.1),
    default=15,
    envvar="LOYALTY_BODY_SECONDS",
    show_default=True,
    help="How long a request may take to arrive; a second more for each 64 KB.",
)
@click.option(
    "--demo", is_flag=True, help="Build the fictional market first if the database is empty."
)
def serve(
    host: str, port: int, workers: int, threads: int, body_seconds: float, *, demo: bool
) -> None:
    """Serve the programme until Ctrl-C; migrates first, and runs the embedded database."""
    # The embedded database is stopped at exit, which a bare SIGTERM would skip.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    os.environ |= {
        "PORT": str(port),
        "LOYALTY_THREADS": str(threads),
        "LOYALTY_BODY_SECONDS": str(body_seconds),
    }
    _refuse_a_taken_port(host, port)
    settings = settings_of_environment()
    with _loading_beside():
        url = bring_up_to_date(settings)
    if demo:
        demonstration = import_module("loyalty.commands.demo")
        demonstration.show_demonstration(owner_database_of(settings), settings)
    # The workers join this database instead of each starting one, and none of them owns it.
    os.environ.pop(OWNER, None)
    os.environ |= {"LOYALTY_DATABASE_URL": url, "LOYALTY_DATA_DIR": str(settings.data_dir)}
    forget_counts(settings.data_dir)
    # Loaded here once, so that a worker that is killed is replaced in an instant.
    with loading():
        _load()
        gc.freeze()
    _supervise(settings, host, port, workers)
    _end_at_once()


def _supervise(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve with workers until Ctrl-C, and let go of the embedded database then."""
    embedded = settings.database_url is None
    with keep_running(settings.data_dir) if embedded else nullcontext(), keep_working():
        Supervisor(
            "loyalty.wsgi:app",
            address=host,
            port=port,
            interface=Interfaces.RSGI,
            workers=workers,
            backpressure=MOST_CONNECTIONS,
            websockets=False,
            workers_kill_timeout=LONGEST_GOODBYE,
            log_level=LogLevels.error,
        ).serve(target_loader=_app_of_a_worker)  # type: ignore[arg-type]  # an object will do
    if embedded:
        leave_embedded_database(settings.data_dir)


def _end_at_once() -> NoReturn:
    """End well. Python would first take the loaded service apart, for seconds and for nothing."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


@contextmanager
def _loading_beside() -> Iterator[None]:
    """Load the service beside what is done meanwhile; what is loaded is not looked over."""
    # By its name, for the app stands above the commands.
    beside = Thread(target=import_module, args=("loyalty.app",))
    with loading():
        beside.start()
        try:
            yield
        finally:
            beside.join()
            gc.freeze()


def _refuse_a_taken_port(host: str, port: int) -> None:
    """Granian would share the port with another service, and each get half of the requests."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Cannot listen on {host}:{port}: {error.strerror}."
            ) from error


@cache
def _load() -> Flask:
    """Load the service, or return it if it has been loaded."""
    app: Flask = import_module("loyalty.app").create_app(settings_of_environment())
    return app


def _app_of_a_worker(_: str) -> Buffered:
    """Return the service in a worker."""
    # Until Granian listens for it here, the parent's handler would swallow the order to end.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    _allow_many_connections()
    app = _load()
    return Buffered(
        app,
        largest=app.extensions["loyalty.largest_body"],
        threads=int(os.environ["LOYALTY_THREADS"]),
        seconds=float(os.environ["LOYALTY_BODY_SECONDS"]),
    )


def _allow_many_connections() -> None:
    """A worker may usually open a thousand files only, and each line to a client counts as one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST_CONNECTIONS
    allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
