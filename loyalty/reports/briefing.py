"""The briefing of a month as an official document of Word, for people to complete.

Layout and sentences stand in the template beside this file, which may be edited in Word; what
people must write themselves is marked 【请补充】 there. The same content makes the same bytes.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from docxtpl import DocxTemplate, RichText
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from loyalty.reports.fixed_zip import pack_anew

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

TEMPLATE: Final = Path(__file__).with_name("briefing.docx")
_LINK_COLOUR: Final = "24508F"


@dataclass(frozen=True, slots=True)
class BriefingSums:
    """The figures of the sales of a month, as the briefing writes them, units included."""

    uses: str
    people: str
    households: str
    paid: str
    saved: str


@dataclass(frozen=True, slots=True)
class BriefingShare:
    """What one party gave another of one kind."""

    kind: str
    giver: str
    receiver: str
    told: str
    """Amount and quantities with their units, such as 370.5万元、89家企业."""
    entries: int
    address: str
    """Of the page with its records."""


@dataclass(frozen=True, slots=True)
class BriefingMatter:
    """How many matters stand on one of the three lists."""

    kind: str
    raised: int
    answered: int


@dataclass(frozen=True, slots=True)
class BriefingCell:
    """One line of the table of who gave whom how much."""

    giver: str
    receiver: str
    label: str
    amount: str


@dataclass(frozen=True, slots=True)
class Briefing:
    """Everything a briefing says."""

    community: str
    period: str
    """Such as 2026年11月, or 2026年9月至11月."""
    sums: BriefingSums
    before: BriefingSums | None
    """Of the month before; None where nothing was sold in it, or of several months."""
    attested: Sequence[BriefingShare]
    estimated: Sequence[BriefingShare]
    matters: Sequence[BriefingMatter]
    cells: Sequence[BriefingCell]
    definitions: Sequence[str]
    head_month: str
    """The last closed month up to here; empty where none is closed."""
    head: str
    """Its head, 64 letters; empty likewise."""
    audit_head: str
    """The head of all that was recorded until it was closed, such as 12:5f0c…; empty likewise."""
    is_closed: bool
    """Whether all its months are closed; otherwise figures may still change."""
    demonstration: bool


def write_briefing(said: Briefing) -> bytes:
    """Return the briefing as a file of Word."""
    template = DocxTemplate(TEMPLATE)
    words = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    shares = {
        name: [(share, _link(template, share)) for share in found]
        for name, found in (("attested", said.attested), ("estimated", said.estimated))
    }
    template.render({"said": said, **shares}, words)
    file = io.BytesIO()
    template.save(file)
    return pack_anew(file.getvalue())


def _link(template: DocxTemplate, share: BriefingShare) -> RichText:
    """Return figures that lead to their records."""
    return RichText(share.told, color=_LINK_COLOUR, url_id=template.build_url_id(share.address))
