"""The file of a backup: a tar, encrypted with age, that nobody opens without its password or key.

Under a key file it is what ``age -d -i KEY FILE | tar x`` opens. Under a password a key of its own
stands in front, locked with that password and armoured, so that what follows can be of any length.
What is read is checked as it is read: damage, or an end that is missing, shows by itself.
"""

import io
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import IO

import pyrage
from pyrage.x25519 import Identity

from loyalty.rules.errors import LoyaltyError

SHORTEST_PASSWORD = 12

ARMOUR = b"-----BEGIN AGE ENCRYPTED FILE-----"
ARMOUR_ENDS = b"-----END AGE ENCRYPTED FILE-----\n"
LONGEST_ARMOUR = 4096
"""Bytes within which a locked key ends."""

AGE = b"age-encryption.org/"
"""With which every file of age begins."""

TAR_BLOCK = 512


class BackupError(LoyaltyError):
    """A backup cannot be written, opened or restored; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file within a backup."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """With what a backup is locked, or opened: one of the two."""

    password: str | None = field(default=None, repr=False)
    key_file: Path | None = None
    """Where an age identity stands, ``AGE-SECRET-KEY-1…``, in a line of its own."""


def make_key_file(path: Path) -> None:
    """Write a new key, readable by its owner; one that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), open(path, "x", opener=_open_privately) as file:
        file.write(
            f"# Opens the backups of loyalty. Keep a copy elsewhere.\n{Identity.generate()}\n"
        )


def write_backup(path: Path, parts: Iterable[Part], lock: Lock) -> None:
    """Write a backup; it has its name once it is complete, and can be read by its owner alone.

    Raises:
        BackupError: the name is taken, there is no room, or the key cannot be used.
    """
    if path.exists():
        raise BackupError(f"{path} is there already; choose another name.")
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    pulled = _Pulled(_tar(parts))
    try:
        with open(unfinished, "xb", opener=_open_privately) as file:
            identity = _lock_file(file, lock)
            pyrage.encrypt_io(pulled, file, [identity.to_public()])
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except (OSError, pyrage.EncryptError) as error:
        if pulled.failure is not None:
            raise pulled.failure from None
        raise BackupError(f"{path} cannot be written: {error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def opened_backup(path: Path, key: Identity) -> Iterator[Iterator[Part]]:
    """Give the parts of a backup, decrypted one after the other.

    That they are what was written, and all of it, is known once the block has ended well.

    Args:
        key: from `unlock`.

    Raises:
        BackupError: it is damaged or cut off, or the key is another one's.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        file.seek(_beginning(file))
        reading, writing = os.pipe()
        failures: list[Exception] = []
        thread = Thread(target=_decrypt, args=(file, writing, key, failures))
        with os.fdopen(reading, "rb") as plain:
            thread.start()
            try:
                yield _parts(plain, failures, path)
                # To the end, which is what tells that nothing is missing.
                while not failures and plain.read(io.DEFAULT_BUFFER_SIZE):
                    pass
            finally:
                plain.close()
                thread.join()
        _refuse_failed(failures, path)


def _parts(plain: IO[bytes], failures: list[Exception], path: Path) -> Iterator[Part]:
    try:
        with tarfile.open(fileobj=plain, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is not None:
                    yield Part(member.name, content.read())
    except tarfile.TarError as error:
        _refuse_failed([*failures, error], path)


def _refuse_failed(failures: list[Exception], path: Path) -> None:
    if not failures:
        return
    if "No matching keys" in str(failures[0]):
        raise BackupError(f"The key does not open {path}: it is another one's.")
    raise BackupError(f"{path} is damaged or cut off; take another copy of it.")


def _decrypt(file: IO[bytes], writing: int, identity: Identity, failures: list[Exception]) -> None:
    """Write what is in a file into a pipe; what fails is told to whoever reads."""
    # Whoever reads may stop before the end, which breaks the pipe, also as it is closed.
    with suppress(BrokenPipeError), os.fdopen(writing, "wb") as plain:
        try:
            pyrage.decrypt_io(file, plain, [identity])
        except BrokenPipeError:
            pass
        except (OSError, pyrage.DecryptError) as error:
            failures.append(error)


def _lock_file(file: IO[bytes], lock: Lock) -> Identity:
    """Return the key under which to write; one that a password locks is written in front."""
    if lock.key_file is not None:
        return _read_key(lock.key_file)
    identity, password = Identity.generate(), lock.password or ""
    if len(password) < SHORTEST_PASSWORD:
        raise BackupError(f"The password must have at least {SHORTEST_PASSWORD} characters.")
    file.write(pyrage.passphrase.encrypt(str(identity).encode(), password, armored=True))
    return identity


def unlock(path: Path, lock: Lock) -> Identity:
    """Return the key that opens a backup.

    Raises:
        BackupError: it is no backup, or is locked otherwise.
    """
    try:
        with path.open("rb") as file:
            head = file.read(LONGEST_ARMOUR)
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error
    if head.startswith(AGE):
        if lock.key_file is None:
            raise BackupError(f"{path} is opened by its key file: --key-file.")
        return _read_key(lock.key_file)
    if not head.startswith(ARMOUR) or ARMOUR_ENDS not in head:
        raise BackupError(f"{path} is no backup of loyalty, or its beginning is damaged.")
    if lock.password is None:
        raise BackupError(f"{path} is opened by its password, not by a key file.")
    armoured, end, _ = head.partition(ARMOUR_ENDS)
    try:
        key = pyrage.passphrase.decrypt(armoured + end, lock.password)
    except pyrage.DecryptError as error:
        raise BackupError(f"The password does not open {path}.") from error
    return Identity.from_str(key.decode())


def _beginning(file: IO[bytes]) -> int:
    """Return where the content of a file begins: behind its key, where that stands in front."""
    head, end, _ = file.read(LONGEST_ARMOUR).partition(ARMOUR_ENDS)
    return len(head) + len(end) if head.startswith(ARMOUR) else 0


def needs_password(path: Path) -> bool:
    """Return whether a backup is locked with a password."""
    try:
        with path.open("rb") as file:
            return file.read(len(ARMOUR)) == ARMOUR
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error


def _read_key(path: Path) -> Identity:
    try:
        lines = path.read_text("ascii").splitlines()
        (key,) = (line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-1"))
        return Identity.from_str(key)
    except (OSError, ValueError, pyrage.IdentityError) as error:
        raise BackupError(f"{path} holds no key that opens backups.") from error


def _tar(parts: Iterable[Part]) -> Iterator[bytes]:
    """Give a tar piece by piece, which no disk need hold."""
    for part in parts:
        entry = tarfile.TarInfo(part.name)
        entry.size, entry.mode = len(part.content), 0o600
        yield entry.tobuf(tarfile.USTAR_FORMAT)
        yield part.content
        yield b"\0" * (-entry.size % TAR_BLOCK)
    yield b"\0" * 2 * TAR_BLOCK


class _Pulled:
    """Pieces, as whoever reads a file wants them."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")
        self.failure: BaseException | None = None
        """Why there are no more, which the encryption tells as a text alone."""

    def read(self, size: int) -> bytes:
        """Return at most this many bytes; none at the end."""
        while not self._rest:
            try:
                piece = next(self._pieces, None)
            except BaseException as error:
                self.failure = error
                raise
            if piece is None:
                return b""
            self._rest = memoryview(piece)
        taken, self._rest = self._rest[:size], self._rest[size:]
        return bytes(taken)


def _open_privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
