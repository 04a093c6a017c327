"""Who gained what: sums over the book of sales, by month, shop, honour and trade.

The sums are live until a month is closed. What is taken back counts whole, use and money, in the
month it is taken back: so nothing that is done later changes a month. People, uses and households
are counted apart and never mixed; of a month that is over, as they were counted then, for its sales
lose their cards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Subquery, false, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from loyalty.models import Card, ClosedMonth, Honour, MonthPeople, Redemption, Resident, Shop
from loyalty.rules.calendar import Month
from loyalty.rules.money import Fen
from loyalty.services.errors import ValueRefusedError
from loyalty.services.ledger.matrix import Given, sum_given
from loyalty.services.work import SomebodysWork

MOST_MONTHS = 120
GROUPINGS = ("by_month", "by_shop", "by_honour", "by_trade")
"""Members of `Benefit`."""


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
    given: Given | None = None
    """Who gave whom how much; None for what is read of sales alone."""


def sum_benefit(work: SomebodysWork, *, first: Month, last: Month) -> Benefit:
    """Return who gained what in the actor's community, and who gave whom how much.

    Raises:
        ValueRefusedError: the months are in the wrong order, or too many.
    """
    found = sum_benefit_in(work.session, work.community_id, first=first, last=last)
    given = sum_given(work, first=first, last=last, saved=found.totals.saved_fen)
    return replace(found, given=given)


def sum_benefit_in(session: Session, community_id: UUID, *, first: Month, last: Month) -> Benefit:
    """Return who gained what by sales in a community from one month to another, both included.

    Raises:
        ValueRefusedError: the months are in the wrong order, or too many.
    """
    if last < first:
        raise ValueRefusedError("/query/to", "The last month comes before the first.")
    if last > first.plus(MOST_MONTHS - 1):
        raise ValueRefusedError("/query/to", f"At most {MOST_MONTHS} months are added up.")
    if first == last and (closed := _find_closed(session, community_id, first)):
        return closed
    within = _within(community_id, first, last)
    groups = _sum_by_each(session, within, until=last.first)
    kept = _read_kept(session, community_id, first, last)
    found = Benefit(
        first=first,
        last=last,
        totals=groups.totals,
        by_month=_sum_by_month(session, within, kept),
        by_shop=_name_shops(session, community_id, groups.by_shop),
        by_honour=_name_honours(session, community_id, groups.by_honour),
        by_trade=[Share(trade, trade, sums) for trade, sums in groups.by_trade],
    )
    return found if first != last else _with_kept(found, kept)


def sum_month(work: SomebodysWork, month: Month) -> Sums:
    """Return the sums of one month in the actor's community, not grouped by anything."""
    if closed := _find_closed(work.session, work.community_id, month):
        return closed.totals
    within = _within(work.community_id, month, month)
    sums = _to_sums(work.session.execute(_select_sums(within, until=month.first)).one())
    kept = _read_kept(work.session, work.community_id, month, month)
    return _count_kept(sums, kept.get((month.first, "all", "")))


def sum_shop_month(work: Work, shop_id: UUID, month: Month) -> Sums:
    """Return the sums of one shop of the community in one month."""
    within = _within(work.community_id, month, month) & (Redemption.shop_id == shop_id)
    sums = _to_sums(work.session.execute(_select_sums(within, until=month.first)).one())
    key = (work.community_id, month.first, "shop", str(shop_id))
    return _count_kept(sums, work.session.get(MonthPeople, key))


def pack_figures(found: Benefit) -> dict[str, Any]:
    """Return the figures of a month that is closed, as they are kept."""
    return {
        "totals": asdict(found.totals),
        **{name: [asdict(share) for share in getattr(found, name)] for name in GROUPINGS},
    }


def _find_closed(session: Session, community_id: UUID, month: Month) -> Benefit | None:
    """Return the figures of a month as they were closed; None if it is not."""
    closed = session.get(ClosedMonth, (community_id, month.first))
    if closed is None:
        return None
    kept = closed.figures
    groups: dict[str, Any] = {
        name: [Share(one["key"], one["name"], Sums(**one["sums"])) for one in kept[name]]
        for name in GROUPINGS
    }
    return Benefit(first=month, last=month, totals=Sums(**kept["totals"]), **groups)


def _within(community_id: UUID, first: Month, last: Month) -> ColumnElement[bool]:
    return (
        (Redemption.community_id == community_id)
        & (Redemption.month >= first.first)
        & (Redemption.month <= last.first)
    )


@dataclass(frozen=True, slots=True)
class _Groups:
    """The sums of all entries, and of those that share a shop, an honour, a trade."""

    totals: Sums
    by_shop: Sequence[tuple[UUID, Sums]]
    by_honour: Sequence[tuple[UUID, Sums]]
    by_trade: Sequence[tuple[str, Sums]]


def _sum_by_each(session: Session, within: ColumnElement[bool], *, until: date) -> _Groups:
    """Return the sums of all groups; one reading of the entries and cardholders serves for all."""
    keys = (Redemption.shop_id, Redemption.honour_id, Redemption.trade)
    sets = func.grouping_sets(text("()"), *keys)
    query = _select_sums(within, *keys, until=until, grouped_by=sets)
    rows = [(row[: len(keys)], _to_sums(row[len(keys) :])) for row in session.execute(query)]
    by_shop, by_honour, by_trade = (
        [(row[place], sums) for row, sums in rows if row[place] is not None]
        for place in range(len(keys))
    )
    totals = next(sums for row, sums in rows if all(key is None for key in row))
    return _Groups(totals, by_shop, by_honour, by_trade)


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
    rows = session.execute(_select_sums(within, Redemption.month, until=Redemption.month))
    named = [(first, str(Month.of(first)), _to_sums(rest)) for first, *rest in rows]
    return [
        Share(month, month, _count_kept(sums, kept.get((first, "all", ""))))
        for first, month, sums in named
    ]


def _name_shops(
    session: Session, community_id: UUID, shops: Sequence[tuple[UUID, Sums]]
) -> list[Share]:
    query = select(Shop.id, Shop.name).where(
        Shop.community_id == community_id, Shop.id.in_([shop for shop, _ in shops])
    )
    names = dict(session.execute(query).tuples().all())
    return [Share(str(shop), names[shop], sums) for shop, sums in shops]


def _name_honours(
    session: Session, community_id: UUID, honours: Sequence[tuple[UUID, Sums]]
) -> list[Share]:
    query = select(Honour).where(
        Honour.community_id == community_id, Honour.id.in_([honour for honour, _ in honours])
    )
    known = {honour.id: honour for honour in session.scalars(query)}
    return [Share(known[honour].code, known[honour].name, sums) for honour, sums in honours]


def _select_sums(
    within: ColumnElement[bool],
    *by: InstrumentedAttribute[Any],
    until: date | InstrumentedAttribute[date],
    grouped_by: ColumnElement[Any] | None = None,
) -> Any:
    """Select the sums.

    Args:
        within: which entries.
        by: what they are grouped by; by all at once, unless `grouped_by` says otherwise.
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
        .group_by(*(by if grouped_by is None else [grouped_by]))
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


def _to_sums(row: Row[Any] | Sequence[Any]) -> Sums:
    uses, without_amount, people, households, total, payable, saved, parted = row
    if parted:
        people = households = None
    return Sums(uses, without_amount, people, households, Fen(total), Fen(payable), Fen(saved))
