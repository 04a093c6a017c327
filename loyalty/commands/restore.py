"""`loyalty restore`: a service out of the file of a backup, into a folder where there is none."""

import json
import os
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
from alembic.script import ScriptDirectory
from pyrage.x25519 import Identity

from loyalty.commands.backup import (
    DUMP,
    ERASURES,
    FILES,
    FORMAT,
    KEYS,
    MANIFEST,
    PASSWORD,
    refuse_pooler,
)
from loyalty.commands.backup_file import (
    BackupError,
    Lock,
    Part,
    needs_password,
    opened_backup,
    unlock,
)
from loyalty.commands.dump import Contents, Role, contents_of, is_filled, make_roles, put_back
from loyalty.commands.housekeeping import erase_again
from loyalty.commands.session import database_of, owner_database_of
from loyalty.commands.tables import move_tables
from loyalty.database import MIGRATIONS
from loyalty.embedded import leave_embedded_database
from loyalty.services.privacy.erasure_file import add_erasures, parse_erasures
from loyalty.settings import (
    DATA_KEY,
    OLD_DATA_KEY,
    OLD_SECRET,
    SECRET,
    SECRET_FILE,
    Settings,
    data_dir_of,
    given_secret,
)

DATABASE_FOLDER = "postgres"
"""What the embedded database's folder is called within the data folder."""

KEY_FILES: Mapping[str, str] = MappingProxyType(
    {DATA_KEY: "data-key", OLD_DATA_KEY: "old-data-key", OLD_SECRET: "old-secret-key"}
)
"""Where in the data folder a key of personal data is put that nobody gives."""

WRITTEN_ANEW = {DATABASE_FOLDER, SECRET_FILE, *KEY_FILES.values()}
"""What a data folder must not hold yet, whatever it is."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a backup says of itself, and its small files."""

    made_at: str
    contents: Contents
    settings: Mapping[str, str]
    files: Mapping[str, bytes] = field(repr=False)
    keys: Mapping[str, str] = field(repr=False)
    """Beside the secret, by the names of their settings; none where there is only that."""
    erasures: str

    @property
    def secret(self) -> str:
        """The secret that it ran with."""
        return self.files[SECRET_FILE].decode()

    @property
    def data_secrets(self) -> tuple[str, ...]:
        """With what its personal data opens, as `Settings` have it."""
        former = [self.keys.get(OLD_DATA_KEY)]
        if DATA_KEY not in self.keys:
            former.append(self.keys.get(OLD_SECRET))
        current = self.keys.get(DATA_KEY, self.secret)
        return (current, *(one for one in former if one is not None))


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--key-file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--password", envvar=PASSWORD, hidden=True)
def restore(file: Path, *, key_file: Path | None, password: str | None) -> None:
    """Restore the service of a backup into an empty data folder, and an empty database.

    The folder is LOYALTY_DATA_DIR, the database that of LOYALTY_OWNER_DATABASE_URL, or of
    LOYALTY_DATABASE_URL where that is not set, or a new embedded one.
    All of FILE is read before anything is touched. What fails leaves the folder as it was.
    """
    if key_file is None and password is None and needs_password(file):
        password = click.prompt("Password of the backup", hide_input=True)
    begun = time.monotonic()
    data_dir = data_dir_of(os.environ)
    refuse_filled_folder(data_dir, ours={file, key_file})
    key = unlock(file, Lock(password=password, key_file=key_file))
    description = read_description(file, key)
    _refuse_other_secrets(description, os.environ)
    with _emptied_on_failure(data_dir, description):
        write_files(data_dir, description, os.environ)
        key_files = write_keys(data_dir, description, os.environ)
        settings = Settings.from_env({**os.environ, **key_files})
        url = owner_database_of(settings)
        refuse_pooler(url, settings)
        restore_database(url, file, key, description)
        move_tables(settings, copied=False)
    add_erasures(settings.erasures, parse_erasures(description.erasures))
    erased = erase_again(database_of(settings), settings)
    _tell(description, key_files, erased, time.monotonic() - begun)


def _tell(
    description: Description, key_files: Mapping[str, str], erased: int, seconds: float
) -> None:
    rows = sum(count for count, _ in description.contents.tables.values())
    click.echo(
        f"Restored as it was at {description.made_at}: {len(description.contents.tables)} tables "
        f"with {rows} rows, every sum equal, in {seconds:.1f} seconds."
    )
    click.echo(f"People erased again, who were erased since: {erased}.")
    click.echo("Settings it ran with, to be set again where they are not:")
    for name, value in {**description.settings, **key_files}.items():
        click.echo(f"  {name}={value}")


def refuse_filled_folder(data_dir: Path, *, ours: Collection[Path | None] = ()) -> None:
    """Refuse a data folder in which a service has its files.

    Args:
        ours: the backup itself and its key, which may lie there.
    """
    named = {path.absolute() for path in ours if path is not None}
    for path in data_dir.iterdir() if data_dir.is_dir() else ():
        ignored = path.absolute() in named or path.name == ERASURES
        if path.name in WRITTEN_ANEW or (path.is_file() and not ignored):
            raise BackupError(
                f"{data_dir} is not empty: {path.name} stands there. "
                "Restore into a new folder, named by LOYALTY_DATA_DIR."
            )


