"""Which of the cardholders of a month were new to a shop, and which had been there before.

Whose card a sale was made with is kept for `LINKS_OF_SALES`, so "before" reaches back a fixed time
that is known still when the figures of a month are settled, and is counted then.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

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
    query = (
        select(
            Redemption.shop_id,
            func.count(Card.resident_id.distinct()).filter(~_was_there(community_id, month)),
        )
        .join_from(Redemption, Card)
        .where(
            Redemption.community_id == community_id,
            Redemption.month == month.first,
            Redemption.kind == "sale",
            ~_is_taken_back(community_id, month, Redemption.id),
        )
        .group_by(Redemption.shop_id)
    )
    if shop_id is not None:
        query = query.where(Redemption.shop_id == shop_id)
    return dict(session.execute(query).tuples().all())


def _was_there(community_id: UUID, month: Month) -> ColumnElement[bool]:
    """Return whether the holder of a sale's card had been in its shop shortly before a month.

    What came late and counts in the month itself was not before it.
    """
    before, card = aliased(Redemption), aliased(Card)
    return exists(
        select(before.id)
        .join(card, (card.community_id == before.community_id) & (card.id == before.card_id))
        .where(
            before.community_id == community_id,
            before.shop_id == Redemption.shop_id,
            before.kind == "sale",
            before.happened_on >= month.first - NEW_AFTER,
            before.month < month.first,
            card.resident_id == Card.resident_id,
            ~_is_taken_back(community_id, month, before.id),
        )
    )


def _is_taken_back(
    community_id: UUID, month: Month, sale_id: InstrumentedAttribute[UUID]
) -> ColumnElement[bool]:
    """Return whether nothing of a sale was left at the end of a month."""
    back = aliased(Redemption)
    return exists(
        select(back.id).where(
            back.community_id == community_id,
            back.of_id == sale_id,
            back.uses < 0,
            back.month <= month.first,
        )
    )
