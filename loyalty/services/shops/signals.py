"""What stands out in the sales of shops: looked for day by day, listed, and put away by staff."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, delete, exists, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased, joinedload
from uuid_utils.compat import uuid7

from loyalty.models import (
    Card,
    Community,
    Redemption,
    Shop,
    ShopSignal,
    SignalWatermark,
    StaffAccount,
)
from loyalty.rules.calendar import Month
from loyalty.rules.certification import CertificationState, gives_discount, state_on
from loyalty.rules.limits import UNLIMITED, Overrides, choose_more_generous
from loyalty.rules.retention import CASES
from loyalty.rules.signals import (
    FORMER,
    OF_MANY_DAYS,
    SILENT_FOR,
    WINDOW,
    SaleFact,
    ShopFact,
    Signal,
    SignalKind,
    find_signals,
)
from loyalty.services.errors import SignalPutAwayError
from loyalty.services.paging import Page, fetch_asked
from loyalty.services.work import Lock, Work

REACHES_BACK = max(WINDOW, SILENT_FOR + FORMER)

ROWS_AT_ONCE = 5000

_Days = Mapping[tuple[UUID, SignalKind], date]
"""By shop and kind."""


@dataclass(frozen=True, slots=True)
class FindSignals:
    """Which part of the list is wanted."""

    limit: int
    after: UUID | None = None
    put_away: bool = False
    """Those that staff have looked at already, in place of those that wait."""
    shop_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PutAway:
    """That staff have looked at a signal, and why it needs nothing more."""

    signal_id: UUID
    reason: str


def look_through_sales(session: Session, community: Community, *, now: datetime) -> int:
    """Keep what stands out up to yesterday, once a day; return how much of it is new.

    Args:
        now: on the wall clock of the community.
    """
    yesterday = now.date() - timedelta(days=1)
    watermark = session.get(SignalWatermark, community.id)
    if watermark is not None and watermark.through >= yesterday:
        return 0
    shops = [
        _make_shop_fact(community, shop, yesterday) for shop in _list_shops(session, community)
    ]
    sales = _read_sales(session, community.id, until=yesterday)
    waiting, put_away = _list_known(session, community.id, now)
    found = [
        replace(one, day=waiting.get((one.shop_id, one.kind), one.day))
        for one in find_signals(shops, sales, today=yesterday, put_away=put_away)
    ]
    session.merge(SignalWatermark(community_id=community.id, through=yesterday))
    return _keep(session, community.id, found, now=now)


def find_shop_signals(work: Work, request: FindSignals) -> Page[ShopSignal]:
    """Return what stands out in the shops of the community, what was found last first."""
    waits = ShopSignal.put_away_at.is_(None)
    query = work.select(ShopSignal).where(~waits if request.put_away else waits)
    if request.shop_id is not None:
        query = query.where(ShopSignal.shop_id == request.shop_id)
    query = query.options(joinedload(ShopSignal.shop))
    return fetch_asked(work.session, query, ShopSignal, request, newest_first=True)


def get_signal(work: Work, signal_id: UUID) -> ShopSignal:
    """Return one signal of the actor's community.

    Raises:
        UnknownRecordError: the community has no such signal.
    """
    return work.find(ShopSignal, signal_id, options=[joinedload(ShopSignal.shop)])


def put_signal_away(work: Work, request: PutAway) -> ShopSignal:
    """Write down that staff have looked at a signal, and what they found, once.

    Raises:
        UnknownRecordError: the community has no such signal.
        SignalPutAwayError: somebody has put it away.
    """
    signal = work.find(ShopSignal, request.signal_id, lock=Lock.CHANGE)
    if signal.put_away_at is not None:
        raise SignalPutAwayError("Somebody has looked at this already.")
    signal.put_away_at, signal.put_away_by = work.now, work.actor.account_id
    signal.reason = request.reason
    work.note("signal.put_away", signal, kind=signal.kind)
    return signal


def forget_signals(session: Session, community_id: UUID, *, now: datetime) -> None:
    """Forget what was put away long ago; the trace of it stays."""
    session.execute(
        delete(ShopSignal).where(
            ShopSignal.community_id == community_id, ShopSignal.put_away_at <= now - CASES
        )
    )


def _list_shops(session: Session, community: Community) -> Sequence[Shop]:
    return session.scalars(select(Shop).where(Shop.community_id == community.id)).all()


def _make_shop_fact(community: Community, shop: Shop, day: date) -> ShopFact:
    limits = choose_more_generous(
        replace(UNLIMITED, uses_per_shop_day=community.uses_per_shop_day),
        Overrides(uses_per_shop_day=shop.uses_per_shop_day),
    )
    state = state_on(CertificationState(shop.state), shop.certified_until, day)
    return ShopFact(shop.id, gives_discount(state), limits.uses_per_shop_day)


def _list_known(session: Session, community_id: UUID, now: datetime) -> tuple[_Days, _Days]:
    """Return, of kinds of many days, the day of each that waits, and when one was put away last."""
    rows = session.execute(
        select(ShopSignal.shop_id, ShopSignal.kind, ShopSignal.day, ShopSignal.put_away_at)
        .where(ShopSignal.community_id == community_id, ShopSignal.kind.in_(OF_MANY_DAYS))
        .order_by(ShopSignal.day)
    ).tuples()
    waiting, put_away = dict[tuple[UUID, SignalKind], date](), dict[tuple[UUID, SignalKind], date]()
    for shop, name, day, at in rows:
        one = shop, SignalKind(name)
        if at is None:
            waiting[one] = day
        else:
            local = at.astimezone(now.tzinfo).date()
            put_away[one] = max(local, put_away.get(one, local))
    return waiting, put_away


def _read_sales(session: Session, community_id: UUID, *, until: date) -> Iterator[SaleFact]:
    rows = session.execute(
        _select_sales(community_id, until - REACHES_BACK, until),
        execution_options={"yield_per": ROWS_AT_ONCE},
    )
    return (SaleFact(**row._mapping) for row in rows)  # noqa: SLF001  # how a row names its columns


def _select_sales(community_id: UUID, after: date, until: date) -> Select[Any]:
    """Select the sales of some days that were not taken back whole, as rules look at them."""
    owner, clerk = aliased(StaffAccount), aliased(StaffAccount)
    is_own = (Card.resident_id == owner.resident_id).is_(true()) | (
        Card.resident_id == clerk.resident_id
    ).is_(true())
    return (
        select(
            Redemption.id,
            Redemption.shop_id,
            Redemption.card_id,
            Redemption.happened_at.label("at"),
            Redemption.happened_on.label("day"),
            case((Redemption.with_amount, Redemption.total_fen)).label("total_fen"),
            (Redemption.till_id.is_not(None) & ~Redemption.offline).label("live"),
            is_own.label("own"),
        )
        .join_from(Redemption, Shop)
        .outerjoin_from(Redemption, Card)
        .outerjoin(owner, (owner.community_id == Shop.community_id) & (owner.id == Shop.owner_id))
        .outerjoin(
            clerk,
            (clerk.community_id == Redemption.community_id) & (clerk.id == Redemption.account_id),
        )
        .where(
            Redemption.community_id == community_id,
            Redemption.kind == "sale",
            Redemption.happened_on > after,
            Redemption.happened_on <= until,
            # The index knows the month an entry counts in, which is its own or a later one.
            Redemption.month >= Month.of(after).first,
            ~_is_taken_back(community_id),
        )
    )


def _is_taken_back(community_id: UUID) -> ColumnElement[bool]:
    """Return whether nothing of a sale is left."""
    back = aliased(Redemption)
    return exists(
        select(back.id).where(
            back.community_id == community_id, back.of_id == Redemption.id, back.uses < 0
        )
    )


def _keep(session: Session, community_id: UUID, found: Sequence[Signal], *, now: datetime) -> int:
    """Keep what stands out, in the figures of now while it waits; return how much of it is new."""
    rows = [
        {
            "id": uuid7(),
            "community_id": community_id,
            "shop_id": one.shop_id,
            "kind": one.kind.value,
            "day": one.day,
            "facts": {**one.facts, "sale_ids": [str(sale) for sale in one.sales]},
            "found_at": now,
        }
        for one in found
    ]
    if not rows:
        return 0
    kept = insert(ShopSignal).values(rows)
    kept = kept.on_conflict_do_update(
        index_elements=["community_id", "shop_id", "kind", "day"],
        set_={"facts": kept.excluded.facts},
        where=ShopSignal.put_away_at.is_(None),
    )
    return list(session.scalars(kept.returning(ShopSignal.found_at))).count(now)
