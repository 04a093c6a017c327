"""A PostgreSQL with its tables, made once in a run of the tests: everybody else copies its folder.

Making one takes seconds of computing, copying it a tenth of a second.
"""

import fcntl
import os
import subprocess
from pathlib import Path

from loyalty.database import migrate
from loyalty.embedded import embedded_database, leave_embedded_database
from loyalty.roles import let_service_in
from tests.kept_database import create, named
from tests.serving import new_data_folder

TEMPLATE = "template_of_tests"
"""The database of a prepared server of which the tests' own are copies."""


def prepare_server(shared: Path) -> Path:
    """Return a data folder whose PostgreSQL has all tables, and has ended; the first makes it.

    Args:
        shared: a folder of all processes of this run.
    """
    prepared = shared / "prepared"
    with (shared / "prepared.lock").open("w") as lock:
        # Given back when the file is closed.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not prepared.exists():
            _make_server(prepared)
    return prepared


def _make_server(prepared: Path) -> None:
    with new_data_folder() as folder:
        url = embedded_database(folder)
        migrate(url)
        create(url, TEMPLATE)
        let_service_in(named(url, TEMPLATE))
        leave_embedded_database(folder)
        half_made = prepared.with_suffix(".half")
        copy_server(folder, half_made)
    half_made.rename(prepared)


def copy_server(prepared: Path, folder: Path) -> None:
    """Give a data folder the PostgreSQL of another, whose files keep their owner."""
    folder.mkdir(parents=True, exist_ok=True)
    # With the files goes whom they belong to: the server runs as a user of its own.
    subprocess.run(["cp", "--archive", prepared / "postgres", folder], check=True)  # noqa: S603, S607


def shared_folder(base: Path) -> Path:
    """Return the folder of all processes of this run, given pytest's own of this process."""
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
