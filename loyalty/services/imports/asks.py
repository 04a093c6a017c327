"""What may be asked about a whole table, and what its titles say about it."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TypeVar

from loyalty.models import DeedKind
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.imports.intake import Ask

YES, NO = "是", "否"
ATTESTED, ESTIMATED = "有凭据", "估计"
BY_UNIT = "by_unit"
"""Whoever lives at one address is one household."""

Found = TypeVar("Found")

_DAY = re.compile(
    r"(?:(\d{4})\s*年\s*)?(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]"
    r"|(?<!\d)(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})(?!\d)"
    r"|(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)"
    r"|\A\s*(\d{1,2})[.-](\d{1,2})(?![-.\d]|\s*(?:[栋幢楼单室层区期届章节度版个小米元人次]|号楼))",
    re.ASCII,
)
_SEVERAL_DAYS = re.compile(
    r"[\d日号]\s*(?:至|到|、|和|及|,|/|[-~\u2010-\u2015\u301c])\s*(?:\d{1,2}\s*月\s*)?\d{1,2}\s*[日号]",
    re.ASCII,
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)", re.ASCII)


def list_resident_asks(households_at: Mapping[str, Collection[str]]) -> list[Ask]:
    """Return what is asked about a register.

    Args:
        households_at: by the key of an address: the households known to live there.
    """

    def household(_: str, cells: Mapping[str, str]) -> str:
        unit = cells.get("unit", "")
        known = households_at.get(make_reference_key(unit), ())
        return next(iter(known)) if len(known) == 1 else unit

    return [
        Ask("adult", (YES, NO)),
        Ask("household_ref", (BY_UNIT,), cell=household),
        Ask("consent_membership", (YES, NO)),
    ]


def list_deed_asks(kinds: Collection[DeedKind], *, today: date) -> list[Ask]:
    """Return what is asked about a sign-in sheet, and mostly stands in its title."""
    names = [kind.name for kind in kinds]
    return [
        Ask("done_on", stated=lambda titles: _day_in(titles, today)),
        Ask("kind", names, stated=lambda titles: _kind_in(titles, names)),
        Ask("source", stated=lambda titles: titles[0] if titles else None),
    ]


def list_contribution_asks(kinds: Sequence[str], *, today: date) -> list[Ask]:
    """Return what is asked about a list of contributions, and mostly stands in its title.

    Args:
        kinds: the names of those that may be named.
        today: the last day that may be meant.
    """
    return [
        Ask("happened_on", stated=lambda titles: _day_in(titles, today)),
        Ask("kind", kinds, stated=lambda titles: _kind_in(titles, kinds)),
        Ask("label", (ATTESTED, ESTIMATED)),
        Ask("evidence", stated=lambda titles: titles[0] if titles else None),
    ]


def _kind_in(titles: Sequence[str], names: Collection[str]) -> str | None:
    text = "".join(titles)
    return _get_only([name for name in names if name in text])


def _day_in(titles: Sequence[str], today: date) -> str | None:
    """Return the one day that titles name, as a cell would say it.

    Where they name no year, it is the last such day that has come. Of ``11月3日至5日`` nobody knows
    which is meant.
    """
    plain = [unicodedata.normalize("NFKC", title) for title in titles]
    if any(map(_SEVERAL_DAYS.search, plain)):
        return None
    year = _get_only(_YEAR.findall(" ".join(plain)))
    found = [match for title in plain for match in _DAY.finditer(title)]
    days = [_day_of([part for part in match.groups() if part], year, today) for match in found]
    only = _get_only(days)
    return None if only is None else only.isoformat()


def _day_of(parts: Sequence[str], year: str | None, today: date) -> date | None:
    """Return the day of a month and a day, before which a year may stand."""
    month, day = map(int, parts[-2:])
    return _make_day(parts[0] if len(parts) > len(("month", "day")) else year, month, day, today)


def _make_day(year: str | None, month: int, day: int, today: date) -> date | None:
    years = [today.year, today.year - 1] if year is None else [int(year)]
    for one in years:
        try:
            found = date(one, month, day)
        except ValueError:
            continue
        if year is not None or found <= today:
            return found
    return None


def _get_only(found: Sequence[Found]) -> Found | None:
    """Return what was found, if it is always the same."""
    return found[0] if len(set(found)) == 1 else None
