"""Counting the people behind a month when its figures are out, before its sales lose their card.

Until then the sums of its book may have missed an entry; so they are added up anew by then.
"""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from loyalty.models import Community, MonthPeople, Redemption
from loyalty.rules.arrival import figures_are_settled
from loyalty.rules.calendar import Month
from loyalty.services.ledger.benefit import Benefit, Sums, sum_benefit_in
from loyalty.services.ledger.folding import forget_counted_cards, refold_month
from loyalty.services.ledger.new_people import count_new_people


def keep_month_people(session: Session, community: Community, *, today: date) -> int:
    """Keep how many people stood behind each month whose figures are out; return of how many."""
    months = list(_list_months_to_count(session, community.id, today=today))
    for month in months:
        refold_month(session, community, month)
        found = sum_benefit_in(session, community.id, first=month, last=month)
        keep_people_of(session, community.id, found)
    return len(months)


def refold_open_months(session: Session, community: Community, *, today: date) -> None:
    """Add up anew the months whose people nobody has counted yet, and forget cards of the others.

    Args:
        community: locked, as `refold_month` asks.
    """
    month = Month.of(today)
    while not figures_are_settled(month, today):
        refold_month(session, community, month)
        month = month.plus(-1)
    forget_counted_cards(session, community.id)


def _list_months_to_count(session: Session, community_id: UUID, *, today: date) -> Iterator[Month]:
    last = session.scalar(
        select(func.max(MonthPeople.month)).where(MonthPeople.community_id == community_id)
    )
    first = session.scalar(
        select(func.min(Redemption.month)).where(
            Redemption.community_id == community_id, Redemption.month > (last or date.min)
        )
    )
    if first is None:
        return
    month = Month.of(first)
    while figures_are_settled(month, today):
        yield month
        month = month.plus(1)


def keep_people_of(session: Session, community_id: UUID, found: Benefit) -> None:
    """Keep how many people stood behind a month, if that was not kept before.

    Who was new is kept with the rest or not at all: later the sales have lost their cards.
    """
    if session.get(MonthPeople, (community_id, found.first.first, "all", "")) is not None:
        return
    parts: list[tuple[str, str, Sums]] = [
        ("all", "", found.totals),
        *(("shop", share.key, share.sums) for share in found.by_shop),
        *(("honour", share.key, share.sums) for share in found.by_honour),
        *(("trade", share.key, share.sums) for share in found.by_trade),
    ]
    rows = [
        {
            "community_id": community_id,
            "month": found.first.first,
            "part": part,
            "key": key,
            "people": sums.people or 0,
            "households": sums.households or 0,
        }
        for part, key, sums in parts
    ]
    new = count_new_people(session, community_id, found.first)
    rows += [
        {**rows[0], "part": "shop_new", "key": str(shop), "people": count, "households": 0}
        for shop, count in new.items()
    ]
    session.execute(insert(MonthPeople).values(rows).on_conflict_do_nothing())
