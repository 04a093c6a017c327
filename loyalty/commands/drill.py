"""`loyalty drill`: restore a copy into a folder that is thrown away, and see that all is there."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import click
import psutil
import psycopg

from loyalty.clock import utc_now
from loyalty.commands.backup import refuse_pooler
from loyalty.commands.backup_file import BackupError, unlock
from loyalty.commands.doctor import look_at_keys, look_at_personal_data
from loyalty.commands.local_copies import Purpose, copy_locally, local_lock
from loyalty.commands.restore import read_description, restore_database
from loyalty.commands.session import (
    opened,
    owner_database_of,
    plain,
    settings_of_environment,
)
from loyalty.commands.upkeep import is_a_drill_due, report_to_all
from loyalty.data_keys import hold_data_keys
from loyalty.embedded import embedded_database, is_running, leave_embedded_database
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.upkeep import UpkeepSubject
from loyalty.settings import Settings

FOLDER = "drill"
"""Of the data folder, where the copy is restored; gone when the drill is over."""

ROOM_NEEDED = 2
"""How often the database must fit into the free room: for the copy, and for what is restored."""

ALONE = "SELECT pg_try_advisory_xact_lock(hashtext('loyalty.drill'))"
SIZE = "SELECT pg_database_size(current_database())"

BY_A_TIMER = (
    " The drill of `loyalty serve` is not given that address: let a timer run `loyalty drill` "
    "twice a week."
)
"""What helps behind a pooler, since no worker may own the tables."""

NICENESS = 10
"""How far the drill stands back for those who answer."""


@click.command()
@click.option("--if-due", is_flag=True, help="Do nothing if one was tried within the week.")
@click.option("--parent", type=int, hidden=True, help="Process with which this one ends.")
def drill(*, if_due: bool, parent: int | None) -> None:
    """Copy the service, restore the copy into a folder of its own, compare, and throw it away.

    `serve` does so each week, and shows managers what came of it.
    """
    if parent is not None:
        # What it has begun is put away at its end, which a bare SIGTERM would skip.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        Thread(target=_end_with, args=(parent,), daemon=True).start()
        os.nice(NICENESS)
    settings = settings_of_environment()
    url = owner_database_of(settings)
    with _alone(url) as alone:
        if not alone or (if_due and not is_a_drill_due(url, now=utc_now())):
            click.echo("Another drill is under way, or none is due.")
            return
        facts = drill_and_report(url, settings)
    click.echo("Restored {rows} rows of {tables} tables in {seconds} seconds.".format(**facts))


def drill_and_report(url: str, settings: Settings) -> Mapping[str, Any]:
    """Try a restore, and tell all communities what came of it.

    Raises:
        BackupError: it has failed, which is told as well; so is whatever else may break it off.
    """
    try:
        facts = _try_restore(url, settings)
    except Exception as error:
        failure = {"failure": _tell(error)}
        report_to_all(url, UpkeepSubject.DRILL, ok=False, facts=failure, now=utc_now())
        raise
    report_to_all(url, UpkeepSubject.DRILL, ok=True, facts=facts, now=utc_now())
    return facts


def _tell(error: Exception) -> str:
    """Return why it failed; what others say of it may hold a password or a row, and stays out."""
    if isinstance(error, LoyaltyError):
        return str(error)
    return f"It was broken off by {type(error).__name__}."


def _try_restore(url: str, settings: Settings) -> Mapping[str, Any]:
    refuse_pooler(url, settings, further=BY_A_TIMER)
    _refuse_without_room(url, settings.data_dir)
    begun = time.monotonic()
    file = copy_locally(url, settings, Purpose.DRILL, now=utc_now())
    key = unlock(file, local_lock(settings))
    description = read_description(file, key)
    with _empty_folder(settings.data_dir / FOLDER) as folder:
        restored = embedded_database(folder)
        restore_database(restored, file, key, description)
        # What the file itself holds is to open it.
        hold_data_keys(description.data_secrets)
        with opened(restored, only_read=True) as session:
            looks = (
                look_at_keys(session, replace(settings, secret_key=description.secret)),
                look_at_personal_data(session),
            )
        for found in looks:
            if not found.ok:
                raise BackupError(f"The restored {found.subject} do not serve: {found.detail}.")
    tables = description.contents.tables
    return {
        "tables": len(tables),
        "rows": sum(rows for rows, _ in tables.values()),
        "seconds": round(time.monotonic() - begun, 1),
    }


def _refuse_without_room(url: str, data_dir: Path) -> None:
    with psycopg.connect(plain(url)) as connection:
        ((size,),) = connection.execute(SIZE).fetchall()
    if shutil.disk_usage(data_dir).free < ROOM_NEEDED * size:
        raise BackupError(
            f"The disk of {data_dir} has no room for a copy of the database and a restored one, "
            f"{ROOM_NEEDED * size} bytes; make room."
        )


@contextmanager
def _empty_folder(folder: Path) -> Iterator[Path]:
    """Give a folder that is thrown away, with whatever a killed drill has left there."""
    _throw_away(folder)
    folder.mkdir()
    try:
        yield folder
    finally:
        _throw_away(folder)


def _throw_away(folder: Path) -> None:
    if is_running(folder):
        # One that a killed drill has left running is joined, and ended with us; where that fails,
        # it ends by itself, for it finds its files gone.
        with suppress(Exception):
            embedded_database(folder)
            leave_embedded_database(folder)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(url: str) -> Iterator[bool]:
    """Say whether nobody else tries a restore of this service until the end of the block."""
    with psycopg.connect(plain(url)) as connection:
        ((alone,),) = connection.execute(ALONE).fetchall()
        yield alone


def _end_with(parent: int) -> None:
    """End this process in an orderly way when its parent has ended."""
    with suppress(psutil.NoSuchProcess):
        psutil.Process(parent).wait()
    os.kill(os.getpid(), signal.SIGTERM)
