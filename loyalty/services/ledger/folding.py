"""Keeping sums of the book beside it, up to an entry; a sale writes nothing for them.

Entries are folded in the order of their ids, which are made by the clock (UUIDv7). What is written
under an id may become visible later than what has a larger one, for its transaction is still open.
So entries are folded up to a moment before which no transaction began that is still open, and a
minute less: that is how long an id may wait for its transaction. Whatever waited longer is missing
until the months that may still change are added up anew, within an hour, and before one is closed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    column,
    delete,
    extract,
    func,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from loyalty.database import Owned
from loyalty.models import (
    Community,
    MonthPeople,
    Redemption,
    SalesCard,
    SalesFold,
    SalesHour,
    SalesSum,
)
from loyalty.rules.calendar import Month

BEFORE_ALL = UUID(int=0)
"""Smaller than the id of any entry."""

MOST_AT_ONCE = 200_000
"""Entries that one transaction folds: a book of years is folded in parts."""

ID_WAITS = timedelta(minutes=1)
"""How long an entry may have an id before its transaction begins, and how far clocks may differ."""

Sale = aliased(Redemption)
"""The sale that an entry takes back."""

_ACTIVITY = table(
    "pg_stat_activity",
    *map(column, ("datname", "pid", "backend_type", "state", "xact_start")),
)


@dataclass(frozen=True, slots=True)
class Span:
    """Some entries of one community: from one id on, and below another."""

    community_id: UUID
    timezone: str
    first_id: UUID
    until_id: UUID
    month: Month | None = None
    """None for those of all months."""

    @property
    def entries(self) -> ColumnElement[bool]:
        """The condition for its entries."""
        within = and_(
            Redemption.community_id == self.community_id,
            Redemption.id >= self.first_id,
            Redemption.id < self.until_id,
        )
        return within if self.month is None else within & (Redemption.month == self.month.first)


def find_fold_end(session: Session, *, waits: timedelta | None = None) -> UUID | None:
    """Return the id up to which no entry can become visible any more; None if nobody can say.

    Args:
        session: of no one community, for a member does not see what others are about.
        waits: how long an id may wait for its transaction; None for as long as a fold allows.
    """
    hidden = or_(_ACTIVITY.c.state.is_(None), _ACTIVITY.c.state == "disabled")
    oldest, unknown = session.execute(
        select(
            func.least(func.clock_timestamp(), func.min(_ACTIVITY.c.xact_start)),
            func.coalesce(func.bool_or(hidden), False),
        ).where(
            _ACTIVITY.c.datname == func.current_database(),
            _ACTIVITY.c.pid != func.pg_backend_pid(),
            _ACTIVITY.c.backend_type == "client backend",
        )
    ).one()
    return None if unknown else id_at(oldest - (ID_WAITS if waits is None else waits))


def id_at(moment: datetime) -> UUID:
    """Return the smallest id that is made at a moment."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def fold_sales(session: Session, community: Community, until_id: UUID) -> bool:
    """Add entries that came in to the sums of a community; return whether there may be more.

    Args:
        community: locked, so that nobody else folds meanwhile.
        until_id: as `find_fold_end` returned it.
    """
    fold = session.get(SalesFold, community.id, populate_existing=True)
    if fold is None:
        fold = SalesFold(community_id=community.id, until_id=BEFORE_ALL)
        session.add(fold)
        session.flush()
    end = _find_end(session, community.id, fold.until_id, until_id)
    if end is None:
        return False
    _add(session, Span(community.id, community.timezone, fold.until_id, end))
    fold.until_id = end
    session.flush()
    return end < until_id


def refold_month(session: Session, community: Community, month: Month) -> None:
    """Add up a month anew, as far as the sums of its community go.

    Args:
        community: locked, so that nobody else folds meanwhile.
    """
    fold = session.get(SalesFold, community.id, populate_existing=True)
    if fold is None:
        return
    for model in (SalesSum, SalesHour, SalesCard):
        own = (model.community_id == community.id, model.month == month.first)
        session.execute(delete(model).where(*own))
    _add(session, Span(community.id, community.timezone, BEFORE_ALL, fold.until_id, month))


