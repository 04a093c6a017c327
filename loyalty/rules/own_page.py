"""The way in to a resident's own page: what opens it, how often it may be tried, and for how long.

An activation code is nine letters and digits that nobody reads for one another, 44 bits: whoever
guesses one a second needs four hundred thousand years. It is printed with a card, works once, and
lets its holder choose a PIN of six digits, which opens the page from then on.
"""

import secrets
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from loyalty.rules.card_number import number_of
from loyalty.rules.community_number import CODE_ALPHABET
from loyalty.rules.typed_text import clean_code_letters

CODE_LETTERS = 9
_GROUP = 3

PIN_DIGITS = 6

TRIES_BEFORE_A_LOCK = 5
FIRST_LOCK = timedelta(minutes=15)
_EACH_LOCK_IS_LONGER = 4
LONGEST_LOCK = timedelta(days=1)

SESSION_LASTS = timedelta(hours=1)
"""How long somebody stays signed in; a code that is shown goes on by itself."""

_OBVIOUS = frozenset({"112233", "147258", "258369", "159753", "520131", "131452", "168168"})
"""Read off the keys, or said everywhere, beside what is told by its form."""


class PinFault(StrEnum):
    """Why a PIN is not taken."""

    NOT_SIX_DIGITS = "not_six_digits"
    OBVIOUS = "obvious"
    """One of those that everybody tries first."""
    OF_THE_NUMBER = "of_the_number"
    """It stands on the card."""


def make_activation_code() -> str:
    """Return a code that nobody has had before."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LETTERS))


def format_activation_code(code: str) -> str:
    """Return a code as it is printed, in groups of three: ``ABC DEF GHJ``."""
    return " ".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def is_pin(typed: str) -> bool:
    """Return whether what somebody typed to sign in is a PIN, and no activation code."""
    letters = clean_code_letters(typed)
    return len(letters) == PIN_DIGITS and letters.isdecimal()


def find_pin_fault(typed: str, serials: frozenset[str] = frozenset()) -> PinFault | None:
    """Return why a PIN is not taken; None if it is.

    Args:
        typed: in any width, with blanks.
        serials: of the cards of the person, whose digits are no secret.
    """
    if not is_pin(typed):
        return PinFault.NOT_SIX_DIGITS
    pin = clean_code_letters(typed)
    if any(pin in number_of(serial) for serial in serials):
        return PinFault.OF_THE_NUMBER
    return PinFault.OBVIOUS if _is_obvious(pin) else None


def find_lock(failures: int) -> timedelta | None:
    """Return for how long no PIN is tried after some failures in a row; None for no time.

    Each fifth failure locks: for a quarter of an hour, then four times as long, at most a day.
    """
    locks, rest = divmod(failures, TRIES_BEFORE_A_LOCK)
    if rest or not locks:
        return None
    # Beyond the fifth it is a day anyway, and the power stays small.
    times: int = _EACH_LOCK_IS_LONGER ** min(locks - 1, 5)
    return min(FIRST_LOCK * times, LONGEST_LOCK)


def _is_obvious(pin: str) -> bool:
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    # All the same, up or down the keys, or a part that comes again.
    repeats = any(pin == pin[:part] * (PIN_DIGITS // part) for part in (1, 2, 3))
    return repeats or steps in ({1}, {9}) or pin in _OBVIOUS
