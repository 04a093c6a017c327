"""How many matters were raised in a month, and what has become of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, Matter
from loyalty.rules.calendar import Month
from loyalty.services.matters.matters import MatterKind


@dataclass(frozen=True, slots=True)
class MatterCount:
    """How many matters of one kind were raised in a month, and what has become of them."""

    month: Month
    kind: MatterKind
    raised: int
    answered: int
    """Of those raised, how many have an answer by now."""


def count_matters(
    session: Session,
    community: Community,
    *,
    first: Month,
    last: Month,
    answered_before: datetime | None = None,
) -> Sequence[MatterCount]:
    """Return the counts of the months from `first` to `last`, both included, by month and kind.

    A matter counts in the month it was raised in, by the community's calendar. What is not there
    is 0.

    Args:
        answered_before: answers from this instant on are not counted, so that what was reported
            stays as it is; None counts all.
    """
    month = func.date_trunc("month", func.timezone(community.timezone, Matter.raised_at))
    raised = (
        select(month.label("month"), Matter.kind, Matter.answered_at)
        .where(Matter.community_id == community.id)
        .subquery()
    )
    answers: ColumnElement[int] = func.count(raised.c.answered_at)
    if answered_before is not None:
        answers = func.count(raised.c.answered_at).filter(raised.c.answered_at < answered_before)
    rows = session.execute(
        select(raised.c.month, raised.c.kind, func.count(), answers)
        .where(raised.c.month.between(first.first, last.first))
        .group_by(raised.c.month, raised.c.kind)
        .order_by(raised.c.month, raised.c.kind)
    )
    return [
        MatterCount(Month.of(first_day), MatterKind(kind), number, answered)
        for first_day, kind, number, answered in rows
    ]
