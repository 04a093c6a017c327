"""What one month was for one shop: its sales with cards, what it gave, and how many came."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from loyalty.models import MonthPeople, Redemption, Shop
from loyalty.rules.benefit import find_publishable, is_redacted
from loyalty.rules.calendar import Month
from loyalty.services.ledger.benefit import Sums
from loyalty.services.ledger.new_people import count_new_people
from loyalty.services.ledger.shop_sums import count_people_of_shop, sum_shop_months
from loyalty.services.work import Work

MOST_BEFORE = 5
"""Months before the one of a statement that are told beside it."""


@dataclass(frozen=True, slots=True)
class ShopStatement:
    """One month of one shop. A shop learns of people how many they are, if they are not few."""

    shop: Shop
    month: Month
    sums: Sums
    """People and households are None: they are told below, where they may be."""
    people: int | None
    """Cardholders who bought and did not take it all back. None: too few to be told, or not known
    any more."""
    new_people: int | None
    """Of these, who had not been in the shop for `NEW_AFTER` before the month; None likewise."""
    known_people: int | None
    """Of these, who had; None likewise."""
    taken_back: int
    """Voids and returns that were made in the month."""
    before: Sequence[tuple[Month, Sums]]
    """The months before, the latest first."""


def state_month(work: Work, shop: Shop, month: Month) -> ShopStatement:
    """Return the statement of a shop's month; of the present one as far as it has come."""
    sums = sum_shop_months(work, shop.id, first=month.plus(-MOST_BEFORE), last=month)
    people, new, known = _count_people(work, shop.id, month)
    return ShopStatement(
        shop=shop,
        month=month,
        sums=sums[month],
        people=people,
        new_people=new,
        known_people=known,
        taken_back=_count_taken_back(work, shop.id, month),
        before=[(one, sums[one]) for one in sorted(sums, reverse=True) if one != month],
    )


def _count_people(
    work: Work, shop_id: UUID, month: Month
) -> tuple[int | None, int | None, int | None]:
    """Return how many came, were new, and had come before; each None where it is not told."""
    people = count_people_of_shop(work, shop_id, month)
    if people is None or is_redacted(people):
        return None, None, None
    new = _count_new(work, shop_id, month)
    if new is None:
        return people, None, None
    shown = find_publishable({"new": new, "known": people - new})
    return people, new if "new" in shown else None, people - new if "known" in shown else None


def _count_new(work: Work, shop_id: UUID, month: Month) -> int | None:
    """Return how many were new, as it was counted in time; None if that was never done."""
    own = (work.community_id, month.first)
    kept = work.session.get(MonthPeople, (*own, "shop_new", str(shop_id)))
    if kept is not None:
        return kept.people
    if work.session.get(MonthPeople, (*own, "all", "")) is not None:
        return None
    return _count_new_now(work, shop_id, month)


def _count_new_now(work: Work, shop_id: UUID, month: Month) -> int:
    found = count_new_people(work.session, work.community_id, month, shop_id=shop_id)
    return found.get(shop_id, 0)


def _count_taken_back(work: Work, shop_id: UUID, month: Month) -> int:
    query = select(func.count()).where(
        Redemption.community_id == work.community_id,
        Redemption.shop_id == shop_id,
        Redemption.month == month.first,
        Redemption.kind != "sale",
    )
    return work.session.scalar(query) or 0
