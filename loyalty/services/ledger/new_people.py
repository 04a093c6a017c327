"""Which of the cardholders of a month were new to a shop, and which had been there before.

Whose card a sale was made with is kept for `LINKS_OF_SALES`, so "before" reaches back a fixed time
that is known still when the figures of a month are settled, and is counted then.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from loyalty.models import Card, Redemption
from loyalty.rules.calendar import Month

NEW_AFTER = timedelta(days=45)
"""Who was not in a shop for so long before a month began is new to it in that month."""


def count_new_people(
    session: Session, community_id: UUID, month: Month, *, shop_id: UUID | None = None
) -> Mapping[UUID, int]:
    """Return how many people were new to each shop, or to one, in a month, by the shop's id.

    Sales that were taken back whole bring nobody. Shops without sales are left out.
    """
    of_month = _select_visitors(community_id, month, Redemption.month == month.first)
    earlier = _select_visitors(
        community_id,
        month,
        Redemption.month >= Month.of(month.first - NEW_AFTER).first,
        # What came late and counts in the month itself was not before it.
        Redemption.month < month.first,
        Redemption.happened_on >= month.first - NEW_AFTER,
    )
    if shop_id is not None:
        of_month = of_month.where(Redemption.shop_id == shop_id)
        earlier = earlier.where(Redemption.shop_id == shop_id)
    here, before = of_month.subquery(), earlier.subquery()
    is_new = before.c.resident_id.is_(None)
    query = (
        select(here.c.shop_id, func.count().filter(is_new))
        .outerjoin_from(
            here,
            before,
            (before.c.shop_id == here.c.shop_id) & (before.c.resident_id == here.c.resident_id),
        )
        .group_by(here.c.shop_id)
    )
    return dict(session.execute(query).tuples().all())


def _select_visitors(
    community_id: UUID, month: Month, *when: ColumnElement[bool]
) -> Select[tuple[UUID, UUID]]:
    """Select who was in which shop, once each; not who took back all by the end of a month."""
    back = aliased(Redemption)
    taken_back = exists(
        select(back.id).where(
            back.community_id == community_id,
            back.of_id == Redemption.id,
            back.uses < 0,
            back.month <= month.first,
        )
    )
    return (
        select(Redemption.shop_id, Card.resident_id)
        .join_from(Redemption, Card)
        .where(
            Redemption.community_id == community_id,
            Redemption.kind == "sale",
            *when,
            ~taken_back,
        )
        .distinct()
    )
