"""Activation codes and PINs, kept as Argon2id hashes only.

A code is random, so little work for each guess is enough, and a sheet of cards is printed at once.
A PIN has a million values: it costs more, and its hash lies sealed with the operator's secret, so
that a copy of the database alone lets nobody try them all. What is sealed can be sealed anew, under
another secret; the PINs of before were hashed under the secret itself, and cannot.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag

from loyalty.services.sealing import seal, unseal

_codes = PasswordHasher(time_cost=1, memory_cost=2048, parallelism=1)
_pins = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

_PURPOSE = b"loyalty own page pin v1\0"
"""Of the PINs that were hashed under the secret."""

_SEAL_PURPOSE = b"loyalty own page pin v2\0"
SEALED = "sealed:"
"""Begins what is kept of a PIN whose hash lies sealed."""


def hash_code(code: str) -> str:
    """Return what is kept of an activation code."""
    return _codes.hash(code)


def code_matches(code: str, kept: str | None) -> bool:
    """Return whether this is the code; it takes as long where none is kept."""
    return _matches(_codes, code.encode(), kept or _code_of_nobody()) and kept is not None


def hash_pin(pin: str, page_id: UUID, *, sealing_key: bytes) -> str:
    """Return what is kept of a PIN, for one page: anywhere else it opens nothing."""
    hashed = _pins.hash(pin.encode()).encode()
    return write_sealed_pin(seal(hashed, sealing_key=sealing_key, owner=pin_owner(page_id)))


def pin_owner(page_id: UUID) -> bytes:
    """Return for what the hash of a PIN is sealed."""
    return _SEAL_PURPOSE + page_id.bytes


def write_sealed_pin(sealed: bytes) -> str:
    """Return what is kept of a PIN whose hash was sealed."""
    return SEALED + b64encode(sealed).decode()


def read_sealed_pin(kept: str) -> bytes | None:
    """Return the sealed hash of a PIN; None of one that was hashed under the secret itself."""
    return b64decode(kept.removeprefix(SEALED)) if kept.startswith(SEALED) else None


def pin_matches(
    pin: str, kept: str | None, page_id: UUID | None, *, sealing_keys: Sequence[bytes]
) -> bool:
    """Return whether this is the PIN of a page; it takes as long where there is none.

    Args:
        sealing_keys: that of the secret, then that of the one before, where it still opens what
            was made under it.
    """
    if kept is None or page_id is None:
        _matches(_pins, pin.encode(), _pin_of_nobody())
        return False
    sealed = read_sealed_pin(kept)
    if sealed is None:
        return any(_matches(_pins, _keyed(pin, key), kept) for key in sealing_keys)
    hashed = _open_first(sealed, pin_owner(page_id), sealing_keys)
    return _matches(_pins, pin.encode(), hashed or _pin_of_nobody()) and hashed is not None


def _open_first(sealed: bytes, owner: bytes, sealing_keys: Sequence[bytes]) -> str | None:
    """Return the hash that one of some keys opens; None if none does."""
    for key in sealing_keys:
        try:
            return unseal(sealed, sealing_key=key, owner=owner).decode()
        except InvalidTag:
            continue
    return None


def _matches(hasher: PasswordHasher, shown: bytes, kept: str) -> bool:
    try:
        return hasher.verify(kept, shown)
    except (VerificationError, InvalidHashError):
        return False


def _keyed(pin: str, sealing_key: bytes) -> bytes:
    return hmac.digest(sealing_key, _PURPOSE + pin.encode(), hashlib.sha256)


@cache
def _code_of_nobody() -> str:
    return hash_code("")


@cache
def _pin_of_nobody() -> str:
    return _pins.hash(b"")
