"""Who gained what: sums over the book of sales, by month, shop, honour and trade.

The sums are live until a month is closed. What is taken back counts whole, use and money, in the
month it is taken back: so nothing that is done later changes a month. People, uses and households
are counted apart and never mixed; of a month that is over, as they were counted then, for its sales
lose their cards. Amounts come from kept sums and what came in since (`book`), so a month costs the
same however much was sold; only who stands behind each shop or trade is counted entry by entry.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import ClosedMonth, Honour, MonthPeople, Shop
from loyalty.rules.calendar import Month
from loyalty.rules.money import Fen
from loyalty.services.errors import ValueRefusedError
from loyalty.services.ledger.book import (
    Amounts,
    Key,
    Months,
    People,
    count_people,
    count_people_by_each,
    is_parted,
    sum_amounts,
)
from loyalty.services.ledger.matrix import Given, sum_given
from loyalty.services.work import SomebodysWork

MOST_MONTHS = 120
GROUPINGS = ("by_month", "by_shop", "by_honour", "by_trade")
"""Members of `Benefit`."""

PARTS = {"shop": Key.SHOP, "honour": Key.HONOUR, "trade": Key.TRADE}
"""What `MonthPeople` calls the parts of a month, beside all of it."""


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
    months = Months(community_id, first, last)
    kept = _read_kept(session, months)
    totals, amounts = sum_amounts(session, months, tuple(Key))
    names = {
        Key.SHOP: _name_shops(session, community_id, amounts[Key.SHOP]),
        Key.HONOUR: _name_honours(session, community_id, amounts[Key.HONOUR]),
        Key.TRADE: {trade: (trade, trade) for trade in amounts[Key.TRADE]},
    }
    behind = _count_each(session, months, kept, names)

    def share(key: Key) -> list[Share]:
        return [
            Share(*names[key][one], _to_sums(sums, behind.find(key, names[key][one][0])))
            for one, sums in amounts[key].items()
        ]

    return Benefit(
        first=first,
        last=last,
        totals=_to_sums(totals, behind.everybody),
        by_month=_share_months(session, community_id, amounts[Key.MONTH], kept),
        by_shop=share(Key.SHOP),
        by_honour=share(Key.HONOUR),
        by_trade=share(Key.TRADE),
    )


def sum_month(work: SomebodysWork, month: Month) -> Sums:
    """Return the sums of one month in the actor's community, not grouped by anything."""
    return sum_month_in(work.session, work.community_id, month)


def sum_month_in(session: Session, community_id: UUID, month: Month) -> Sums:
    """Return the sums of one month in a community, not grouped by anything."""
    totals = session.scalar(
        select(ClosedMonth.figures["totals"]).where(
            ClosedMonth.community_id == community_id, ClosedMonth.month == month.first
        )
    )
    if totals is not None:
        return Sums(**totals)
    months = Months(community_id, month, month)
    amounts, _ = sum_amounts(session, months)
    kept = _read_kept(session, months)
    return _to_sums(amounts, _count_month(session, community_id, month, kept))


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


Kept = Mapping[tuple[date, str, str], People]
"""Who stood behind a month: by its first day, the part, and the key of the part."""


def _read_kept(session: Session, months: Months) -> Kept:
    rows = session.scalars(
        select(MonthPeople).where(
            MonthPeople.community_id == months.community_id,
            MonthPeople.month >= months.first.first,
            MonthPeople.month <= months.last.first,
        )
    )
    return {(row.month, row.part, row.key): People(row.people, row.households) for row in rows}


Names = Mapping[Key, Mapping[Any, tuple[str, str]]]
"""Of each shop, honour or trade: its key among the shares, and its name."""


@dataclass(frozen=True, slots=True)
class _Behind:
    """Who stands behind the sales of some months."""

    everybody: People
    shares: Mapping[tuple[Key, str], People]
    """By the key of a share."""
    others: People
    """Behind a share that is not among them."""

    def find(self, key: Key, share: str) -> People:
        """Return who stands behind one share."""
        return self.shares.get((key, share), self.others)


def _count_each(session: Session, months: Months, kept: Kept, names: Names) -> _Behind:
    nobody, unknown = People(0, 0), People(None, None)
    if found := _find_counted(months, kept):
        return found
    if months.first != months.last and is_parted(session, months):
        return _Behind(unknown, {}, unknown)
    everybody, groups = count_people_by_each(session, months, tuple(PARTS.values()))
    shares = {
        (key, names[key][one][0]): people
        for key, group in groups.items()
        for one, people in group.items()
        if one in names[key]
    }
    # Cards may have been forgotten just before that count, but not without one that was kept.
    since = _find_counted(months, _read_kept(session, months))
    return since or _Behind(everybody, shares, nobody)


def _find_counted(months: Months, kept: Kept) -> _Behind | None:
    """Return who stands behind one month, if that was counted for good."""
    everybody = kept.get((months.first.first, "all", ""))
    if months.first != months.last or everybody is None:
        return None
    shares = {(PARTS[part], of): people for (_, part, of), people in kept.items() if part in PARTS}
    return _Behind(everybody, shares, People(0, 0))


def _count_month(session: Session, community_id: UUID, month: Month, kept: Kept) -> People:
    counted = kept.get((month.first, "all", ""))
    if counted is not None:
        return counted
    found = count_people(session, community_id, month)
    # Cards may have been forgotten just before that count, but not without one that was kept.
    kept_since = session.get(MonthPeople, (community_id, month.first, "all", ""))
    return found if kept_since is None else People(kept_since.people, kept_since.households)


def _share_months(
    session: Session, community_id: UUID, amounts: Mapping[date, Amounts], kept: Kept
) -> list[Share]:
    months = {Month.of(first): sums for first, sums in amounts.items()}
    return [
        Share(
            str(month),
            str(month),
            _to_sums(sums, _count_month(session, community_id, month, kept)),
        )
        for month, sums in months.items()
    ]


def _name_shops(
    session: Session, community_id: UUID, shops: Iterable[UUID]
) -> Mapping[UUID, tuple[str, str]]:
    query = select(Shop.id, Shop.name).where(
        Shop.community_id == community_id, Shop.id.in_(list(shops))
    )
    return {shop: (str(shop), name) for shop, name in session.execute(query)}


def _name_honours(
    session: Session, community_id: UUID, honours: Iterable[UUID]
) -> Mapping[UUID, tuple[str, str]]:
    query = select(Honour).where(Honour.community_id == community_id, Honour.id.in_(list(honours)))
    return {honour.id: (honour.code, honour.name) for honour in session.scalars(query)}


def _to_sums(amounts: Amounts, behind: People) -> Sums:
    return Sums(
        amounts.uses,
        amounts.uses_without_amount,
        behind.people,
        behind.households,
        amounts.total_fen,
        amounts.payable_fen,
        amounts.saved_fen,
    )
