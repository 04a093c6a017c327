"""Activation codes and PINs, kept as Argon2id hashes only.

A code is random, so little work for each guess is enough, and a sheet of cards is printed at once.
A PIN has a million values: it costs more, and is hashed under the operator's secret, so that a copy
of the database alone lets nobody try them all.
"""

import hashlib
import hmac
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_codes = PasswordHasher(time_cost=1, memory_cost=2048, parallelism=1)
_pins = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

_PURPOSE = b"loyalty own page pin v1\0"


def hash_code(code: str) -> str:
    """Return what is kept of an activation code."""
    return _codes.hash(code)


def code_matches(code: str, kept: str | None) -> bool:
    """Return whether this is the code; it takes as long where none is kept."""
    return _matches(_codes, code.encode(), kept or _code_of_nobody()) and kept is not None


def hash_pin(pin: str, *, sealing_key: bytes) -> str:
    """Return what is kept of a PIN."""
    return _pins.hash(_keyed(pin, sealing_key))


def pin_matches(pin: str, kept: str | None, *, sealing_key: bytes) -> bool:
    """Return whether this is the PIN; it takes as long where none is kept."""
    shown = _keyed(pin, sealing_key)
    return _matches(_pins, shown, kept or _pin_of_nobody()) and kept is not None


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
