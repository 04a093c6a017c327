"""The locked file of a backup: what opens it, and what is told of one that nothing opens."""

import io
import tarfile
from pathlib import Path

import pyrage
import pytest

from loyalty.commands.backup_file import (
    SHORTEST_PASSWORD,
    BackupError,
    Lock,
    Part,
    make_key_file,
    needs_password,
    opened_backup,
    unlock,
    write_backup,
)

PASSWORD = "p" * SHORTEST_PASSWORD
PART = Part("manifest.json", b"of the backup")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "backup.key"
    make_key_file(path)
    return path


def test_a_password_that_is_too_short_locks_nothing(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=f"at least {SHORTEST_PASSWORD} characters"):
        write_backup(tmp_path / "short", [PART], Lock(password=PASSWORD[:-1]))

    assert [*tmp_path.iterdir()] == []


def test_what_is_locked_one_way_is_not_opened_the_other(tmp_path: Path, key_file: Path) -> None:
    by_key, by_password = tmp_path / "by-key", tmp_path / "by-password"
    write_backup(by_key, [PART], Lock(key_file=key_file))
    write_backup(by_password, [PART], Lock(password=PASSWORD))

    assert [needs_password(by_key), needs_password(by_password)] == [False, True]
    with pytest.raises(BackupError, match="is opened by its key file"):
        unlock(by_key, Lock(password=PASSWORD))
    with pytest.raises(BackupError, match="is opened by its password"):
        unlock(by_password, Lock(key_file=key_file))


@pytest.mark.parametrize("content", ["", "AGE-SECRET-KEY-1NONE", "ä"])
def test_a_file_without_a_key_locks_and_opens_nothing(
    tmp_path: Path, key_file: Path, content: str
) -> None:
    file, other = tmp_path / "market.backup", tmp_path / "other.key"
    write_backup(file, [PART], Lock(key_file=key_file))
    other.write_text(content, "utf-8")

    with pytest.raises(BackupError, match=r"other\.key holds no key"):
        unlock(file, Lock(key_file=other))
    with pytest.raises(BackupError, match=r"other\.key holds no key"):
        write_backup(tmp_path / "another", [PART], Lock(key_file=other))
    assert not (tmp_path / "another").exists()


def test_a_file_that_is_not_there_or_cannot_be_written_is_told(
    tmp_path: Path, key_file: Path
) -> None:
    gone, lock = tmp_path / "gone", Lock(key_file=key_file)
    write_backup(tmp_path / "market.backup", [PART], lock)
    key = unlock(tmp_path / "market.backup", lock)

    with pytest.raises(BackupError, match="gone cannot be read: No such file"):
        needs_password(gone)
    with pytest.raises(BackupError, match="gone cannot be read: No such file"):
        unlock(gone, lock)
    with pytest.raises(BackupError, match="gone cannot be read"), opened_backup(gone, key):
        pass
    with pytest.raises(BackupError, match="cannot be written"):
        write_backup(gone / "market.backup", [PART], lock)


def stop_after_one(file: Path, lock: Lock) -> None:
    with opened_backup(file, unlock(file, lock)) as parts:
        assert next(parts) == PART
        raise ValueError("enough")


def test_whoever_stops_reading_waits_for_nothing(tmp_path: Path, key_file: Path) -> None:
    """More is left than a pipe holds."""
    file, lock = tmp_path / "market.backup", Lock(key_file=key_file)
    write_backup(file, [PART, Part("database/00000000", bytes(1_000_000))], lock)

    with pytest.raises(ValueError, match="enough"):
        stop_after_one(file, lock)


def test_a_folder_in_a_tar_of_others_is_no_part(tmp_path: Path, key_file: Path) -> None:
    file, lock, content = tmp_path / "market.backup", Lock(key_file=key_file), io.BytesIO()
    write_backup(tmp_path / "first", [PART], lock)
    key = unlock(tmp_path / "first", lock)
    with tarfile.open(fileobj=content, mode="w") as tar:
        folder = tarfile.TarInfo("files")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        small = tarfile.TarInfo(PART.name)
        small.size = len(PART.content)
        tar.addfile(small, io.BytesIO(PART.content))
    file.write_bytes(pyrage.encrypt(content.getvalue(), [key.to_public()]))

    with opened_backup(file, key) as parts:
        assert [*parts] == [PART]
