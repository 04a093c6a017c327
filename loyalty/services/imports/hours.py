"""Points of deeds as sheets give them: points, hours or minutes, by the cell or by the heading."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from loyalty.services.deeds.points import MOST_POINTS, POINT, parse_points
from loyalty.services.imports.layout import Cell, CellRefusedError, RowFaultCode, Surroundings

MINUTES = 60
LONGEST_DAY = 24
"""Hours; a larger number without a unit may as well be minutes."""

_NUMERALS = str.maketrans("一二两三四五六七八九", "1223456789")
_SIMPLIFIED = str.maketrans("時鐘鍾個點兩", "时钟钟个点两")
_NUMBER = r"\d{1,4}(?:\.\d{1,2})?"
_HOURS = rf"(?P<hours>{_NUMBER})(?:个半|半)?(?:个?(?:小时|钟头)|时|h|hr|hrs|hours?)"
_MINUTES = r"(?P<minutes>\d{1,5}(?:\.\d{1,2})?)(?:分钟?|m|min|mins|minutes?)"
_LENGTH = re.compile(rf"(?:{_HOURS})?(?P<half>半)?(?:零|又)?(?:{_MINUTES})?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::00)?", re.ASCII)
_BARE = re.compile(_NUMBER, re.ASCII)
_MINUTES_SHORT = re.compile(r"\d{1,5}(?:\.\d{1,2})?分", re.ASCII)
_HALF = re.compile(r"半个?(?:小时|钟头)", re.ASCII)
_LENGTH_HEADINGS = ("时长", "时数", "小时", "工时", "分钟", "hours", "minutes")
_MINUTE_HEADINGS = ("分钟", "minute")
_HOUR_HEADINGS = ("小时", "时数", "工时", "hour")


def read_points(cell: str) -> int:
    """Return points in hundredths: ``1.5``, ``2分``, ``30分钟``, ``1小时30分``, ``1:30``.

    An hour counts one point. Of minutes, the nearest hundredth of an hour counts.
    """
    narrow = _narrow(cell)
    minutes = _minutes_in(narrow)
    try:
        if minutes is None:
            return parse_points(narrow.removesuffix("分"))
    except ValueError as error:
        raise CellRefusedError(RowFaultCode.NOT_POINTS) from error
    hundredths = int((minutes * POINT / MINUTES).quantize(Decimal(1), ROUND_HALF_UP))
    if not 0 < hundredths <= MOST_POINTS:
        raise CellRefusedError(RowFaultCode.NOT_POINTS)
    return hundredths


def add_unit(cell: Cell, surroundings: Surroundings) -> Cell:
    """Return a cell with the unit that its heading gives: ``30分`` of a length is minutes."""
    heading = unicodedata.normalize("NFKC", surroundings.heading).casefold()
    narrow = _narrow(cell.text)
    if not _is_length(heading):
        if _CLOCK.fullmatch(narrow):
            raise CellRefusedError(RowFaultCode.NOT_POINTS)
        return cell
    if _MINUTES_SHORT.fullmatch(narrow):
        return Cell(f"{narrow}钟", cell.mark)
    if not _BARE.fullmatch(narrow):
        return cell
    if _says_minutes(heading):
        return Cell(f"{narrow}分钟", cell.mark)
    if Decimal(narrow) > LONGEST_DAY and not _says_hours(heading):
        raise CellRefusedError(RowFaultCode.UNCLEAR_HOURS, text=narrow)
    return cell


def _is_length(heading: str) -> bool:
    return any(word in heading for word in _LENGTH_HEADINGS) or _says_minutes(heading)


def _says_minutes(heading: str) -> bool:
    """Tell whether a heading asks for minutes, as in ``时长（分）``, and not for hours."""
    bracketed = re.search(r"[(\[【/]\s*(?:分|min)\s*[)\]】]?$", heading)
    named = any(word in heading for word in _MINUTE_HEADINGS)
    return (named or bool(bracketed)) and not _says_hours(heading)


def _says_hours(heading: str) -> bool:
    bracketed = re.search(r"[(\[【/]\s*(?:h|时)\s*[)\]】]?$", heading)
    return bool(bracketed) or any(word in heading for word in _HOUR_HEADINGS)


def _minutes_in(narrow: str) -> Decimal | None:
    """Return a length of time in minutes; None where the cell gives none."""
    clock = _CLOCK.fullmatch(narrow)
    if clock:
        return Decimal(int(clock[1]) * MINUTES + int(clock[2]))
    if _HALF.fullmatch(narrow):
        return Decimal(MINUTES // 2)
    match = _LENGTH.fullmatch(narrow)
    if match is None or (match["hours"] is None and match["minutes"] is None):
        return None
    if match["hours"] is None and narrow.endswith("分"):
        return None
    hours = Decimal(match["hours"] or 0)
    half = Decimal("0.5") if "半" in narrow else Decimal(0)
    return (hours + half) * MINUTES + Decimal(match["minutes"] or 0)


def _narrow(cell: str) -> str:
    """Return a cell without blanks and capitals, its digits in half width."""
    narrow = "".join(unicodedata.normalize("NFKC", cell).split()).casefold().translate(_SIMPLIFIED)
    return re.sub(
        r"[一二两三四五六七八九](?=个|小时|点|分)", lambda m: m[0].translate(_NUMERALS), narrow
    )
