"""The briefing of some months, put together for Word; offices read it in zh-Hans alone."""

from collections.abc import Callable, Sequence

from flask import url_for
from flask_babel import force_locale

from loyalty.models import ClosedMonth
from loyalty.reports.briefing import (
    Briefing,
    BriefingCell,
    BriefingMatter,
    BriefingShare,
    BriefingSums,
    write_briefing,
)
from loyalty.rules.benefit import Label, is_redacted
from loyalty.rules.calendar import Month
from loyalty.rules.contributions import ContributionState
from loyalty.rules.money import yuan_in_words
from loyalty.services.ledger.benefit import Sums
from loyalty.services.ledger.closing import find_head_in_month
from loyalty.services.ledger.matrix import KindShare
from loyalty.services.ledger.period import Period, collect_period, find_month_before
from loyalty.services.work import SomebodysWork
from loyalty.words.contributions import (
    LABELS,
    LABELS_DEFINED,
    PARTIES,
    kind_name,
    quantity_in_words,
)
from loyalty.words.definitions import FIGURES
from loyalty.words.matters import MATTER_KINDS

LANGUAGE = "zh_Hans"
"""Of what is written for offices, whoever takes it away: so the same month is the same file."""

RECORDS = "staff_contributions.listed"
"""The page at the console on which contributions are listed."""

NOBODY_CAN_COUNT = "（跨月人数不统计）"
"""In place of people, where sales have been parted from their cards."""


def print_briefing(
    work: SomebodysWork,
    *,
    first: Month,
    last: Month,
    address_of: Callable[[KindShare], str],
    public: bool = False,
) -> bytes:
    """Return the briefing of some months, both included, as a file of Word.

    Args:
        address_of: returns the address of the page with the records behind a figure.
        public: for readers without an account, who are told nothing of a month before with too few
            people; whether the months themselves have enough is for the caller to ask.
    """
    period = collect_period(work, first=first, last=last)
    before = find_month_before(work, first) if first == last else None
    if public and before is not None and is_redacted(before.people or 0):
        before = None
    with force_locale(LANGUAGE):
        return write_briefing(_say(period, before, address_of))


def make_record_addresses(base_url: str, first: Month, last: Month) -> Callable[[KindShare], str]:
    """Return what tells the page at the console with the records behind a figure of some months.

    Args:
        base_url: of the service, without a slash at its end.
        first: the first month.
        last: the last one, included.
    """

    def address_of(share: KindShare) -> str:
        cell = share.cell
        return base_url + url_for(
            RECORDS,
            month=first,
            until=None if last == first else last,
            state=ContributionState.COUNTED.value,
            kind=share.kind.code,
            giver=cell.giver.value,
            receiver=cell.receiver.value,
            label=cell.label.value,
        )

    return address_of


def months_in_words(first: Month, last: Month) -> str:
    """Return some months as offices write them: 2026年11月, 2026年9月至11月."""
    begin, end = first.first, last.first
    if first == last:
        return f"{begin.year}年{begin.month}月"
    year = "" if begin.year == end.year else f"{end.year}年"
    return f"{begin.year}年{begin.month}月至{year}{end.month}月"


def _say(period: Period, before: Sums | None, address_of: Callable[[KindShare], str]) -> Briefing:
    found, closed = period.found, period.last_closed
    shares = {
        label: [
            _say_share(share, address_of) for share in period.given.by_kind if _is(share, label)
        ]
        for label in (Label.ATTESTED, Label.ESTIMATED)
    }
    return Briefing(
        community=period.community.name,
        period=months_in_words(found.first, found.last),
        sums=_say_sums(found.totals),
        before=None if before is None else _say_sums(before),
        attested=shares[Label.ATTESTED],
        estimated=shares[Label.ESTIMATED],
        matters=_say_matters(period),
        cells=[
            BriefingCell(
                str(PARTIES[cell.giver]),
                str(PARTIES[cell.receiver]),
                str(LABELS[cell.label]),
                yuan_in_words(cell.amount) if cell.amount else "–",
            )
            for cell in period.given.matrix
        ],
        definitions=list_definitions(),
        head_month=months_in_words(*[Month.of(closed.month)] * 2) if closed else "",
        head=closed.head if closed else "",
        audit_head=_say_audit_head(closed),
        is_closed=period.is_closed,
        demonstration=period.community.demonstration,
    )


def _say_audit_head(closed: ClosedMonth | None) -> str:
    known = None if closed is None else find_head_in_month(closed)
    return "" if known is None else f"{known.number}:{known.head}"


def list_definitions() -> Sequence[str]:
    """Return what each figure means, in the reader's language."""
    told = [f"{words.name}（{words.unit}）：{words.definition}" for words in FIGURES.values()]
    return [*told, str(LABELS_DEFINED)]


def _is(share: KindShare, label: Label) -> bool:
    return share.cell.label is label


def _say_sums(sums: Sums) -> BriefingSums:
    return BriefingSums(
        uses=f"{sums.uses:,}人次",
        people=NOBODY_CAN_COUNT if sums.people is None else f"{sums.people:,}人",
        households="" if sums.households is None else f"{sums.households:,}户",
        paid=yuan_in_words(sums.payable_fen),
        saved=yuan_in_words(sums.saved_fen),
    )


def _say_share(share: KindShare, address_of: Callable[[KindShare], str]) -> BriefingShare:
    cell = share.cell
    told = [yuan_in_words(cell.amount)] if cell.amount else []
    told += [quantity_in_words(cell)] if cell.quantities else []
    return BriefingShare(
        kind=kind_name(share.kind),
        giver=str(PARTIES[cell.giver]),
        receiver=str(PARTIES[cell.receiver]),
        told="、".join(told),
        entries=share.entries,
        address=address_of(share),
    )


def _say_matters(period: Period) -> Sequence[BriefingMatter]:
    """Return how many matters stand on each list, all months together."""
    return [
        BriefingMatter(
            str(word),
            sum(one.raised for one in period.matters if one.kind is kind),
            sum(one.answered for one in period.matters if one.kind is kind),
        )
        for kind, word in MATTER_KINDS.items()
        if any(one.kind is kind for one in period.matters)
    ]
