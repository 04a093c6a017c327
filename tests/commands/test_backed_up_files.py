"""What goes along with a dump and comes back: small files, keys, settings; and what must agree."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from loyalty.commands.backup import LARGEST_FILE, describe, files_of
from loyalty.commands.backup_file import (
    AGE,
    ARMOUR,
    BackupError,
    Lock,
    Part,
    make_key_file,
    unlock,
    write_backup,
)
from loyalty.commands.dump import Contents, contents_of, dumped
from loyalty.commands.restore import Description, restore_database, write_files, write_keys
from loyalty.settings import Settings
from tests.commands.running import Operator
from tests.given import NOON, SECRET
from tests.kept_database import empty_database, plain

NOTHING = Contents(server=18, revision=None, roles=[], tables={})


def settings_in(folder: Path, **environ: str) -> Settings:
    given = {"LOYALTY_DATA_DIR": str(folder), "LOYALTY_SECRET_KEY": SECRET, **environ}
    return Settings.from_env(given)


def test_small_files_of_the_folder_go_along_and_no_earlier_backup(tmp_path: Path) -> None:
    for name, content in (("own-key", b"k"), ("by-key", AGE), ("by-password", ARMOUR)):
        (tmp_path / name).write_bytes(content)
    for name, size in (("large", LARGEST_FILE), ("too-large", LARGEST_FILE + 1)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
    (tmp_path / "elsewhere").symlink_to(tmp_path / "own-key")
    (tmp_path / "backups").mkdir()

    assert files_of(settings_in(tmp_path)).keys() == {"secret-key", "own-key", "large"}
    assert files_of(settings_in(tmp_path / "none")).keys() == {"secret-key"}


@pytest.mark.parametrize("said", ["", "allow", "all"])
def test_a_backup_says_the_settings_to_be_set_again_and_no_secret(
    tmp_path: Path, said: str
) -> None:
    settings = settings_in(tmp_path, LOYALTY_PRIVATE_RECEIVERS=said)

    told = describe(settings, NOTHING, now=NOON)

    assert told["settings"]["LOYALTY_PRIVATE_RECEIVERS"] == said
    assert settings_in(tmp_path, **told["settings"]) == settings
    assert SECRET not in json.dumps(told)


@pytest.mark.parametrize(
    ("keys", "opening"),
    [
        ({}, (SECRET,)),
        ({"LOYALTY_OLD_SECRET_KEY": "old"}, (SECRET, "old")),
        ({"LOYALTY_DATA_KEY": "own"}, ("own",)),
        ({"LOYALTY_DATA_KEY": "own", "LOYALTY_OLD_DATA_KEY": "before"}, ("own", "before")),
        ({"LOYALTY_DATA_KEY": "own", "LOYALTY_OLD_SECRET_KEY": "old"}, ("own",)),
    ],
)
def test_what_a_backup_opens_with_is_what_it_was_sealed_with(
    keys: Mapping[str, str], opening: tuple[str, ...]
) -> None:
    described = Description("", NOTHING, {}, {"secret-key": SECRET.encode()}, keys, erasures="")

    assert described.data_secrets == opening


def test_a_key_that_the_operator_gives_is_not_laid_on_the_disk(tmp_path: Path) -> None:
    keys = {"LOYALTY_DATA_KEY": "own", "LOYALTY_OLD_DATA_KEY": "before"}
    described = Description("", NOTHING, {}, {}, keys, erasures="")

    named = write_keys(tmp_path, described, {"LOYALTY_DATA_KEY": "own"})

    assert named == {"LOYALTY_OLD_DATA_KEY_FILE": str(tmp_path / "old-data-key")}
    assert [*tmp_path.iterdir()] == [tmp_path / "old-data-key"]


def test_a_secret_that_the_operator_gives_is_not_laid_on_the_disk(tmp_path: Path) -> None:
    files = {"secret-key": SECRET.encode(), "own-key": b"k"}
    described = Description("", NOTHING, {}, files, {}, erasures="")

    write_files(tmp_path / "given", described, {"LOYALTY_SECRET_KEY": SECRET})
    write_files(tmp_path / "not", described, {})

    assert {path.name for path in (tmp_path / "given").iterdir()} == {"own-key"}
    assert {path.name for path in (tmp_path / "not").iterdir()} == {"own-key", "secret-key"}


def test_whoever_names_no_key_is_asked_for_a_password_twice(server: str, tmp_path: Path) -> None:
    file = tmp_path / "market.backup"
    with empty_database(server) as url:
        operator = Operator(url, tmp_path / "data")
        short = operator.types("backup", str(file), answers="short\nshort\n")
        other = operator.types("backup", str(file), answers="one password\nanother one\n")

    assert "The password must have at least" in short.output
    assert "do not match" in other.output
    assert not file.exists()


def test_a_database_without_tables_is_backed_up_as_it_is(server: str, tmp_path: Path) -> None:
    file = tmp_path / "market.backup"
    with empty_database(server) as url:
        told = Operator(url, tmp_path / "data").types(
            "backup", str(file), "--key-file", str(tmp_path / "key")
        )

    assert told.exit_code == 0, told.output
    assert file.exists()


def test_a_restored_database_that_differs_from_what_was_backed_up_is_refused(
    server: str, tmp_path: Path
) -> None:
    file, lock = tmp_path / "market.backup", Lock(key_file=tmp_path / "key")
    make_key_file(tmp_path / "key")
    with empty_database(server) as url:
        with psycopg.connect(plain(url)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 9) AS number")
        contents = replace(contents_of(url), roles=[])
        with dumped(url) as (_, pieces):
            write_backup(file, (Part(f"database/{n:08}", p) for n, p in enumerate(pieces)), lock)
    rows, total = contents.tables["kept"]
    other = replace(contents, tables={"kept": (rows, total + 1)})

    for said, fault in ((contents, None), (other, "The restored database differs in kept")):
        described = Description("", said, {}, {}, {}, erasures="")
        with empty_database(server) as url:
            if fault is None:
                restore_database(url, file, unlock(file, lock), described)
                assert contents_of(url).tables == {"kept": (9, total)}
                continue
            with pytest.raises(BackupError, match=fault):
                restore_database(url, file, unlock(file, lock), described)
