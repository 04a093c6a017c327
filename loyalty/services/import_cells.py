"""What the cells of an uploaded table say: texts, yes and no, dates, points and rates."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from loyalty.rules.money import WHOLE, Permille
from loyalty.rules.typed_text import (
    code,
    fold,
    label,
    name_key,
    passage,
    person_name,
    reference_key,
)
from loyalty.services.errors import ValueRefusedError
from loyalty.services.import_layout import CellRefusedError, RowFaultCode
from loyalty.services.phones import in_e164
from loyalty.services.points import hundredths_of

Known = TypeVar("Known")

LONGEST_TEXT = 200

YES = frozenset(
    {"是", "同意", "已同意", "有", "对", "√", "✓", "✔", "y", "yes", "true", "1", "成年"}
)
NO = frozenset(
    {"否", "不同意", "未同意", "无", "不是", "×", "✗", "x", "n", "no", "false", "0", "未成年"}
)

_FORMULA = re.compile(r"[=@+]|-(?!\d+[\u4e00-\u9fff])")
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))", re.ASCII)
_RATE = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)(折|%)?", re.ASCII)


def text(cell: str) -> str:
    """Return a line of text. A spreadsheet would run one that begins like a formula: refused.

    A minus may stand before a floor below the ground, as in ``-1层``.
    """
    line = passage(cell)
    if "\ufffd" in line:
        raise CellRefusedError(RowFaultCode.DAMAGED_TEXT)
    if len(line) > LONGEST_TEXT:
        raise CellRefusedError(RowFaultCode.TOO_LONG, most=LONGEST_TEXT)
    if _FORMULA.match(fold(line)):
        raise CellRefusedError(RowFaultCode.FORMULA)
    return line


def named(cell: str) -> str:
    """Return a person's name; what has no letter is none."""
    name = person_name(text(cell))
    if not name_key(name):
        raise CellRefusedError(RowFaultCode.REQUIRED)
    return name


def called(cell: str) -> str:
    """Return what a thing, a home or a household is called."""
    name = label(text(cell))
    if not reference_key(name):
        raise CellRefusedError(RowFaultCode.REQUIRED)
    return name


def one_of(known: Iterable[tuple[str, Known]], unknown: RowFaultCode) -> Callable[[str], Known]:
    """Return a reader of names that must be known; a misspelled one is not taken for new.

    Of two that differ in nothing but blanks, case or width, each is known by its own spelling.
    """
    by_name = dict(known)
    by_key = defaultdict[str, list[Known]](list)
    for name, one in by_name.items():
        if one not in by_key[reference_key(name)]:
            by_key[reference_key(name)].append(one)

    def read(cell: str) -> Known:
        name = text(cell)
        if name in by_name:
            return by_name[name]
        found = by_key.get(reference_key(name), [])
        if len(found) != 1:
            raise CellRefusedError(unknown)
        return found[0]

    return read


def yes_or_no(cell: str) -> bool:
    """Return what a tick or a word says."""
    word = _narrow(cell)
    if word not in YES | NO:
        raise CellRefusedError(RowFaultCode.NOT_YES_OR_NO)
    return word in YES


def phone(cell: str) -> str:
    """Return a telephone number as it is stored."""
    try:
        return in_e164(cell)
    except ValueRefusedError as error:
        raise CellRefusedError(RowFaultCode.NOT_A_PHONE) from error


def day(cell: str) -> date:
    """Return a date written as 2026-11-16, 2026/11/16, 2026.11.16, 20261116 or 2026年11月16日."""
    match = _DATE.fullmatch(_narrow(cell))
    if match is None:
        raise CellRefusedError(RowFaultCode.NOT_A_DATE)
    year, month, day_of_month = (part for part in match.groups() if part is not None)
    try:
        return date(int(year), int(month), int(day_of_month))
    except ValueError as error:
        raise CellRefusedError(RowFaultCode.NOT_A_DATE) from error


def points(cell: str) -> int:
    """Return points of deeds, in hundredths."""
    try:
        return hundredths_of(_narrow(cell).removesuffix("分"))
    except ValueError as error:
        raise CellRefusedError(RowFaultCode.NOT_POINTS) from error


def rate(cell: str) -> Permille:
    """Return the share that is paid: 8.5, 8.5折, 85折, 85%, 0.85 and 850 are all 850 permille.

    It is never what is taken off: whoever writes 15 % gets 150, which no community's band holds.
    """
    match = _RATE.fullmatch(_narrow(cell))
    if match is None:
        raise CellRefusedError(RowFaultCode.NOT_A_RATE)
    number, unit = Decimal(match[1]), match[2]
    permille = number * (10 if unit == "%" else _permille_of_one(number))
    if permille != int(permille) or not 0 < permille <= WHOLE:
        raise CellRefusedError(RowFaultCode.NOT_A_RATE)
    return Permille(int(permille))


def _permille_of_one(number: Decimal) -> int:
    """Return what one of a written number is worth: a share, 折, per cent or permille."""
    steps = ((1, 1000), (10, 100), (100, 10))
    return next((worth for end, worth in steps if number < end), 1)


def _narrow(cell: str) -> str:
    """Return a cell without blanks and capitals, its digits and signs in half width."""
    return code(cell)