def read_description(file: Path, key: Identity) -> Description:
    """Read all of a backup, so that damage anywhere shows; return what it says of itself.

    Raises:
        BackupError: it is damaged, or of a newer release.
    """
    parts: dict[str, bytes] = {}
    with opened_backup(file, key) as found:
        for part in found:
            if not part.name.startswith(DUMP):
                parts[part.name] = part.content
    try:
        manifest = json.loads(parts[MANIFEST])
        release_is_known = manifest["format"] == FORMAT and knows_revision(manifest["revision"])
    except (KeyError, ValueError, TypeError) as error:
        raise BackupError(f"{file} is no backup of loyalty.") from error
    if not release_is_known:
        raise BackupError(
            f"{file} is of release {manifest['release']}, which is newer than this one; "
            "install that release first."
        )
    files = {
        name.removeprefix(FILES): content
        for name, content in parts.items()
        if name.startswith(FILES)
    }
    keys = {
        name.removeprefix(KEYS): content.decode()
        for name, content in parts.items()
        if name.startswith(KEYS)
    }
    erasures = parts[ERASURES].decode()
    contents = _contents(manifest)
    return Description(manifest["made_at"], contents, manifest["settings"], files, keys, erasures)


def knows_revision(revision: str | None) -> bool:
    """Return whether this release can bring tables on from there; None is of no tables."""
    known = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return revision in {None, *(one.revision for one in known)}


def _contents(manifest: Mapping[str, Any]) -> Contents:
    return Contents(
        manifest["server"],
        manifest["revision"],
        [Role(**role) for role in manifest["roles"]],
        {name: (rows, total) for name, (rows, total) in manifest["tables"].items()},
    )


def _refuse_other_secrets(description: Description, environ: Mapping[str, str]) -> None:
    """Refuse what is given in place of the backup's own, under which nothing would open."""
    secret = description.secret
    for name, own in {SECRET: secret, DATA_KEY: secret, **description.keys}.items():
        given = given_secret(environ, name)
        if given and given != own:
            raise BackupError(
                f"{name} is not that of the backup, and nothing sealed under it would open: leave "
                "it unset, and the backup's own is put into the data folder."
            )


def write_files(data_dir: Path, description: Description, environ: Mapping[str, str]) -> None:
    """Write the small files of a backup, readable by their owner alone; what is there stays."""
    data_dir.mkdir(parents=True, exist_ok=True)
    for name, content in description.files.items():
        path = data_dir / Path(name).name
        if name != SECRET_FILE and not path.exists():
            _write_privately(path, content)
    # What the operator gives otherwise need not lie on the disk.
    if given_secret(environ, SECRET) is None:
        _write_secret(data_dir / SECRET_FILE, description.secret)


def write_keys(
    data_dir: Path, description: Description, environ: Mapping[str, str]
) -> Mapping[str, str]:
    """Write the keys of personal data that are not given; return the settings that name them."""
    named = {}
    for name, key in description.keys.items():
        if not given_secret(environ, name):
            path = data_dir / KEY_FILES[name]
            _write_secret(path, key)
            named[f"{name}_FILE"] = str(path)
    return named


def _write_secret(path: Path, secret: str) -> None:
    """Write a secret so that it is read again as it is, whatever its end."""
    _write_privately(path, f"{secret}\n".encode())


def _write_privately(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


@contextmanager
def _emptied_on_failure(data_dir: Path, description: Description) -> Iterator[None]:
    """Let a second try find the folder as it was."""
    before = set(data_dir.iterdir()) if data_dir.is_dir() else set()
    try:
        yield
    except BaseException:
        if (data_dir / DATABASE_FOLDER).exists():
            leave_embedded_database(data_dir)
            shutil.rmtree(data_dir / DATABASE_FOLDER)
        written = {data_dir / Path(name).name for name in (*description.files, *KEY_FILES.values())}
        for path in written - before:
            path.unlink(missing_ok=True)
        raise


def restore_database(url: str, file: Path, key: Identity, description: Description) -> None:
    """Fill an empty database from a backup, and see that all of it is there.

    Raises:
        BackupError: the database is not empty, its server is too old, or something differs.
    """
    if is_filled(url):
        raise BackupError(
            "The database to restore into is not empty; make a new one for the backup."
        )
    contents = description.contents
    make_roles(url, contents.roles)
    with opened_backup(file, key) as parts:
        put_back(url, _pieces(parts), dumped_from=contents.server)
    there = contents_of(url).tables
    if different := [name for name in contents.tables if there.get(name) != contents.tables[name]]:
        raise BackupError(f"The restored database differs in {', '.join(different)}.")


def _pieces(parts: Iterator[Part]) -> Iterator[bytes]:
    return (part.content for part in parts if part.name.startswith(DUMP))
