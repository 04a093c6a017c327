"""Who gained what: sums over the book of sales, by month, shop, honour and trade.

The sums are live, and what is taken back counts whole, use and money, in the month it is taken
back: so nothing that is done later changes a month. People, uses and households are counted apart
and never mixed; of a month that is over, as they were counted then, for its sales lose their cards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Subquery, false, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from loyalty.models import Card, Honour, MonthPeople, Redemption, Resident, Shop
from loyalty.rules.calendar import Month
from loyalty.rules.money import Fen
from loyalty.services.errors import ValueRefusedError
from loyalty.services.work import Work

MOST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Sums:
    """What the sales of one group amount to, voids and returns taken off."""

    uses: int
    """Sales, with an amount or without, less those that were taken back whole (人次)."""
    uses_without_amount: int
    """Of these, the ones at which the card was only verified."""
    people: int | None
    """Cardholders with at least one sale that was not taken back whole by the end (人). None where
    sales of several months have been parted from their cards, so that nobody can count them."""
    households: int | None
    """Households of these people (户); None likewise."""
    total_fen: Fen
    payable_fen: Fen
    """Spent by cardholders (持卡消费额)."""
    saved_fen: Fen
    """What the shops gave (让利)."""


@dataclass(frozen=True, slots=True)
class Share:
    """The sums of one month, shop, honour or trade."""

    key: str
    """Its id or code; a month as 2026-12."""
    name: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Benefit:
    """The benefit of a community over some months, both ends included."""

    first: Month
    last: Month
    totals: Sums
    by_month: Sequence[Share]
    by_shop: Sequence[Share]
    by_honour: Sequence[Share]
    by_trade: Sequence[Share]


def sum_benefit(work: Work, *, first: Month, last: Month) -> Benefit:
    """Return who gained what in the actor's community, as `sum_benefit_in` does."""
    return sum_benefit_in(work.session, work.community_id, first=first, last=last)


def sum_benefit_in(session: Session, community_id: UUID, *, first: Month, last: Month) -> Benefit:
    """Return who gained what in a community from one month to another, both included.

    Raises:
        ValueRefusedError: the months are in the wrong order, or too many.
    """
    if last < first:
        raise ValueRefusedError("/query/to", "The last month comes before the first.")
    if last > first.plus(MOST_MONTHS - 1):
        raise ValueRefusedError("/query/to", f"At most {MOST_MONTHS} months are added up.")
    within = (
        (Redemption.community_id == community_id)
        & (Redemption.month >= first.first)
        & (Redemption.month <= last.first)
    )
    kept = _read_kept(session, community_id, first, last)
    found = Benefit(
        first=first,
        last=last,
        totals=_to_sums(session.execute(_select_sums(within, until=last.first)).one()),
        by_month=_sum_by_month(session, within, kept),
        by_shop=_sum_by_shop(session, community_id, within, until=last.first),
        by_honour=_sum_by_honour(session, community_id, within, until=last.first),
        by_trade=[
            Share(trade, trade, sums)
            for trade, sums in _sum_by(session, within, Redemption.trade, until=last.first)
        ],
    )
    return found if first != last else _with_kept(found, kept)


Kept = Mapping[tuple[date, str, str], MonthPeople]
"""How many people stood behind a month: by its first day, the part, and the key of the part."""


def _read_kept(session: Session, community_id: UUID, first: Month, last: Month) -> Kept:
    rows = session.scalars(
        select(MonthPeople).where(
            MonthPeople.community_id == community_id,
            MonthPeople.month >= first.first,
            MonthPeople.month <= last.first,
        )
    )
    return {(row.month, row.part, row.key): row for row in rows}


def _with_kept(found: Benefit, kept: Kept) -> Benefit:
    """Return the benefit of one month with its people as they were counted when it was over."""
    month = found.first.first

    def count(part: str, shares: Sequence[Share]) -> list[Share]:
        return [
            replace(share, sums=_count_kept(share.sums, kept.get((month, part, share.key))))
            for share in shares
        ]

    return replace(
        found,
        totals=_count_kept(found.totals, kept.get((month, "all", ""))),
        by_shop=count("shop", found.by_shop),
        by_honour=count("honour", found.by_honour),
        by_trade=count("trade", found.by_trade),
    )


