"""How a person shows in texts that others have written, so that it can be taken out of them."""

import re
from collections.abc import Iterable

from loyalty.rules.typed_text import make_name_key

FORGOTTEN = "—"
"""Stands where somebody's name, home or number stood."""

SHORTEST_NAME = 2
SHORTEST_HOME = 4
SHORTEST_PHONE = 7
"""Letters and digits below which a text would lose what was never meant of anybody."""

COUNTRY = "86"

_BETWEEN = r"[\s·•‧.-]*"
_BEFORE, _AFTER = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"


def make_trace_pattern(name: str, unit: str, phone: str | None) -> str | None:
    """Return what matches a name, a home and a number wherever they stand in a text.

    Python and PostgreSQL read it alike, and neither minds capitals if told so. Blanks and dots
    between the letters do no harm; a name of one letter, or a home of a few, is no trace.

    Args:
        phone: in E.164 form; it is found with and without the country's code.

    Returns:
        None where nothing of it would be told from other words.
    """
    found = [
        _spread(name, SHORTEST_NAME),
        _spread(unit, SHORTEST_HOME),
        None if phone is None else _spread(phone, SHORTEST_PHONE),
        None if phone is None else _spread(_at_home(phone), SHORTEST_PHONE),
    ]
    patterns = [one for one in found if one is not None]
    return "|".join(patterns) or None


def replace_traces(pattern: str, text: str) -> str:
    """Return a text in which whoever a pattern is about is not told."""
    return re.sub(pattern, FORGOTTEN, text, flags=re.IGNORECASE)


def words_of_contact(contact: str) -> list[str]:
    """Return what may name somebody in a line such as 王芳 13800000000: its words and numbers."""
    return [contact, *re.findall(rf"[^\W\d_]+|\d{{{SHORTEST_PHONE},}}", contact)]


def is_named(name: str, text: str) -> bool:
    """Return whether a text names somebody, whatever stands between the letters of the name."""
    key = make_name_key(name)
    # A single character may be part of any word, and so may a name in small Latin letters.
    return (len(name) > 1 and name in text) or (
        len(key) > 1 and not key.isascii() and key in make_name_key(text)
    )


def _at_home(phone: str) -> str:
    return phone.removeprefix(f"+{COUNTRY}")


def _spread(text: str, shortest: int) -> str | None:
    letters = [letter for letter in text if letter.isalnum()]
    if len(letters) < shortest:
        return None
    return _bounded(_BETWEEN.join(letters), letters)


def _bounded(pattern: str, letters: Iterable[str]) -> str:
    """Return a pattern that begins and ends where a word or a number does, if it is in Latin."""
    first, *_, last = letters
    before = _BEFORE if first.isascii() else ""
    after = _AFTER if last.isascii() else ""
    return f"{before}{pattern}{after}"
