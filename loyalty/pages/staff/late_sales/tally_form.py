"""The form in which a paper tally is typed in: what stands in its lines, and what it means."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from types import MappingProxyType
from uuid import UUID, uuid4

from flask_babel import LazyString, lazy_gettext
from werkzeug.exceptions import BadRequest

from loyalty.reports.tally_sheet import ROWS
from loyalty.rules.money import Fen, parse_yuan
from loyalty.rules.typed_text import fold
from loyalty.services.late_sales.paper_tally import LineFault, TallyLine
from loyalty.words.tally import LINE_FAULTS, NO_PRICE, NO_TIME

_TIME = re.compile(r"([0-9]{1,2})[:.点时]?([0-9]{2})分?")


@dataclass(frozen=True, slots=True)
class TallyCell:
    """How one cell of a line is typed in."""

    name: LazyString
    example: LazyString | str
    """Shown in the first line alone."""
    longest: int
    inputmode: str = "numeric"


CELLS: Mapping[str, TallyCell] = MappingProxyType(
    {
        "at": TallyCell(lazy_gettext("时间"), "10:21", 6),
        "number": TallyCell(lazy_gettext("卡号"), lazy_gettext("14位"), 24),
        "price": TallyCell(lazy_gettext("原价（元）"), "12.90", 12, "decimal"),
    }
)


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line as it was typed; whatever is wrong with it, nothing of it gets lost."""

    key: UUID
    """Made when the form was drawn."""
    at: str = ""
    number: str = ""
    price: str = ""

    @property
    def cells(self) -> Iterator[tuple[str, str, TallyCell]]:
        """What was typed, cell by cell, with the name of each and how it is typed."""
        for member, cell in CELLS.items():
            yield member, getattr(self, member), cell

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not (self.at or self.number or self.price)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line."""

    member: str
    """Name of the field it is about."""
    sentence: str


def empty_lines() -> list[TypedLine]:
    """Return as many lines as stand on the paper, each with a key of its own."""
    return [TypedLine(uuid4()) for _ in range(ROWS)]


def typed_lines(form: Mapping[str, str]) -> list[TypedLine]:
    """Return the lines of a form that was sent.

    Raises:
        BadRequest: it is not the form we drew.
    """
    try:
        return [
            TypedLine(
                key=UUID(form[f"key-{place}"]),
                at=_plain(form[f"at-{place}"]),
                number=_plain(form[f"number-{place}"]),
                price=_plain(form[f"price-{place}"]),
            )
            for place in range(ROWS)
        ]
    except (KeyError, ValueError) as error:
        raise BadRequest from error


def read_lines(typed: Sequence[TypedLine]) -> tuple[dict[int, TallyLine], dict[int, Fault]]:
    """Return the lines that can be read and the faults of the others, by their places."""
    lines: dict[int, TallyLine] = {}
    faults: dict[int, Fault] = {}
    for place, one in enumerate(typed):
        if one.is_blank:
            continue
        at, price = _time_in(one.at), _price_in(one.price)
        if at is None:
            faults[place] = Fault("at", str(NO_TIME))
        elif price is None:
            faults[place] = Fault("price", str(NO_PRICE))
        else:
            lines[place] = TallyLine(one.key, one.number, at, price)
    return lines, faults


def told(fault: LineFault) -> Fault:
    """Return how a fault is told that was found by looking the line up."""
    member = "at" if fault is LineFault.TIME_TO_COME else "number"
    return Fault(member, str(LINE_FAULTS[fault]))


def _plain(text: str) -> str:
    """Return a text with full-width signs made plain, and without blanks around it."""
    return fold(text)


def _time_in(text: str) -> time | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2])
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004  # a clock's


def _price_in(text: str) -> Fen | None:
    try:
        return parse_yuan(text.removeprefix("¥").removesuffix("元"))
    except ValueError:
        return None
