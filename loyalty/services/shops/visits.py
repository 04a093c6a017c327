"""Calls on shops: who was there, when and why, and where nobody was for long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from loyalty.models import Shop, ShopVisit
from loyalty.rules.certification import CertificationState
from loyalty.rules.visit import VisitKind, is_visit_due
from loyalty.services.errors import ValueRefusedError, VisitKnownError
from loyalty.services.paging import Page, fetch_page
from loyalty.services.shops.finding import get_shop
from loyalty.services.work import Lock, Work


@dataclass(frozen=True, slots=True)
class RecordVisit:
    """A call on a shop."""

    shop_id: UUID
    day: date
    kind: VisitKind
    note: str | None = None
    account_id: UUID | None = None
    """Who was there, an account of the community; None takes whoever writes it down."""
    import_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ShopContact:
    """A shop, and when somebody was there last."""

    shop: Shop
    last: date | None
    is_due: bool
    """Whether nobody has been there for long."""


def record_visit(work: Work, request: RecordVisit) -> ShopVisit:
    """Write a call on a shop down; the same one sent again counts once.

    Raises:
        ValueRefusedError: the day has not come yet.
        VisitKnownError: the same one was written down with another note.
    """
    if request.day > work.now.date():
        raise ValueRefusedError("/day", "This day has not come yet.")
    shop = get_shop(work, request.shop_id, lock=Lock.CHANGE)
    if earlier := _find_same(work, request):
        if earlier.note != request.note:
            raise VisitKnownError("This visit was written down before, with another note.")
        return earlier
    visit = ShopVisit(
        community_id=shop.community_id,
        shop_id=shop.id,
        day=request.day,
        kind=request.kind.value,
        note=request.note,
        account_id=request.account_id or work.actor.account_id,
        recorded_at=work.now,
        import_id=request.import_id,
    )
    work.session.add(visit)
    work.note("shop.visited", shop, kind=visit.kind)
    return visit


def find_visits(
    work: Work, shop_id: UUID, *, limit: int, after: UUID | None = None
) -> Page[ShopVisit]:
    """Return the calls on a shop, the one written down last first."""
    shop = get_shop(work, shop_id)
    query = work.select(ShopVisit).where(ShopVisit.shop_id == shop.id)
    return fetch_page(work.session, query, ShopVisit, limit=limit, after=after, newest_first=True)


def list_contacts(work: Work, *, liaison_id: UUID | None = None) -> Sequence[ShopContact]:
    """Return the shops that have not lost their plaque, those nobody has been to for longest first.

    Args:
        liaison_id: the account whose shops are wanted; None takes all.
    """
    shops = work.select(Shop).where(Shop.state != CertificationState.WITHDRAWN.value)
    if liaison_id is not None:
        shops = shops.where(Shop.liaison_id == liaison_id)
    last_days = (
        select(ShopVisit.shop_id, func.max(ShopVisit.day))
        .where(ShopVisit.community_id == work.community_id)
        .group_by(ShopVisit.shop_id)
    )
    last = dict(work.session.execute(last_days).tuples().all())
    today = work.now.date()
    contacts = [
        ShopContact(shop, last.get(shop.id), is_visit_due(last.get(shop.id), today))
        for shop in work.session.scalars(shops.order_by(Shop.name_pinyin, Shop.id))
    ]
    return sorted(contacts, key=lambda one: one.last or date.min)


def _find_same(work: Work, request: RecordVisit) -> ShopVisit | None:
    return work.session.scalar(
        work.select(ShopVisit).where(
            ShopVisit.shop_id == request.shop_id,
            ShopVisit.day == request.day,
            ShopVisit.kind == request.kind.value,
            ShopVisit.account_id == (request.account_id or work.actor.account_id),
        )
    )
