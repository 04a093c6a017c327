"""Passwords, kept as Argon2id hashes only."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD = 12

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return what is kept of a password (RFC 9106, the profile for little memory)."""
    return _hasher.hash(_encode(password))


def password_matches(password: str, kept: str | None) -> bool:
    """Return whether this is the password; it takes as long where none is kept.

    Args:
        kept: from `hash_password`; None where there is no such account, which must not show.
    """
    try:
        matches = _hasher.verify(_hash_of_nothing() if kept is None else kept, _encode(password))
    except (VerificationError, InvalidHashError):
        return False
    return matches and kept is not None


@cache
def _hash_of_nothing() -> str:
    return hash_password("")


def _encode(password: str) -> bytes:
    """Return the bytes that are hashed: keyboards spell the same letters in more than one way."""
    return unicodedata.normalize("NFC", password).encode(errors="surrogatepass")
