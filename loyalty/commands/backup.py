"""`loyalty backup`: the whole service as one encrypted file."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from loyalty.clock import utc_now
from loyalty.commands.backup_file import (
    AGE,
    ARMOUR,
    SHORTEST_PASSWORD,
    BackupError,
    Lock,
    Part,
    make_key_file,
    write_backup,
)
from loyalty.commands.dump import Contents, dumped
from loyalty.commands.session import opened, owner_database_of, settings_of_environment
from loyalty.commands.upkeep import report_to_all
from loyalty.database import is_migrated
from loyalty.rules.upkeep import UpkeepSubject
from loyalty.services.privacy.resealing import ResealingDueError, refuse_other_keys
from loyalty.settings import DATA_KEY, OLD_DATA_KEY, OLD_SECRET, OWNER, SECRET_FILE, Settings

FORMAT = 1

MANIFEST, FILES, KEYS = "manifest.json", "files/", "keys/"
DUMP, ERASURES = "database/", "erasures.jsonl"
"""What stands in a backup, in this order: its description, small files, keys of personal data by
the names of their settings, the dump in pieces, and who had been erased.
"""

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes. The keys and lists of the data folder are small; what is larger is not ours."""

PASSWORD = "LOYALTY_BACKUP_PASSWORD"  # noqa: S105  # the name of a variable


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Lock it with this key instead of a password; the key is made where there is none.",
)
@click.option("--password", envvar=PASSWORD, hidden=True)
def backup(file: Path, *, key_file: Path | None, password: str | None) -> None:
    """Write database, secret and keys into FILE, encrypted, while the service goes on.

    Asks for a password unless LOYALTY_BACKUP_PASSWORD or --key-file is given. Without password or
    key nobody opens the file again: keep it elsewhere.
    """
    settings = settings_of_environment()
    lock = ask_for_lock("backup", key_file, password)
    url = owner_database_of(settings)
    refuse_wrong_keys(url)
    now = utc_now()
    back_up(url, settings, file, lock, now=now)
    size = file.stat().st_size
    report_to_all(url, UpkeepSubject.BACKUP, ok=True, facts={"bytes": size}, now=now)
    click.echo(f"{file}: {size} bytes, of which nothing can be read without its key.")


def ask_for_lock(what: str, key_file: Path | None, password: str | None) -> Lock:
    """Return what locks a new file: its key, which is made where there is none, or a password.

    Args:
        what: is locked, as whoever is asked for a password calls it.
    """
    if key_file is not None:
        make_key_file(key_file)
    elif password is None:
        asked = f"Password of the {what}, at least {SHORTEST_PASSWORD} characters"
        password = click.prompt(asked, hide_input=True, confirmation_prompt=True)
    return Lock(password=password, key_file=key_file)


def refuse_wrong_keys(url: str) -> None:
    """Refuse to write a backup that nobody could use, today rather than when it is needed."""
    if is_migrated(url):
        # What is sealed under the old key opens as well: both go along.
        with suppress(ResealingDueError), opened(url, only_read=True) as session:
            refuse_other_keys(session)


def refuse_pooler(url: str, settings: Settings, *, further: str = "") -> None:
    """Refuse an address of a pooler, which takes no options and hands on the connection of a dump.

    Args:
        further: what else is to be done, told behind it.

    Raises:
        BackupError: it is one.
    """
    if settings.pooled and url == settings.database_url:
        raise BackupError(
            "A pooler stands before the database, and nothing can be copied or restored through "
            f"it: set {OWNER} to the address of the database itself.{further}"
        )


def back_up(url: str, settings: Settings, file: Path, lock: Lock, *, now: datetime) -> None:
    """Write a backup of the service as it is at this moment.

    Raises:
        BackupError: it cannot be written, or the database cannot be dumped.
    """
    refuse_pooler(url, settings)
    with dumped(url) as (contents, pieces):
        write_backup(file, _parts(settings, contents, pieces, now), lock)


def _parts(
    settings: Settings, contents: Contents, pieces: Iterator[bytes], now: datetime
) -> Iterator[Part]:
    described = describe(settings, contents, now=now)
    yield Part(MANIFEST, json.dumps(described, ensure_ascii=False, indent=1).encode())
    for name, content in files_of(settings).items():
        yield Part(f"{FILES}{name}", content)
    for name, key in keys_of(settings).items():
        yield Part(f"{KEYS}{name}", key.encode())
    for number, piece in enumerate(pieces):
        yield Part(f"{DUMP}{number:08}", piece)
    # Last, so that it names whoever was erased while the dump was made.
    erased = settings.erasures.read_bytes() if settings.erasures.exists() else b""
    yield Part(ERASURES, erased)


def describe(settings: Settings, contents: Contents, *, now: datetime) -> dict[str, Any]:
    """Return what a backup says of itself; no secret is in it."""
    return {
        "format": FORMAT,
        "made_at": now.isoformat(timespec="seconds"),
        "release": version("loyalty"),
        "settings": {
            "LOYALTY_BASE_URL": settings.base_url,
            "LOYALTY_TRUSTED_PROXIES": str(settings.trusted_proxies),
            "LOYALTY_PRIVATE_RECEIVERS": _allowed_privately(settings),
        },
        **asdict(contents),
    }


def keys_of(settings: Settings) -> Mapping[str, str]:
    """Return the keys beside the secret, by their settings; none where there is only that."""
    keys = {
        DATA_KEY: settings.data_key,
        OLD_DATA_KEY: settings.old_data_key,
        OLD_SECRET: settings.old_secret_key,
    }
    return {name: key for name, key in keys.items() if key is not None}


def files_of(settings: Settings) -> Mapping[str, bytes]:
    """Return the secret, wherever it was given, and the small files of the data folder."""
    found = {SECRET_FILE: settings.secret_key.encode()}
    for path in sorted(settings.data_dir.iterdir()) if settings.data_dir.is_dir() else ():
        if path == settings.erasures or path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size <= LARGEST_FILE:
            content = path.read_bytes()
            # An earlier backup that was left there is none of our files.
            if not content.startswith((AGE, ARMOUR)):
                found.setdefault(path.name, content)
    return found


def _allowed_privately(settings: Settings) -> str:
    if settings.private_pushes:
        return "all"
    return "allow" if settings.private_receivers else ""