def forget_counted_cards(session: Session, community_id: UUID) -> None:
    """Remove how often single cards were used in months whose people have been counted for good."""
    session.execute(
        delete(SalesCard).where(
            SalesCard.community_id == community_id, SalesCard.month.in_(_counted(community_id))
        )
    )


def select_standing(entries: ColumnElement[bool]) -> Select[Any]:
    """Select how many sales of each month stand at each card, of some entries.

    Whoever runs it names the community in `entries`.
    """
    month_of_sale = select(Sale.month).where(_is_its_sale()).scalar_subquery()
    stands = case(
        (Redemption.kind == "sale", 1),
        (Redemption.uses == 0, 0),
        (month_of_sale == Redemption.month, -1),
        else_=0,
    )
    keys = (Redemption.community_id, Redemption.month, Redemption.card_id)
    return (
        select(*keys, func.sum(stands).label("standing"))
        .where(entries, Redemption.card_id.is_not(None))
        .group_by(*keys)
    )


def select_hours(entries: ColumnElement[bool], timezone: str) -> Select[Any]:
    """Select what was sold at which hour of which day of the week, by month, of some entries."""
    made = case(
        (Redemption.of_id.is_(None), Redemption.happened_at),
        else_=select(Sale.happened_at).where(_is_its_sale()).scalar_subquery(),
    )
    local = func.timezone(timezone, made)
    hours = (
        select(
            Redemption.community_id,
            Redemption.month,
            cast(extract("isodow", local), Integer).label("weekday"),
            cast(extract("hour", local), Integer).label("hour"),
            Redemption.uses,
            Redemption.payable_fen,
        )
        .where(entries)
        .subquery()
    )
    keys = (hours.c.community_id, hours.c.month, hours.c.weekday, hours.c.hour)
    return select(*keys, func.sum(hours.c.uses), func.sum(hours.c.payable_fen)).group_by(*keys)


def _select_sums(entries: ColumnElement[bool]) -> Select[Any]:
    keys = (
        Redemption.community_id,
        Redemption.month,
        Redemption.shop_id,
        Redemption.honour_id,
        Redemption.trade,
    )
    return (
        select(
            *keys,
            func.sum(Redemption.uses),
            func.sum(case((Redemption.with_amount, 0), else_=Redemption.uses)),
            func.sum(Redemption.total_fen),
            func.sum(Redemption.payable_fen),
            func.sum(Redemption.saved_fen),
        )
        .where(entries)
        .group_by(*keys)
    )


def _add(session: Session, span: Span) -> None:
    counted = Redemption.month.not_in(_counted(span.community_id))
    _add_to(session, SalesSum, _select_sums(span.entries))
    _add_to(session, SalesHour, select_hours(span.entries, span.timezone))
    _add_to(session, SalesCard, select_standing(span.entries & counted))


def _add_to(session: Session, model: type[Owned], sums: Select[Any]) -> None:
    """Add sums to the rows of a table: its key in the order of its columns, then what is added."""
    columns = model.__table__.columns
    adding = insert(model).from_select([one.name for one in columns], sums)
    session.execute(
        adding.on_conflict_do_update(
            index_elements=[one for one in columns if one.primary_key],
            set_={
                one.name: one + adding.excluded[one.name] for one in columns if not one.primary_key
            },
        )
    )


def _counted(community_id: UUID) -> Select[tuple[Any]]:
    return select(MonthPeople.month).where(
        MonthPeople.community_id == community_id, MonthPeople.part == "all"
    )


def _is_its_sale() -> ColumnElement[bool]:
    return and_(Sale.community_id == Redemption.community_id, Sale.id == Redemption.of_id)


def _find_end(session: Session, community_id: UUID, first_id: UUID, until_id: UUID) -> UUID | None:
    """Return up to which entry one transaction folds; None where nothing has come in."""
    ids = (
        select(Redemption.id)
        .where(
            Redemption.community_id == community_id,
            Redemption.id >= first_id,
            Redemption.id < until_id,
        )
        .order_by(Redemption.id)
        .limit(1)
    )
    if session.scalar(ids) is None:
        return None
    return session.scalar(ids.offset(MOST_AT_ONCE)) or until_id