def _count_kept(sums: Sums, kept: MonthPeople | None) -> Sums:
    if kept is None:
        return sums
    return replace(sums, people=kept.people, households=kept.households)


def _sum_by_month(session: Session, within: ColumnElement[bool], kept: Kept) -> list[Share]:
    months = _sum_by(session, within, Redemption.month, until=Redemption.month)
    return [
        Share(
            str(Month.of(first)),
            str(Month.of(first)),
            _count_kept(sums, kept.get((first, "all", ""))),
        )
        for first, sums in months
    ]


def _sum_by_shop(
    session: Session, community_id: UUID, within: ColumnElement[bool], *, until: date
) -> list[Share]:
    shops = _sum_by(session, within, Redemption.shop_id, until=until)
    query = select(Shop.id, Shop.name).where(
        Shop.community_id == community_id, Shop.id.in_([shop for shop, _ in shops])
    )
    names = dict(session.execute(query).tuples().all())
    return [Share(str(shop), names[shop], sums) for shop, sums in shops]


def _sum_by_honour(
    session: Session, community_id: UUID, within: ColumnElement[bool], *, until: date
) -> list[Share]:
    honours = _sum_by(session, within, Redemption.honour_id, until=until)
    query = select(Honour).where(
        Honour.community_id == community_id, Honour.id.in_([honour for honour, _ in honours])
    )
    known = {honour.id: honour for honour in session.scalars(query)}
    return [Share(known[honour].code, known[honour].name, sums) for honour, sums in honours]


def _select_sums(
    within: ColumnElement[bool],
    *by: InstrumentedAttribute[Any],
    until: date | InstrumentedAttribute[date],
) -> Any:
    """Select the sums.

    Args:
        within: which entries.
        by: what they are grouped by.
        until: the last month that is looked at; a sale that was taken back whole by then counts
            for nobody.
    """
    back = _taken_back()
    stands = back.c.month.is_(None) | (back.c.month > until)
    counted = (Redemption.kind == "sale") & stands
    return (
        select(
            *by,
            func.coalesce(func.sum(Redemption.uses), 0),
            func.coalesce(func.sum(Redemption.uses).filter(~Redemption.with_amount), 0),
            func.count(Card.resident_id.distinct()).filter(counted),
            func.count(Resident.household_key.distinct()).filter(counted),
            func.coalesce(func.sum(Redemption.total_fen), 0),
            func.coalesce(func.sum(Redemption.payable_fen), 0),
            func.coalesce(func.sum(Redemption.saved_fen), 0),
            func.coalesce(func.bool_or(Redemption.card_id.is_(None)).filter(counted), false()),
        )
        .outerjoin_from(Redemption, Card)
        .outerjoin_from(Card, Resident)
        .outerjoin(
            back,
            (back.c.community_id == Redemption.community_id) & (back.c.of_id == Redemption.id),
        )
        .where(within)
        .group_by(*by)
        .order_by(*by)
    )


def _taken_back() -> Subquery:
    """Select the sales that were taken back whole, and the first month of that."""
    first = func.min(Redemption.month).label("month")
    return (
        select(Redemption.community_id, Redemption.of_id, first)
        .where(Redemption.of_id.is_not(None), Redemption.uses < 0)
        .group_by(Redemption.community_id, Redemption.of_id)
        .subquery()
    )


def _sum_by(
    session: Session,
    within: ColumnElement[bool],
    by: InstrumentedAttribute[Any],
    *,
    until: date | InstrumentedAttribute[date],
) -> list[tuple[Any, Sums]]:
    rows = session.execute(_select_sums(within, by, until=until))
    return [(key, _to_sums(rest)) for key, *rest in rows]


def _to_sums(row: Row[Any] | Sequence[Any]) -> Sums:
    uses, without_amount, people, households, total, payable, saved, parted = row
    if parted:
        people = households = None
    return Sums(uses, without_amount, people, households, Fen(total), Fen(payable), Fen(saved))
