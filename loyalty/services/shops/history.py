"""What was changed of a shop, by whom and why."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from loyalty.models import CertificationEvent, Shop, ShopChange
from loyalty.services.paging import Page, fetch_page
from loyalty.services.shops.finding import get_shop
from loyalty.services.work import Work

_AS_STORED = (
    "name",
    "name_pinyin",
    "series",
    "category",
    "stall",
    "contact",
    "hours",
    "offer",
    "is_model",
    "owner_id",
    "liaison_id",
    "area_id",
    "pledged_on",
    "pledge_number",
    "discountable_per_sale_fen",
    "uses_per_shop_day",
)


def values_of(shop: Shop) -> Mapping[str, str | None]:
    """Return the members of a shop that may be changed, each as text; None where it is empty."""
    stored = {name: getattr(shop, name) for name in _AS_STORED}
    told = {name: None if value is None else str(value) for name, value in stored.items()}
    terms = sorted(f"{term.honour.code}:{term.pay_permille}" for term in shop.terms)
    return {
        **told,
        "terms": ",".join(terms) or None,
        "opted_in_categories": ",".join(shop.opted_in_categories) or None,
    }


def record_changes(
    work: Work, shop: Shop, before: Mapping[str, str | None], *, reason: str | None
) -> None:
    """Write down each member that is no longer as it was."""
    for member, value in values_of(shop).items():
        if value != before[member]:
            work.session.add(
                ShopChange(
                    community_id=shop.community_id,
                    shop_id=shop.id,
                    member=member,
                    before=before[member],
                    after=value,
                    reason=reason,
                    account_id=work.actor.account_id,
                    at=work.now,
                )
            )


def find_shop_changes(
    work: Work, shop_id: UUID, *, limit: int, after: UUID | None = None
) -> Page[ShopChange]:
    """Return what was changed of a shop, the newest first."""
    shop = get_shop(work, shop_id)
    query = work.select(ShopChange).where(ShopChange.shop_id == shop.id)
    return fetch_page(work.session, query, ShopChange, limit=limit, after=after, newest_first=True)


def list_certification_steps(work: Work, shop: Shop) -> Sequence[CertificationEvent]:
    """Return the steps of a shop's certification, the newest first."""
    return work.session.scalars(
        work.select(CertificationEvent)
        .where(CertificationEvent.shop_id == shop.id)
        .order_by(CertificationEvent.id.desc())
    ).all()
