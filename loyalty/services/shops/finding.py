"""Looking shops up: for staff, for their owners, and for anyone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session, selectinload

from loyalty.models import Community, Honour, Shop, ShopTerm
from loyalty.rules import typed_text
from loyalty.rules.certification import CertificationState, gives_discount
from loyalty.rules.discount import pay_for
from loyalty.rules.money import Permille
from loyalty.services.actors import Role
from loyalty.services.errors import NotAllowedError, UnknownRecordError
from loyalty.services.paging import Page, fetch_asked, fetch_page
from loyalty.services.work import Lock, Work

WITH_TERMS = selectinload(Shop.terms).joinedload(ShopTerm.honour)
"""What a shop is shown with."""


@dataclass(frozen=True, slots=True)
class FindShops:
    """Which part of the list of shops is wanted."""

    limit: int
    after: UUID | None = None
    q: str | None = None
    """Part of the name, the stall or the plaque's number, or how the name's pinyin begins."""
    category: str | None = None
    state: CertificationState | None = None


def find_shops(work: Work, request: FindShops) -> Page[Shop]:
    """Return shops in the order of their pinyin; their state is looked at as of today."""
    query = work.select(Shop).options(WITH_TERMS)
    if request.q is not None:
        query = query.where(matches_search(request.q))
    if request.category is not None:
        query = query.where(Shop.category == request.category)
    if request.state is not None:
        query = query.where(_state_on(work.now.date()) == request.state.value)
    return fetch_asked(work.session, query, Shop, request, by=Shop.name_pinyin)


def name_shops(work: Work) -> Sequence[tuple[UUID, str]]:
    """Return the ids and names of all shops of the community, in the order of their pinyin."""
    query = (
        select(Shop.id, Shop.name)
        .where(Shop.community_id == work.community_id)
        .order_by(Shop.name_pinyin, Shop.id)
    )
    return work.session.execute(query).tuples().all()


def list_own_shops(work: Work) -> Sequence[Shop]:
    """Return the shops that the actor's account is the owner of, in the order of their pinyin."""
    query = work.select(Shop).where(Shop.owner_id == work.actor.account_id).options(WITH_TERMS)
    return work.session.scalars(query.order_by(Shop.name_pinyin, Shop.id)).all()


def find_shops_that_give(
    session: Session, community: Community, *, limit: int, after: UUID | None, now: datetime
) -> Page[Shop]:
    """Return the shops where a card gives something today: what anyone may see."""
    query = select_shops(community.id).where(gives_on(now.date()))
    return fetch_page(session, query, Shop, limit=limit, after=after, by=Shop.name_pinyin)


def count_shops_that_give(session: Session, community: Community, *, today: date) -> int:
    """Return in how many shops a card gives something today."""
    query = select(func.count()).where(Shop.community_id == community.id, gives_on(today))
    return session.scalar(query) or 0


def find_rates_given(
    session: Session, community: Community, card_pay: Permille, honour: str, *, today: date
) -> tuple[Permille, Permille]:
    """Return the lowest and the highest rate that a card pays in the shops of today.

    Args:
        card_pay: the card's own rate, which goes where a shop has agreed to none.
        honour: code of the card's honour.
    """
    agreed = (
        select(ShopTerm.pay_permille)
        .join(ShopTerm.honour)
        .where(
            ShopTerm.community_id == Shop.community_id,
            ShopTerm.shop_id == Shop.id,
            Honour.code == honour,
        )
        .scalar_subquery()
    )
    rates = session.scalars(
        select(agreed).where(Shop.community_id == community.id, gives_on(today)).distinct()
    ).all()
    given = [pay_for(None if rate is None else Permille(rate), card_pay) for rate in rates]
    return min(given, default=card_pay), max(given, default=card_pay)


def get_shop_by_plaque(session: Session, community: Community, plaque_number: str) -> Shop:
    """Return the shop behind a plaque, which may have lost its certification since.

    Raises:
        UnknownRecordError: the community has never given out this plaque.
    """
    shop = session.scalar(
        select_shops(community.id).where(
            Shop.plaque_number == typed_text.clean_plaque_number(plaque_number)
        )
    )
    if shop is None:
        raise UnknownRecordError("The community has no such shop.")
    return shop


def get_shop(
    work: Work, shop_id: UUID, *, version: int | None = None, lock: Lock | None = None
) -> Shop:
    """Return a shop of the actor's community, with its terms.

    Who changes one locks the community for the band's sake, and the version refuses whoever would
    not. Who moves its certification locks the shop, too, so that no objection comes in meanwhile;
    sales, which merely refer to it, go on.
    """
    return work.find(Shop, shop_id, version=version, lock=lock, options=[WITH_TERMS])


def get_shop_for_owner(work: Work, shop_id: UUID) -> Shop:
    """Return a shop to its owner or to staff.

    Raises:
        NotAllowedError: the account is neither.
    """
    shop = get_shop(work, shop_id)
    if not work.actor.roles & {Role.STAFF, Role.MANAGER} and shop.owner_id != work.actor.account_id:
        raise NotAllowedError("This shop belongs to another account.")
    return shop


def gives_on(today: date) -> ColumnElement[bool]:
    """Return the condition that a shop takes cards on a day."""
    return _state_on(today).in_(
        [state.value for state in CertificationState if gives_discount(state)]
    )


def select_shops(community_id: UUID) -> Select[tuple[Shop]]:
    """Return the query for every shop of a community, with its terms."""
    return select(Shop).where(Shop.community_id == community_id).options(WITH_TERMS)


def matches_search(part: str) -> ColumnElement[bool]:
    """Return the condition that something typed is part of how a shop is called or found."""
    called = typed_text.clean_label(part)
    typed = typed_text.make_name_key(part) or called
    plaque = typed_text.clean_plaque_number(part)
    return or_(
        Shop.name.icontains(called, autoescape=True),
        _fold_letters(Shop.name).contains(typed, autoescape=True),
        _fold_letters(Shop.name_pinyin).startswith(typed, autoescape=True),
        Shop.stall.icontains(called, autoescape=True),
        _fold_letters(Shop.stall).contains(typed, autoescape=True),
        Shop.plaque_number.contains(plaque, autoescape=True),
        _fold_letters(Shop.plaque_number).contains(typed, autoescape=True),
    )


def _fold_letters(column: Any) -> ColumnElement[str]:
    """Return what is written in a column without case, blanks and the usual signs between."""
    return func.regexp_replace(func.lower(column), "[[:space:][:punct:]·•・（）]+", "", "g")


def _state_on(today: date) -> ColumnElement[str]:
    """Spell `rules.certification.state_on` for the database."""
    certified = Shop.state.in_(
        [CertificationState.CERTIFIED.value, CertificationState.WARNED.value]
    )
    over = Shop.certified_until < today
    return case((certified & over, CertificationState.LAPSED.value), else_=Shop.state)
