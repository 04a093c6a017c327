"""The figures of a month as anyone may read them: nothing about fewer than five people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.rules.arrival import figures_are_out
from loyalty.rules.benefit import Cell, Label, find_publishable, is_redacted
from loyalty.rules.calendar import Month
from loyalty.rules.money import Fen
from loyalty.services.errors import UnknownRecordError
from loyalty.services.ledger.benefit import Benefit, Sums, sum_benefit_in
from loyalty.services.ledger.matrix import sum_given_in
from loyalty.services.ledger.trend import list_trend
from loyalty.services.matters.matter_counts import MatterCount, count_matters

FRESH_SECONDS = 60
"""How long what anyone reads may be kept by a browser or a proxy."""

MONTHS_SHOWN = 12
"""How many months back the public reads."""


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """What is public of one month. None stands for a figure about too few people."""

    month: Month
    totals: Sums | None
    by_trade: Mapping[str, Sums | None]
    """Trade, as the community writes it → its sums."""
    matrix: Sequence[Cell]
    """Who gave whom how much; without what tills have measured where `totals` are hidden."""
    matters: Sequence[MatterCount]


def list_public_months(today: date) -> list[Month]:
    """Return the months whose figures are public, the latest first.

    The month under way is not: whoever read it again and again would see single purchases. Nor is
    the one before as long as sales made without network are still to come, for what is public does
    not change.
    """
    before = Month.of(today).plus(-1)
    latest = before if figures_are_out(before, today) else before.plus(-1)
    return [latest.plus(-back) for back in range(MONTHS_SHOWN)]


def get_public_figures(
    session: Session, community: Community, month: Month, *, today: date
) -> PublicFigures:
    """Return the figures of a month that is over.

    Raises:
        UnknownRecordError: its figures are not out yet, or are no longer shown.
    """
    if month not in list_public_months(today):
        raise UnknownRecordError(f"There are no figures for {month}.")
    return sum_public_figures(session, community, month)


def sum_public_figures(session: Session, community: Community, month: Month) -> PublicFigures:
    """Return what is public of a month whose figures are out, however long ago it is."""
    found = sum_benefit_in(session, community.id, first=month, last=month)
    totals, by_trade = hide_small_groups(found)
    return PublicFigures(
        month=month,
        totals=totals,
        by_trade=by_trade,
        matrix=_list_public_cells(session, community, month, totals),
        matters=count_matters(session, community, first=month, last=month),
    )


def list_public_trend(
    session: Session, community: Community, months: Sequence[Month]
) -> Mapping[Month, Sums | None]:
    """Return the sums of months that are public, the first one first; None for too few people.

    Args:
        months: of `list_public_months`, the latest first.
    """
    trend = list_trend(session, community.id, months[0], months=len(months))
    return {one.month: None if is_redacted(one.sums.people or 0) else one.sums for one in trend}


def _list_public_cells(
    session: Session, community: Community, month: Month, totals: Sums | None
) -> Sequence[Cell]:
    saved = Fen(0) if totals is None else totals.saved_fen
    cells = sum_given_in(session, community.id, first=month, last=month, saved=saved).matrix
    return [cell for cell in cells if totals or cell.label is not Label.MEASURED]


def hide_small_groups(found: Benefit) -> tuple[Sums | None, Mapping[str, Sums | None]]:
    """Return the sums of all and of each trade; None stands for what is about too few people."""
    totals = None if is_redacted(found.totals.people or 0) else found.totals
    shown = find_publishable({share.key: share.sums.people or 0 for share in found.by_trade})
    return totals, {
        share.name: share.sums if totals and share.key in shown else None
        for share in found.by_trade
    }
