"""The notice of a round as a poster: who stands on the lists, until when, and how to object."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import segno
from fpdf.enums import Align, XPos, YPos

from loyalty.reports.typesetting import (
    ACCENT,
    INK,
    PAPER,
    RULE,
    SOFT,
    Paper,
    replace_unprintable,
    write_fitted,
)

_MARGIN = 15.0
_BOTTOM = 18.0
_COLUMNS = 3
_LINE = 6.2
_ROW = 14.0
_HEADING = 15.0
_QR = 38.0
_GAP = 6.0


class PaperSize(StrEnum):
    """On what the poster is printed."""

    A4 = "a4"
    A3 = "a3"


_SCALES: Final = {PaperSize.A4: 1.0, PaperSize.A3: 2**0.5}
"""How much larger everything is than on A4, whose measures stand above in millimetres."""


@dataclass(frozen=True, slots=True)
class PosterEntry:
    """One person, as everyone may know them."""

    number: int
    name: str
    """Masked unless the person agrees."""
    reason: str


@dataclass(frozen=True, slots=True)
class PosterList:
    """The people of one honour."""

    heading: str
    detail: str
    """What the honour gives, and how many people stand here."""
    entries: Sequence[PosterEntry]


@dataclass(frozen=True, slots=True)
class Poster:
    """Everything a poster says, in one language."""

    language: str
    """As HTML writes it: ``zh-Hans``."""
    community: str
    title: str
    period_name: str
    period: str
    """From when to when the notice runs."""
    sentences: Sequence[str]
    """How to object, and what follows."""
    address: str
    """Of the notice's page; it is the QR too."""
    address_name: str
    lists: Sequence[PosterList]
    proofs: Sequence[str]
    """What ties the poster to the version that is stored."""
    demonstration: str | None
    """Said on every page where the people are fictional."""


class _Sheet(Paper):
    """Pages of one size; what is on each page stands here."""

    def __init__(self, poster: Poster, size: PaperSize) -> None:
        super().__init__(size, poster.language, scale=_SCALES[size])
        self.poster = poster
        self.set_margin(self.mm(_MARGIN))
        self.set_auto_page_break(auto=True, margin=self.mm(_BOTTOM))

    def header(self) -> None:
        """Say on every page whether the people are fictional."""
        if self.poster.demonstration is not None:
            self.set_y(self.mm(5))
            self.set_pen(11, SOFT)
            self.cell(0, self.mm(6), self.poster.demonstration, align=Align.C)
        self.set_y(self.mm(_MARGIN))

    def footer(self) -> None:
        """Say on every page of what it is a page, so that a torn sheet is found again."""
        self.set_y(-self.mm(12))
        self.set_pen(9.5, SOFT)
        whose = f"{self.poster.community} · {self.poster.title}"
        self.cell(0, self.mm(5), replace_unprintable(self, f"{self.page_no()} / {{nb}} · {whose}"))


def draw_poster(poster: Poster, size: PaperSize, *, drawn_at: datetime) -> bytes:
    """Return the poster as a PDF; long lists flow over pages, under their heading again.

    Args:
        poster: what it says.
        size: of the paper; A3 is the same drawing, larger.
        drawn_at: aware; the file tells it as its date, and nothing else in it depends on time.
    """
    sheet = _Sheet(poster, size)
    sheet.set_title(f"{poster.community} {poster.title}")
    sheet.set_creation_date(drawn_at)
    sheet.add_page()
    _draw_title(sheet, poster)
    _draw_how_to_object(sheet, poster)
    for one in poster.lists:
        _draw_list(sheet, one)
    _draw_proofs(sheet, poster)
    return bytes(sheet.output())


def _draw_title(sheet: _Sheet, poster: Poster) -> None:
    sheet.set_pen(16)
    _write_centred(sheet, poster.community, height=9)
    with sheet.bold(32):
        _write_centred(sheet, poster.title, height=17)
    sheet.ln(sheet.mm(3))
    sheet.set_draw_color(ACCENT)
    sheet.set_line_width(sheet.mm(0.8))
    sheet.line(sheet.l_margin, sheet.y, sheet.w - sheet.r_margin, sheet.y)
    sheet.ln(sheet.mm(_GAP))


