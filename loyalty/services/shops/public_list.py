"""The shops as anyone looks for them: what they give, whether they are open, and their last use."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Area, Community, Honour, Shop, ShopSeries
from loyalty.rules.discount import find_exclusions, pay_for
from loyalty.rules.money import Permille
from loyalty.rules.opening_hours import is_open, read_opening_hours
from loyalty.services.community.honours import honours_to_name, proposed_rate
from loyalty.services.shops.finding import gives_on, matches_search, select_shops
from loyalty.services.shops.last_use import find_last_uses

PAGE_LENGTH = 30
"""Shops of one page, which stays below 50 kB."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What whoever looks has a card for; it tells of no person."""

    honour: str
    """Code of the honour."""
    pay: Permille | None = None
    """The card's own rate, which goes where a shop has agreed to none; None takes what the honour
    proposes."""


@dataclass(frozen=True, slots=True)
class FindPublicShops:
    """Which part of the list of shops is wanted."""

    q: str | None = None
    """Part of the name, the stall or the plaque's number, or how the name's pinyin begins."""
    category: str | None = None
    series: str | None = None
    area_id: UUID | None = None
    """The liaison area in which it lies."""
    open_now: bool = False
    holding: Holding | None = None
    """None shows what any card pays."""
    page: int = 1
    """From 1; beyond the last page it is the last."""


@dataclass(frozen=True, slots=True)
class ShownShop:
    """A shop as anyone sees it."""

    shop: Shop
    rates: tuple[Permille, Permille]
    """The lowest and the highest rate that is paid there."""
    is_open: bool | None
    """Whether it is open now; None where its words cannot be read for certain."""
    last_use: date | None
    excluded: Sequence[str]
    """Codes of the categories of goods that a card does not apply to there."""


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What there is to choose from."""

    trades: Mapping[str, int]
    series: Mapping[str, ShopSeries | None]
    areas: Sequence[Area]


@dataclass(frozen=True, slots=True)
class ShownShops:
    """A page of the list, and what can be asked for besides."""

    items: Sequence[ShownShop]
    found: int
    """How many shops there are on all pages."""
    page: int
    pages: int
    trades: Mapping[str, int]
    """By trade: how many shops take the card today, whatever is asked for."""
    series: Mapping[str, ShopSeries | None]
    """By name: those of the shops that take the card; None is one of earlier times."""
    areas: Sequence[Area]
    """Those in which shops lie that take the card, by name."""
    honours: Mapping[str, Honour]
    """By code."""


def list_public_shops(
    session: Session, community: Community, request: FindPublicShops, *, now: datetime
) -> ShownShops:
    """Return a page of the shops that take the card today, by trade and pinyin.

    Args:
        now: on the wall clock of the community.
    """
    found = _find(session, community, request, now)
    pages = max(1, -(-len(found) // PAGE_LENGTH))
    page = min(max(request.page, 1), pages)
    honours = honours_to_name(session, community)
    part = found[(page - 1) * PAGE_LENGTH : page * PAGE_LENGTH]
    kinds = _find_kinds(session, community, now.date())
    return ShownShops(
        _show(session, community, part, holding=request.holding, honours=honours, now=now),
        len(found),
        page,
        pages,
        kinds.trades,
        kinds.series,
        kinds.areas,
        honours,
    )


def list_all_public_shops(
    session: Session, community: Community, holding: Holding | None, *, now: datetime
) -> Sequence[ShownShop]:
    """Return every shop that takes the card today, for the list on paper."""
    found = _find(session, community, FindPublicShops(), now)
    honours = honours_to_name(session, community)
    return _show(session, community, found, holding=holding, honours=honours, now=now)


def show_shop(session: Session, community: Community, shop: Shop, *, now: datetime) -> ShownShop:
    """Return one shop as anyone sees it."""
    honours = honours_to_name(session, community)
    return _show(session, community, [shop], holding=None, honours=honours, now=now)[0]


def find_rate_span(
    shop: Shop, community: Community, holding: Holding | None, honours: Iterable[Honour]
) -> tuple[Permille, Permille]:
    """Return the lowest and the highest rate that cards pay in a shop; one, for a card in hand."""
    agreed = {term.honour.code: Permille(term.pay_permille) for term in shop.terms}
    most = Permille(community.band_max_permille)
    proposed = {one.code: proposed_rate(one, community) or most for one in honours}
    if holding is not None:
        own = holding.pay or proposed.get(holding.honour, most)
        rate = pay_for(agreed.get(holding.honour), own)
        return rate, rate
    rates = [pay_for(agreed.get(code), own) for code, own in proposed.items()]
    return min(rates, default=most), max(rates, default=most)


def _find(
    session: Session, community: Community, request: FindPublicShops, now: datetime
) -> Sequence[Shop]:
    query = select_shops(community.id).where(gives_on(now.date()))
    if request.q:
        query = query.where(matches_search(request.q))
    if request.category:
        query = query.where(Shop.category == request.category)
    if request.series:
        query = query.where(Shop.series == request.series)
    if request.area_id:
        query = query.where(Shop.area_id == request.area_id)
    found = session.scalars(query.order_by(Shop.category, Shop.name_pinyin, Shop.id)).all()
    return [one for one in found if _is_open(one, now)] if request.open_now else found


def _show(
    session: Session,
    community: Community,
    shops: Sequence[Shop],
    *,
    holding: Holding | None,
    honours: Mapping[str, Honour],
    now: datetime,
) -> Sequence[ShownShop]:
    last_uses: Mapping[UUID, date] = find_last_uses(
        session, community.id, [one.id for one in shops]
    )
    excluded = frozenset(community.excluded_categories)
    return [
        ShownShop(
            shop,
            find_rate_span(shop, community, holding, honours.values()),
            _is_open(shop, now),
            last_uses.get(shop.id),
            sorted(find_exclusions(excluded, frozenset(shop.opted_in_categories))),
        )
        for shop in shops
    ]


def _is_open(shop: Shop, now: datetime) -> bool | None:
    spans = read_opening_hours(shop.hours)
    return None if spans is None else is_open(spans, now)


def _find_kinds(session: Session, community: Community, today: date) -> _Kinds:
    """Return what the shops that take the card are like, whatever is asked for."""
    rows = session.execute(
        select(Shop.category, Shop.series, Shop.area_id, func.count())
        .where(Shop.community_id == community.id, gives_on(today))
        .group_by(Shop.category, Shop.series, Shop.area_id)
    ).tuples()
    trades, names, area_ids = Counter[str](), set[str](), set[UUID | None]()
    for trade, series, area_id, count in rows:
        trades[trade] += count
        names.add(series)
        area_ids.add(area_id)
    known = session.scalars(
        select(ShopSeries).where(
            ShopSeries.community_id == community.id, ShopSeries.name.in_(names)
        )
    )
    by_name = {one.name: one for one in known}
    areas = session.scalars(
        select(Area)
        .where(Area.community_id == community.id, Area.id.in_(area_ids - {None}))
        .order_by(Area.id)
    ).all()
    return _Kinds(
        dict(sorted(trades.items())), {name: by_name.get(name) for name in sorted(names)}, areas
    )
