"""What the book of sales amounts to: kept sums, and the entries that came since.

Each question is one statement, so that it sees the sums and the rest of the book at one moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Subquery,
    Uuid,
    and_,
    any_,
    case,
    cast,
    false,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from loyalty.models import Card, Redemption, Resident, SalesCard, SalesFold, SalesHour, SalesSum
from loyalty.rules.calendar import Month
from loyalty.rules.money import Fen
from loyalty.services.ledger.folding import BEFORE_ALL, select_hours, select_standing


class Key(StrEnum):
    """By what sums are parted; the name of a column."""

    MONTH = "month"
    SHOP = "shop_id"
    HONOUR = "honour_id"
    TRADE = "trade"


@dataclass(frozen=True, slots=True)
class Amounts:
    """What some entries amount to, voids and returns taken off."""

    uses: int
    uses_without_amount: int
    total_fen: Fen
    payable_fen: Fen
    saved_fen: Fen


@dataclass(frozen=True, slots=True)
class People:
    """Who stands behind some sales; None where nobody can count them any more."""

    people: int | None
    households: int | None


@dataclass(frozen=True, slots=True)
class Hour:
    """What was sold in one hour of one day of the week."""

    weekday: int
    """1 for Monday."""
    hour: int
    uses: int
    payable_fen: Fen


@dataclass(frozen=True, slots=True)
class Months:
    """Some months of a community's book, both ends included."""

    community_id: UUID
    first: Month
    last: Month

    def holds(self, model: type[Redemption | SalesSum | SalesHour | SalesCard]) -> Any:
        """Return the condition for the rows of these months."""
        return (model.community_id == self.community_id) & model.month.between(
            self.first.first, self.last.first
        )

    @property
    def came_since(self) -> ColumnElement[bool]:
        """The condition for the entries of these months that are in no sum yet."""
        until = (
            select(SalesFold.until_id)
            .where(SalesFold.community_id == self.community_id)
            .scalar_subquery()
        )
        begin = func.coalesce(until, literal(BEFORE_ALL, Uuid()))
        return and_(self.holds(Redemption), Redemption.id >= begin)


AMOUNTS = ("uses", "uses_without_amount", "total_fen", "payable_fen", "saved_fen")


def sum_amounts(
    session: Session, months: Months, by: Sequence[Key] = ()
) -> tuple[Amounts, Mapping[Key, Mapping[Any, Amounts]]]:
    """Return what the entries of some months amount to: all of them, and by each of some keys."""
    parts = _unite(months).subquery()
    keys = [parts.c[key] for key in by]
    sums = [func.coalesce(func.sum(parts.c[name]), 0) for name in AMOUNTS]
    query = select(*keys, *sums)
    if keys:
        sets = func.grouping_sets(text("()"), *keys)
        query = query.group_by(sets).order_by(*keys)
    groups: dict[Key, dict[Any, Amounts]] = {key: {} for key in by}
    total = Amounts(0, 0, Fen(0), Fen(0), Fen(0))
    for row in session.execute(query):
        values, amounts = row[: len(keys)], _read_amounts(row[len(keys) :])
        place = next((at for at, value in enumerate(values) if value is not None), None)
        if place is None:
            total = amounts
        else:
            groups[by[place]][values[place]] = amounts
    return total, groups


def count_people(session: Session, community_id: UUID, month: Month) -> People:
    """Return who stands behind the sales of one month that nobody has counted for good yet."""
    months = Months(community_id, month, month)
    came = select_standing(months.came_since).subquery()
    parts = union_all(
        select(SalesCard.card_id, SalesCard.standing).where(months.holds(SalesCard)),
        select(came.c.card_id, came.c.standing),
    ).subquery()
    standing = (
        select(parts.c.card_id)
        .group_by(parts.c.card_id)
        .having(func.sum(parts.c.standing) > 0)
        .subquery()
    )
    # As one list: how many cards there are is known too late for the planner to choose well.
    listed = select(func.array_agg(standing.c.card_id)).scalar_subquery()
    cards = func.coalesce(listed, cast([], ARRAY(Uuid)))
    row = session.execute(
        select(
            func.count(Card.resident_id.distinct()),
            func.count(Resident.household_key.distinct()),
        )
        .join_from(Card, Resident)
        .where(Card.community_id == community_id, Card.id == any_(cards))
    ).one()
    return People(*row)


