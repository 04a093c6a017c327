"""The pledge of a shop as a sheet of A4: its clauses, and lines to sign on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fpdf.enums import Align

from loyalty.reports.typesetting import ACCENT, RULE, SOFT, Paper

_MARGIN = 22.0
_LINE = 8.4
_GAP = 4.0
_BLANK = 15.0


@dataclass(frozen=True, slots=True)
class PledgeSheet:
    """Everything the sheet says, in one language."""

    language: str
    """As HTML writes it: ``zh-Hans``."""
    community: str
    title: str
    opening: str
    clauses: Sequence[str]
    blanks: Sequence[str]
    """What stands before each line to write on."""
    closing: str
    version: str
    """Which version of the clauses these are, so that what was signed is known later."""
    demonstration: str | None


def draw_pledge(sheet: PledgeSheet, *, drawn_at: datetime) -> bytes:
    """Return the pledge as a PDF: of one page, unless there are many clauses or long ones.

    Args:
        drawn_at: aware; the file tells it as its date, and nothing else in it depends on time.
    """
    paper = Paper("a4", sheet.language)
    paper.set_title(f"{sheet.community} {sheet.title}")
    paper.set_creation_date(drawn_at)
    paper.set_margin(_MARGIN)
    paper.add_page()
    if sheet.demonstration is not None:
        paper.set_y(8)
        paper.set_pen(11, SOFT)
        paper.cell(0, 6, sheet.demonstration, align=Align.C)
    _draw_head(paper, sheet)
    for number, clause in enumerate(sheet.clauses, start=1):
        _draw_clause(paper, number, clause)
    _draw_blanks(paper, sheet)
    return bytes(paper.output())


def _draw_head(paper: Paper, sheet: PledgeSheet) -> None:
    paper.set_y(_MARGIN)
    paper.set_pen(15)
    paper.cell(0, 9, sheet.community, align=Align.C)
    paper.set_y(paper.y + 11)
    with paper.bold(26):
        paper.cell(0, 14, sheet.title, align=Align.C)
    paper.set_y(paper.y + 18)
    paper.set_draw_color(ACCENT)
    paper.set_line_width(0.8)
    paper.line(_MARGIN, paper.y, paper.w - _MARGIN, paper.y)
    paper.set_y(paper.y + 8)
    paper.set_pen(14)
    paper.cell(0, _LINE, sheet.opening)
    paper.set_y(paper.y + _LINE + _GAP)


def _draw_clause(paper: Paper, number: int, clause: str) -> None:
    width = paper.w - 2 * _MARGIN
    paper.set_x(_MARGIN)
    paper.set_pen(14, ACCENT)
    paper.cell(10, _LINE, f"{number}.")
    paper.set_pen(14)
    paper.set_x(_MARGIN + 10)
    paper.write_lines(clause, width - 10, height=_LINE)
    paper.set_y(paper.y + _GAP)


def _draw_blanks(paper: Paper, sheet: PledgeSheet) -> None:
    if paper.will_page_break(6 + len(sheet.blanks) * _BLANK + 10):
        paper.add_page()
    paper.set_y(paper.y + 6)
    paper.set_draw_color(RULE)
    paper.set_line_width(0.3)
    for blank in sheet.blanks:
        paper.set_x(_MARGIN)
        paper.set_pen(13)
        paper.cell(34, _BLANK, blank)
        below = paper.y + _BLANK - 4
        paper.line(_MARGIN + 36, below, paper.w - _MARGIN - 40, below)
        paper.set_y(paper.y + _BLANK)
    paper.set_y(paper.y + 4)
    paper.set_pen(11, SOFT)
    paper.cell(0, 6, sheet.closing)
    paper.set_x(_MARGIN)
    paper.cell(0, 6, sheet.version, align=Align.R)
