"""Months that were closed."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.models import ClosedMonth, Community
from tests.given import NOON

NOTHING = {
    **dict.fromkeys(("uses", "uses_without_amount", "people", "households"), 0),
    **dict.fromkeys(("total_fen", "payable_fen", "saved_fen"), 0),
}
"""The sums of a month in which nobody used a card."""


def given_closed_month(
    session: Session,
    community: Community,
    *,
    closed_by: UUID,
    text: str = "{}",
    by_shop: Sequence[Any] = (),
) -> ClosedMonth:
    """October, in which nothing was sold unless the shares of shops are given."""
    closed = ClosedMonth(
        community_id=community.id,
        month=date(2026, 10, 1),
        text=text,
        head="0" * 64,
        figures={
            "totals": NOTHING,
            **{f"by_{name}": [] for name in ("month", "honour", "trade")},
            "by_shop": list(by_shop),
        },
        closed_at=NOON,
        closed_by=closed_by,
    )
    session.add(closed)
    session.flush()
    return closed