def count_people_by_each(
    session: Session, months: Months, by: Sequence[Key]
) -> tuple[People, Mapping[Key, Mapping[Any, People]]]:
    """Return who stands behind the sales of some months: all, and by each of some keys.

    It reads every entry of these months. A sale that was taken back whole by their end counts for
    nobody.
    """
    keys = [Redemption.__table__.c[key] for key in by]
    query = _select_people(months).add_columns(*keys)
    if keys:
        query = query.group_by(func.grouping_sets(text("()"), *keys))
    groups: dict[Key, dict[Any, People]] = {key: {} for key in by}
    total = People(0, 0)
    for people, households, parted, *values in session.execute(query):
        found = People(None, None) if parted else People(people, households)
        place = next((at for at, value in enumerate(values) if value is not None), None)
        if place is None:
            total = found
        else:
            groups[by[place]][values[place]] = found
    return total, groups


def sum_shop_amounts(session: Session, months: Months, shop_id: UUID) -> Mapping[Month, Amounts]:
    """Return what the entries of one shop amount to, by month; months without any left out."""
    parts = _unite(months).subquery()
    query = (
        select(parts.c.month, *(func.sum(parts.c[name]) for name in AMOUNTS))
        .where(parts.c.shop_id == shop_id)
        .group_by(parts.c.month)
    )
    return {Month.of(first): _read_amounts(sums) for first, *sums in session.execute(query)}


def count_shop_people(session: Session, months: Months, shop_id: UUID) -> People:
    """Return who stands behind the sales of one shop, as `count_people_by_each` counts them."""
    query = _select_people(months).where(Redemption.shop_id == shop_id)
    people, households, parted = session.execute(query).one()
    return People(None, None) if parted else People(people, households)


def list_hours(session: Session, months: Months, timezone: str) -> list[Hour]:
    """Return what was sold at which hour of which day of the week; hours without a sale left out.

    Args:
        timezone: of the community.
    """
    since = select_hours(months.came_since, timezone).subquery()
    kept = select(SalesHour.weekday, SalesHour.hour, SalesHour.uses, SalesHour.payable_fen).where(
        months.holds(SalesHour)
    )
    came = select(*(one for one in since.c if one.name not in {"community_id", "month"}))
    parts = union_all(kept, came).subquery()
    keys = (parts.c.weekday, parts.c.hour)
    rows = session.execute(
        select(*keys, func.sum(parts.c.uses), func.sum(parts.c.payable_fen))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [Hour(int(day), int(hour), int(uses), Fen(int(paid))) for day, hour, uses, paid in rows]


def _read_amounts(sums: Sequence[Any]) -> Amounts:
    """Return the sums of a row, in the order of `AMOUNTS`."""
    uses, without, all_fen, paid, saved = map(int, sums)
    return Amounts(uses, without, Fen(all_fen), Fen(paid), Fen(saved))


def _unite(months: Months) -> CompoundSelect[Any]:
    """Select the kept sums of some months, and each entry that came since as a sum of its own."""
    own = [SalesSum.__table__.c[name] for name in (*Key, *AMOUNTS)]
    without = case((Redemption.with_amount, 0), else_=Redemption.uses)
    entries = [
        *(Redemption.__table__.c[key] for key in Key),
        Redemption.uses,
        without.label("uses_without_amount"),
        Redemption.total_fen,
        Redemption.payable_fen,
        Redemption.saved_fen,
    ]
    return union_all(
        select(*own).where(months.holds(SalesSum)), select(*entries).where(months.came_since)
    )


def _select_people(months: Months) -> Any:
    back = _taken_back(months.community_id)
    stands = back.c.month.is_(None) | (back.c.month > months.last.first)
    counted = (Redemption.kind == "sale") & stands
    parted = func.bool_or(Redemption.card_id.is_(None)).filter(counted)
    return (
        select(
            func.count(Card.resident_id.distinct()).filter(counted),
            func.count(Resident.household_key.distinct()).filter(counted),
            func.coalesce(parted, false()),
        )
        .outerjoin_from(Redemption, Card)
        .outerjoin_from(Card, Resident)
        .outerjoin(
            back,
            (back.c.community_id == Redemption.community_id) & (back.c.of_id == Redemption.id),
        )
        .where(months.holds(Redemption))
    )


def _taken_back(community_id: UUID) -> Subquery:
    """Select the sales that were taken back whole, and the first month of that."""
    first = func.min(Redemption.month).label("month")
    return (
        select(Redemption.community_id, Redemption.of_id, first)
        .where(
            Redemption.community_id == community_id,
            Redemption.of_id.is_not(None),
            Redemption.uses < 0,
        )
        .group_by(Redemption.community_id, Redemption.of_id)
        .subquery()
    )


def is_parted(session: Session, months: Months) -> bool:
    """Return whether some sales of these months no longer say at whose card they were made."""
    earliest = (
        select(Redemption.month)
        .where(months.holds(Redemption), Redemption.kind == "sale", Redemption.card_id.is_(None))
        .order_by(Redemption.month, Redemption.id)
        .limit(1)
    )
    return session.scalar(earliest) is not None
