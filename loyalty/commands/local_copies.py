"""Copies that the service makes by itself in its data folder: before tables move, and to try one.

They save nobody whose disk is lost. `loyalty backup` makes those that are kept elsewhere.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from loyalty.commands.backup import back_up
from loyalty.commands.backup_file import BackupError, Lock, make_key_file
from loyalty.settings import Settings

FOLDER, KEY = "backups", "backup-key"
"""Of the data folder. Who copies the one need not copy the other along."""


class Purpose(StrEnum):
    """What a copy was made for; the end of its name."""

    MIGRATION = "before-migration"
    DRILL = "weekly"


KEPT = {Purpose.MIGRATION: 3, Purpose.DRILL: 2}
"""How many of each are kept; older ones are removed once a newer one is complete."""

LONGEST_COPY = timedelta(days=1)


def local_lock(settings: Settings) -> Lock:
    """Return what locks the copies of the data folder; its key is made at the first one."""
    key_file = settings.data_dir / KEY
    make_key_file(key_file)
    return Lock(key_file=key_file)


def copy_locally(url: str, settings: Settings, purpose: Purpose, *, now: datetime) -> Path:
    """Write a copy into the data folder, and remove those that are too old; return it.

    Raises:
        BackupError: it cannot be written.
    """
    folder = settings.data_dir / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackupError(f"{folder} cannot be written: {error.strerror}.") from error
    file = folder / f"{now:%Y-%m-%d-%H%M%S-%f}-{purpose}.backup"
    _remove_unfinished(folder, now=now)
    back_up(url, settings, file, local_lock(settings), now=now)
    for old in sorted(folder.glob(f"*-{purpose}.backup"))[: -KEPT[purpose]]:
        old.unlink()
    return file


def _remove_unfinished(folder: Path, *, now: datetime) -> None:
    """Remove what was broken off long ago; a younger one may be another process's at work."""
    for path in folder.glob("*.unfinished"):
        if path.stat().st_mtime < (now - LONGEST_COPY).timestamp():
            path.unlink(missing_ok=True)
