"""Who gave whom how much: the matrix of the four parties, and each kind of contribution in it.

What tills have measured, what somebody attests and what is estimated are never added.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Contribution, ContributionKind
from loyalty.rules.benefit import Cell, Gift, Label, Party, build_matrix
from loyalty.rules.calendar import Month
from loyalty.rules.contributions import ContributionState
from loyalty.rules.money import Fen
from loyalty.services.community.contribution_kinds import list_contribution_kinds
from loyalty.services.work import SomebodysWork


@dataclass(frozen=True, slots=True)
class KindShare:
    """What counts of one kind, from one party to another, under one label."""

    kind: ContributionKind
    entries: int
    cell: Cell


@dataclass(frozen=True, slots=True)
class Given:
    """Who gave whom how much over some months."""

    matrix: Sequence[Cell]
    """With what the shops gave by the card, measured."""
    by_kind: Sequence[KindShare]
    """Of contributions alone: by kind, giver, receiver and label."""


@dataclass(frozen=True, slots=True)
class _Row:
    """The sum of one kind between two parties under one label in one unit."""

    kind_id: UUID
    entries: int
    gift: Gift


def sum_given(work: SomebodysWork, *, first: Month, last: Month, saved: Fen) -> Given:
    """Return who gave whom how much in the actor's community, as `sum_given_in` does."""
    return sum_given_in(work.session, work.community_id, first=first, last=last, saved=saved)


def sum_given_in(
    session: Session, community_id: UUID, *, first: Month, last: Month, saved: Fen
) -> Given:
    """Return who gave whom how much from one month to another, both included.

    Args:
        saved: what the shops gave cardholders in these months, in fen.
    """
    rows = _sum_rows(session, community_id, first, last)
    measured = Gift(Party.SHOPS, Party.RESIDENTS, Label.MEASURED, saved)
    kinds = list_contribution_kinds(session, community_id)
    return Given(
        matrix=build_matrix([measured, *(row.gift for row in rows)]),
        by_kind=[share for kind in kinds for share in _share_out(kind, rows)],
    )


def _share_out(kind: ContributionKind, rows: Sequence[_Row]) -> list[KindShare]:
    own = [row for row in rows if row.kind_id == kind.id]
    return [
        KindShare(kind, sum(row.entries for row in own if _is_in(row, cell)), cell)
        for cell in build_matrix(row.gift for row in own)
    ]


def _is_in(row: _Row, cell: Cell) -> bool:
    gift = row.gift
    return (gift.giver, gift.receiver, gift.label) == (cell.giver, cell.receiver, cell.label)


def _sum_rows(session: Session, community_id: UUID, first: Month, last: Month) -> list[_Row]:
    keys = (
        Contribution.kind_id,
        Contribution.giver,
        Contribution.receiver,
        Contribution.label,
        Contribution.unit,
    )
    query = (
        select(
            *keys,
            func.count(),
            func.sum(Contribution.amount_fen),
            func.sum(Contribution.quantity_hundredths),
        )
        .where(
            Contribution.community_id == community_id,
            Contribution.state == ContributionState.COUNTED.value,
            Contribution.happened_on.between(first.first, last.last),
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    return [
        _Row(
            kind_id,
            entries,
            Gift(
                Party(giver),
                Party(receiver),
                Label(label),
                Fen(int(amount)),
                Decimal(int(quantity)) / 100,
                unit or "",
            ),
        )
        for kind_id, giver, receiver, label, unit, entries, amount, quantity in session.execute(
            query
        )
    ]