def _draw_how_to_object(sheet: _Sheet, poster: Poster) -> None:
    """Draw dates and ways to object beside the QR, on the first page whatever follows."""
    top, width = sheet.y, sheet.epw - sheet.mm(_QR + 2 * _GAP)
    _draw_qr(sheet, poster.address, x=sheet.w - sheet.r_margin - sheet.mm(_QR), y=top)
    sheet.set_pen(11, SOFT)
    sheet.write_lines(poster.period_name, width, height=_LINE)
    with sheet.bold(17):
        sheet.write_lines(poster.period, width, height=9)
    sheet.ln(sheet.mm(2))
    sheet.set_pen(12)
    for sentence in poster.sentences:
        sheet.write_lines(sentence, width, height=_LINE)
    sheet.set_y(max(sheet.y, top + sheet.mm(_QR)) + sheet.mm(3))
    sheet.set_pen(11, SOFT)
    text = f"{poster.address_name} {poster.address}"
    write_fitted(sheet, text, width=sheet.epw, height=sheet.mm(_LINE), points=sheet.font_size_pt)
    sheet.ln(sheet.mm(_LINE + _GAP))


def _draw_qr(sheet: _Sheet, address: str, *, x: float, y: float) -> None:
    """Draw a QR as squares, sharp on any printer, within its quiet zone of four modules."""
    matrix = tuple(segno.make_qr(address, error="m").matrix_iter(border=4))
    module = sheet.mm(_QR) / len(matrix)
    sheet.set_fill_color(INK)
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            if dark:
                sheet.rect(x + column * module, y + row * module, module, module, style="F")


def _draw_list(sheet: _Sheet, one: PosterList) -> None:
    if sheet.will_page_break(sheet.mm(_HEADING + _ROW)):
        sheet.add_page()
    _draw_heading(sheet, one)
    for start in range(0, len(one.entries), _COLUMNS):
        if sheet.will_page_break(sheet.mm(_ROW)):
            sheet.add_page()
            _draw_heading(sheet, one)
        _draw_row(sheet, one.entries[start : start + _COLUMNS])
    sheet.ln(sheet.mm(_GAP))


def _draw_heading(sheet: _Sheet, one: PosterList) -> None:
    height = sheet.mm(10)
    sheet.set_fill_color(ACCENT)
    sheet.rect(sheet.l_margin, sheet.y, sheet.epw, height, style="F")
    sheet.set_x(sheet.l_margin + sheet.mm(4))
    with sheet.bold(15, PAPER):
        sheet.cell(sheet.epw / 2, height, replace_unprintable(sheet, one.heading))
    sheet.set_pen(12, PAPER)
    sheet.cell(
        sheet.epw / 2 - sheet.mm(8), height, replace_unprintable(sheet, one.detail), align=Align.R
    )
    sheet.ln(sheet.mm(_HEADING - 2))


def _draw_row(sheet: _Sheet, entries: Sequence[PosterEntry]) -> None:
    top, column = sheet.y, sheet.epw / _COLUMNS
    number, name = sheet.mm(9), column - sheet.mm(12)
    for place, one in enumerate(entries):
        left = sheet.l_margin + place * column
        sheet.set_xy(left, top)
        sheet.set_pen(11, SOFT)
        sheet.cell(number - sheet.mm(2), sheet.mm(8), str(one.number), align=Align.R)
        sheet.set_xy(left + number, top)
        sheet.set_pen(17)
        write_fitted(sheet, one.name, width=name, height=sheet.mm(8), points=sheet.font_size_pt)
        sheet.set_xy(left + number, top + sheet.mm(7.4))
        sheet.set_pen(9.5, SOFT)
        write_fitted(sheet, one.reason, width=name, height=sheet.mm(5), points=sheet.font_size_pt)
    sheet.set_draw_color(RULE)
    sheet.set_line_width(sheet.mm(0.2))
    bottom = top + sheet.mm(_ROW - 1)
    sheet.line(sheet.l_margin, bottom, sheet.w - sheet.r_margin, bottom)
    sheet.set_xy(sheet.l_margin, top + sheet.mm(_ROW))


def _draw_proofs(sheet: _Sheet, poster: Poster) -> None:
    sheet.set_pen(9.5, SOFT)
    for proof in poster.proofs:
        sheet.write_lines(proof, sheet.epw, height=5)


def _write_centred(sheet: _Sheet, text: str, *, height: float) -> None:
    """Write a line in the middle of the page."""
    shown = replace_unprintable(sheet, text)
    sheet.cell(0, sheet.mm(height), shown, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
