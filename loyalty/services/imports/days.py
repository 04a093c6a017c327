"""Days as sheets write them; the year may stand in the title alone."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date

from loyalty.services.imports.layout import Cell, CellRefusedError, RowFaultCode, Surroundings
from loyalty.services.imports.table_cells import CellMark

_AROUND = (
    r"(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?(?:t?\d{1,2}:\d{2}(?::\d{2})?(?:\.0+)?z?)?[.。]?"
)
_FULL = re.compile(
    rf"(\d{{4}})(?:[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})[日号]?|(\d{{2}})(\d{{2}})){_AROUND}",
    re.ASCII,
)
_NO_YEAR = re.compile(
    rf"(?:(\d{{1,2}})月(\d{{1,2}})[日号]?|(\d{{1,2}})[./-](\d{{1,2}})){_AROUND}", re.ASCII
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=年|[-/.]\d|$)", re.ASCII)


def read_day(cell: str) -> date:
    """Return a date written as 2026-11-16, 2026/11/16, 2026.11.16, 20261116 or 2026年11月16日."""
    match = _FULL.fullmatch(_narrow(cell))
    if match is None:
        raise CellRefusedError(RowFaultCode.NOT_A_DATE)
    year, month, day_of_month = (int(part) for part in match.groups() if part is not None)
    return _make_date(year, month, day_of_month)


def make_past_day_reader(today: date) -> Callable[[str], date]:
    """Return a reader of days that have come, today included."""

    def read(cell: str) -> date:
        day = read_day(cell)
        if day > today:
            raise CellRefusedError(RowFaultCode.FUTURE_DATE)
        return day

    return read


def make_year_adder(today: date) -> Callable[[Cell, Surroundings], Cell]:
    """Return what adds the year to ``11月3日`` and ``11.3``.

    It is that of the title; where none stands there, the last in which the day has come.
    """

    def complete(cell: Cell, surroundings: Surroundings) -> Cell:
        match = _NO_YEAR.fullmatch(_narrow(cell.text))
        if match is None or _may_be_cut(cell):
            return cell
        month, day_of_month = (int(part) for part in match.groups() if part is not None)
        return Cell(str(_choose_year(month, day_of_month, surroundings.titles, today)))

    return complete


def _choose_year(month: int, day_of_month: int, titles: Sequence[str], today: date) -> date:
    years = {int(year) for title in titles for year in _YEAR.findall(title)}
    if len(years) == 1:
        return _make_date(years.pop(), month, day_of_month)
    this_year = _make_date(today.year, month, day_of_month)
    return this_year if this_year <= today else _make_date(today.year - 1, month, day_of_month)


def _make_date(year: int, month: int, day_of_month: int) -> date:
    try:
        return date(year, month, day_of_month)
    except ValueError as error:
        raise CellRefusedError(RowFaultCode.NOT_A_DATE) from error


def _may_be_cut(cell: Cell) -> bool:
    """Tell whether a number has lost a zero: typed as ``11.10``, it is held as ``11.1``."""
    return cell.mark is CellMark.FRACTION and cell.text[-2:] in {".1", ".2", ".3"}


def _narrow(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell).split()).casefold()
