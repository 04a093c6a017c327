"""Sheets of cards to be printed, cut and folded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from loyalty.reports.activation_slips import ActivationSlip, draw_slip_inside, draw_slips
from loyalty.reports.card_face import (
    BLEED,
    HEIGHT,
    WIDTH,
    CardFace,
    CodeGrain,
    draw_back,
    draw_front,
)
from loyalty.reports.card_paper import CardPaper
from loyalty.reports.sheet_layout import PAGE, SheetLayout, back_place, front_place
from loyalty.reports.typesetting import RULE, SOFT, write_fitted

Of = TypeVar("Of")

_FOOTER: Final = (24.0, 291.0, 76.0)
"""From the left, from above, and how wide: between the marks of the first column."""

_MARK_LENGTH = 4.0
_MARK_DISTANCE = 1.6


@dataclass(frozen=True, slots=True)
class CardSheet:
    """Everything that sheets of cards say, in one language."""

    language: str
    """As HTML writes it: ``zh-Hans``."""
    title: str
    faces: Sequence[CardFace]
    footer: str
    """Below the cards of each sheet: whose they are, and the batch."""
    front_name: str
    back_name: str
    slips: Sequence[ActivationSlip] = ()
    """What is handed out with the cards, on pages behind them."""
    inside: Sequence[ActivationSlip | None] = ()
    """What stands within each card's fold instead; empty where nothing does."""


def draw_card_sheet(sheet: CardSheet, layout: SheetLayout, *, drawn_at: datetime) -> bytes:
    """Return the cards as a PDF of A4 pages: fronts and backs in turn, or both to be folded.

    Args:
        sheet: what it says.
        layout: how the cards stand.
        drawn_at: aware; the file tells it as its date, and nothing else in it depends on time.
    """
    paper = CardPaper(sheet.language, layout)
    paper.set_title(sheet.title)
    paper.set_creation_date(drawn_at)
    pages = list(_pages(sheet.faces, layout))
    insides = list(_pages(sheet.inside, layout)) or [{} for _ in pages]
    for number, (faces, inside) in enumerate(zip(pages, insides, strict=True), start=1):
        said = f"{sheet.footer} · {{}} {number}/{len(pages)}"
        _draw_page(paper, faces, layout, sheet, said)
        if inside:
            _draw_inside(paper, inside, layout)
    draw_slips(paper, sheet.slips, layout)
    return bytes(paper.output())


def _pages(cards: Sequence[Of], layout: SheetLayout) -> Iterator[dict[int, Of]]:
    """Yield for each sheet which card stands in which place, from 0; the first may be half used."""
    if not cards:
        return
    numbered = dict(enumerate(cards, start=layout.start - 1))
    for first in range(0, layout.start - 1 + len(cards), layout.places):
        yield {
            number - first: numbered[number]
            for number in range(first, first + layout.places)
            if number in numbered
        }


def _draw_page(
    paper: CardPaper, faces: dict[int, CardFace], layout: SheetLayout, sheet: CardSheet, said: str
) -> None:
    grain = CodeGrain(layout.dots_per_inch, layout.scale)
    paper.add_page()
    for number, face in faces.items():
        paper.draw(draw_front(face, grain), front_place(layout, number))
    if layout.fold_over:
        for number, face in faces.items():
            paper.draw(draw_back(face, grain), back_place(layout, number))
    with paper.adjusted():
        _draw_marks(paper, layout, list(faces))
        both = f"{sheet.front_name} {sheet.back_name}"
        _draw_footer(paper, said.format(both if layout.fold_over else sheet.front_name))
    if layout.fold_over:
        return
    paper.add_page()
    for number, face in faces.items():
        paper.draw(draw_back(face, grain), back_place(layout, number))
    with paper.adjusted():
        _draw_footer(paper, said.format(sheet.back_name))


def _draw_inside(
    paper: CardPaper, slips: dict[int, ActivationSlip | None], layout: SheetLayout
) -> None:
    """Draw on the other side of folded cards what lies within the fold, behind their fronts."""
    paper.add_page()
    for number, slip in slips.items():
        if slip is not None:
            # The paper is turned over its long edge, so behind a front is where its back stands.
            draw_slip_inside(paper, slip, back_place(layout, number))


def _draw_marks(paper: CardPaper, layout: SheetLayout, numbers: Sequence[int]) -> None:
    """Draw where to cut, beside the cards and never on them; and where to fold."""
    places = [front_place(layout, number) for number in numbers]
    places += [back_place(layout, number) for number in numbers] if layout.fold_over else []
    above = min(place.y for place in places) - BLEED
    below = max(place.y for place in places) + HEIGHT + BLEED
    left = min(place.x for place in places) - BLEED
    right = max(place.x for place in places) + WIDTH + BLEED
    near, far = _MARK_DISTANCE - BLEED, _MARK_DISTANCE - BLEED + _MARK_LENGTH
    middle = PAGE[0] / 2
    for x in sorted({edge for place in places for edge in (place.x, place.x + WIDTH)}):
        paper.mark(x, above - near, x, above - far)
        paper.mark(x, below + near, x, below + far)
    for y in sorted({edge for place in places for edge in (place.y, place.y + HEIGHT)}):
        paper.mark(left - near, y, left - far, y)
        paper.mark(right + near, y, right + far, y)
    if layout.fold_over:
        for number in numbers:
            _draw_fold(paper, middle, front_place(layout, number).y)


def _draw_fold(paper: CardPaper, x: float, y: float) -> None:
    """Draw dots along which a card is folded."""
    paper.set_draw_color(RULE)
    paper.set_line_width(0.15)
    with paper.local_context(dash_pattern={"dash": 0.6, "gap": 1.4, "phase": 0}):
        paper.line(x, y, x, y + HEIGHT)


def _draw_footer(paper: CardPaper, said: str) -> None:
    paper.set_pen(7, SOFT)
    paper.set_xy(_FOOTER[0], _FOOTER[1])
    write_fitted(paper, said, width=_FOOTER[2], height=3, points=7)
