"""Where the seed of a draw comes from: named before anybody can know it, and read in one way alone.

A seed that could be written in two ways could be chosen between the two, so whatever a source gives
has one written form, and nothing else is taken.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from loyalty.rules.typed_text import fold


class SeedSource(StrEnum):
    """What gives the seed. Codes stand in frozen lists: add one, never rename one."""

    DICE = "dice"
    """One die, thrown five times before two witnesses."""
    DOUBLE_COLOUR_BALL = "double_colour_ball"
    """双色球 of the China Welfare Lottery: six red numbers up to 33, one blue up to 16."""
    SUPER_LOTTO = "super_lotto"
    """大乐透 of the China Sports Lottery: five numbers up to 35, two up to 12."""
    PICK_FIVE = "pick_five"
    """排列五 of the China Sports Lottery: five digits in their order."""
    DRAND = "drand"
    """The public beacon drand, network quicknet: the randomness of one round."""


LONGEST_WAIT = timedelta(days=31)
"""A draw waits no longer for its source; a later day is most likely mistyped."""

BEACON_GENESIS = datetime(2023, 8, 23, 15, 9, 27, tzinfo=UTC)
"""When round 1 of drand's quicknet came out."""
BEACON_PERIOD = timedelta(seconds=3)
BEACON_HOUR = 12
"""The round meant is the first at or after noon in the community."""

_SEPARATORS = re.compile(r"[\s,.、;；|+/-]+")
_BEACON = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class NamedSource:
    """The source of one draw, as it stands in the frozen list."""

    code: SeedSource
    day: date
    """The day of the throw, or the first on which the lottery or the beacon counts."""
    witnesses: tuple[str, ...] = ()
    """Names of the two who are to see it; empty where they are named with the seed alone."""
    beacon_round: int | None = None
    """Number of the round, of a beacon alone."""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """How the numbers of a source are written, part by part."""

    digits: int
    parts: Sequence[tuple[int, int, int]]
    """How many numbers each part has, the smallest and the largest."""
    rising: bool
    """No number comes twice in a part, and each part is written from the smallest to the largest.

    The order in which they were drawn means nothing then.
    """


_NUMBERS: Mapping[SeedSource, _Numbers] = MappingProxyType(
    {
        SeedSource.DICE: _Numbers(1, ((5, 1, 6),), rising=False),
        SeedSource.DOUBLE_COLOUR_BALL: _Numbers(2, ((6, 1, 33), (1, 1, 16)), rising=True),
        SeedSource.SUPER_LOTTO: _Numbers(2, ((5, 1, 35), (2, 1, 12)), rising=True),
        SeedSource.PICK_FIVE: _Numbers(1, ((5, 0, 9),), rising=False),
    }
)


def is_day_open(code: SeedSource, day: date, today: date) -> bool:
    """Return whether a source may be named today: nobody can know what it gives on its day.

    Dice are thrown today at the earliest. What is drawn elsewhere may be out already today.
    """
    earliest = today if code is SeedSource.DICE else today + timedelta(days=1)
    return earliest <= day <= today + LONGEST_WAIT


def find_beacon_round(noon: datetime) -> int:
    """Return the number of the first round of the beacon at or after an instant."""
    return -((BEACON_GENESIS - noon) // BEACON_PERIOD) + 1


def read_seed(code: SeedSource, typed: str) -> str:
    """Return what a source has given in the one form in which it is a seed.

    Numbers are parted by one blank, as ``3 5 2 6 1`` or ``03 07 12 18 22 31 09``; a beacon's
    randomness is 64 lower-case hexadecimal digits.

    Raises:
        ValueError: the source cannot have given this.
    """
    text = fold(typed)
    if code is SeedSource.DRAND:
        if not _BEACON.fullmatch(text.lower()):
            raise ValueError("The randomness of a beacon has 64 hexadecimal digits.")
        return text.lower()
    form = _NUMBERS[code]
    numbers = _numbers_in(text, form)
    written: list[str] = []
    for count, least, most in form.parts:
        part, numbers = numbers[:count], numbers[count:]
        if len(part) < count or not all(least <= one <= most for one in part):
            raise ValueError(f"{count} numbers from {least} to {most} are missing.")
        if form.rising and len(set(part)) < count:
            raise ValueError("A number comes twice.")
        in_order = sorted(part) if form.rising else part
        written.extend(f"{one:0{form.digits}}" for one in in_order)
    if numbers:
        raise ValueError("These are too many numbers.")
    return " ".join(written)


def _numbers_in(text: str, form: _Numbers) -> list[int]:
    """Return the numbers that are written with or without something between them."""
    words = [word for word in _SEPARATORS.split(text) if word]
    if form.digits == 1 or len(words) == 1:
        run = "".join(words)
        words = [run[start : start + form.digits] for start in range(0, len(run), form.digits)]
    if not all(word.isascii() and word.isdigit() and len(word) <= form.digits for word in words):
        raise ValueError("These are not the numbers of the source.")
    return [int(word) for word in words]
