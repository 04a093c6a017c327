"""What one cell of an uploaded table shows, and what is odd about it."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum

LONGEST_CELL = 201
"""One letter more than any field may have, so that a longer text is noticed and not cut."""
EXACT_BELOW = 10**15
"""A spreadsheet keeps fifteen digits of a number; the others it has made zeros."""

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
ERROR = re.compile(
    r"[#＃](?:[^\W\d\u2e80-\uffff](?:[^\W\d\u2e80-\uffff]|[./／])+0?|[#＃]+|[^\s#]{1,12}[!?！？])"
    r"|(?:Err|错误|錯誤)[:：]\d{3}",
    re.IGNORECASE,
)
"""What stands in a cell whose formula went wrong, in the languages of Excel and LibreOffice:
``#N/A``, ``#WERT!``, ``#Н/Д``. Digits and Han letters alone behind the sign may number a house."""
SCIENTIFIC = re.compile(r"[+-]?(?:\d\.\d+E\+?\d{1,2}|\dE\+\d{1,2})", re.IGNORECASE | re.ASCII)
"""A long number as Excel shows it in a narrow column, and as it then saves it."""


class CellMark(StrEnum):
    """What is odd about a cell. What a column does not take is refused, by `import_intake`."""

    ERROR = "error"
    """A formula went wrong."""
    DATE = "date"
    """The spreadsheet holds it for a date."""
    TIME = "time"
    """The spreadsheet holds it for a time of day or a length of time."""
    FRACTION = "fraction"
    """The spreadsheet holds it for a number, and it is no whole one."""
    INEXACT = "inexact"
    """A number whose last digits the spreadsheet has lost."""
    LINES = "lines"
    """Several lines stand in it."""
    MERGED = "merged"
    """It is merged with the one above, and says what that one says."""
    STRAY_QUOTE = "stray_quote"
    """A quotation mark in a text file has no partner, so where the cell ends is unknown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one cell shows."""

    text: str
    mark: CellMark | None = None


EMPTY = Shown("")


def show(value: object) -> Shown:
    """Return what a value shows. A letter that cannot be shown becomes U+FFFD, and is noticed."""
    if isinstance(value, bool):
        return Shown("TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        return _show_number(value)
    if isinstance(value, date):
        return Shown(str(value)[: len("2026-11-16")], CellMark.DATE)
    if isinstance(value, time):
        return Shown(value.strftime("%H:%M"), CellMark.TIME)
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return Shown(f"{minutes // 60}:{minutes % 60:02d}", CellMark.TIME)
    return _show_text(str(value))


def _show_number(value: float) -> Shown:
    """Return a number with the fifteen digits that a spreadsheet shows of it."""
    if abs(value) >= EXACT_BELOW:
        return Shown(f"{value:.15g}", CellMark.INEXACT)
    text = format(Decimal(f"{value:.15g}"), "f")
    return Shown(text, CellMark.FRACTION if "." in text else None)


def _show_text(cell: str) -> Shown:
    text = CONTROL.sub("\ufffd", " ".join(cell.split()))[:LONGEST_CELL]
    if ERROR.fullmatch(text):
        return Shown(text, CellMark.ERROR)
    if SCIENTIFIC.fullmatch(text):
        return Shown(text, CellMark.INEXACT)
    if len([line for line in cell.splitlines() if line.strip()]) > 1:
        return Shown(text, CellMark.LINES)
    return Shown(text)
