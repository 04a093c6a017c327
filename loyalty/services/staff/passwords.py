"""Passwords, kept as Argon2id hashes only; what others guess first is refused."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from loyalty.services.errors import CommonPasswordError, ValueRefusedError

SHORTEST_PASSWORD = 12

STRONG_ENOUGH = 3
"""Of the estimate's marks from 0 to 4: more than 10⁸ guesses by whoever knows what is common."""

LONGEST_ESTIMATED = 72
"""Letters that are estimated: more are not guessed, and the estimate would take too long."""

_hasher = PasswordHasher()

_estimating = Lock()
"""Held while a password is estimated: zxcvbn keeps the words about it where all threads read."""


def hash_password(password: str) -> str:
    """Return what is kept of a password (RFC 9106, the profile for little memory)."""
    return _hasher.hash(_encode(password))


def hash_new_password(password: str, *, about: Iterable[str]) -> str:
    """Return what is kept of a password that somebody chooses.

    Args:
        about: words that others would try first, such as the name of the account.

    Raises:
        ValueRefusedError: it is too short.
        CommonPasswordError: it is on the lists of what is tried first, or made of such words.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise ValueRefusedError("/password", f"Use at least {SHORTEST_PASSWORD} characters.")
    # The estimate knows lists of passwords that have leaked, of words and names, and keyboards.
    words = [word for word in about if word]
    with _estimating:
        guessed = zxcvbn(password[:LONGEST_ESTIMATED], user_inputs=words)
    if guessed["score"] < STRONG_ENOUGH:
        raise CommonPasswordError("/password", "This password is among the first that are guessed.")
    return hash_password(password)


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
