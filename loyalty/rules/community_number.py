"""The number of a community in the secrets it gives out, so that a look-up knows whose they are.

A token says it in decimal, as ``till_7_<secret>``. A pairing code ends with it, in the letters of
the code, as ``ABCD-2345-9``.
"""

import re

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0, 1, I, L and O, which are read for one another."""
CODE_SECRET = 8
"""How many letters of a pairing code are its secret; those behind them are the number."""

NOBODYS = 0
"""Numbers begin at 1."""

SECRET_BYTES = 32
"""Of a token; base64url makes 43 letters of them."""

_NUMBERED = re.compile(r"[a-z]+_([1-9][0-9]{0,9})_[A-Za-z0-9_-]{43}")


def make_numbered_token(prefix: str, number: int, secret: str) -> str:
    """Return a token that names its community.

    Args:
        prefix: whose kind it is, with the line behind it: ``till_``.
        number: the community's.
        secret: `SECRET_BYTES` in base64url.
    """
    return f"{prefix}{number}_{secret}"


def read_number_in_token(token: str) -> int | None:
    """Return the number in a token; None in one of before there were numbers, which is shorter."""
    found = _NUMBERED.fullmatch(token)
    return int(found[1]) if found else None


def format_code(secret: str, number: int) -> str:
    """Return a pairing code in groups, as it is shown: ABCD-2345-3."""
    half = CODE_SECRET // 2
    return f"{secret[:half]}-{secret[half:]}-{_to_letters(number)}"


def split_code(letters: str) -> tuple[str, int | None]:
    """Return the secret of a pairing code, and the number of its community.

    Args:
        letters: of the code, without what stands between its groups.

    The number is None where nothing stands behind the secret, and `NOBODYS` where it is misspelled.
    """
    secret, rest = letters[:CODE_SECRET], letters[CODE_SECRET:]
    return secret, _from_letters(rest) if rest else None


def _to_letters(number: int) -> str:
    higher, digit = divmod(number, len(CODE_ALPHABET))
    return (_to_letters(higher) if higher else "") + CODE_ALPHABET[digit]


def _from_letters(letters: str) -> int:
    number = 0
    for letter in letters:
        if letter not in CODE_ALPHABET:
            return NOBODYS
        number = number * len(CODE_ALPHABET) + CODE_ALPHABET.index(letter)
    return number
