"""Applications that shops send in by themselves, and what staff make of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from loyalty.models import Community, Shop, ShopApplication
from loyalty.rules.certification import CertificationObstacle
from loyalty.rules.discount import OPT_IN_CATEGORIES
from loyalty.rules.offer import claims_last_word
from loyalty.services.changes import members_of
from loyalty.services.community.series import find_series_named
from loyalty.services.errors import (
    CertificationStateError,
    ValueRefusedError,
)
from loyalty.services.paging import Page, fetch_page
from loyalty.services.receipts import find_received, get_received, give_out, make_receipt, take_in
from loyalty.services.shops.shops import CreateShop, create_shop
from loyalty.services.work import Lock, Work

WITH_SHOP = joinedload(ShopApplication.shop)


@dataclass(frozen=True, slots=True)
class ApplyForPlaque:
    """What a shop says of itself."""

    name: str
    series: str
    category: str
    contact: str
    stall: str | None = None
    hours: str | None = None
    offer: str | None = None
    opted_in_categories: Sequence[str] = ()
    receipt: str = field(default_factory=make_receipt)
    """Sent again with the same one, it counts once."""


def apply_for_plaque(
    session: Session, community: Community, request: ApplyForPlaque, *, now: datetime
) -> ShopApplication:
    """Take in what a shop sends, once per receipt; staff look at it.

    Raises:
        ValueRefusedError: the community has no such series, a text keeps the last word to the
            shop, or no shop may give the card's price on a category.
    """
    give_out(session, community.id, request.receipt)
    if earlier := find_received(session, ShopApplication, community.id, request.receipt):
        return earlier
    _refuse_what_no_shop_may_say(request)
    application = ShopApplication(
        community_id=community.id,
        **members_of(request, but=("series", "opted_in_categories")),
        series=find_series_named(session, community.id, request.series).name,
        opted_in_categories=sorted(set(request.opted_in_categories)),
        made_at=now,
    )
    return take_in(session, application, "shop_application.made", now=now)


def _refuse_what_no_shop_may_say(request: ApplyForPlaque) -> None:
    for member in ("hours", "offer"):
        if claims_last_word(getattr(request, member) or ""):
            raise ValueRefusedError(f"/{member}", "No shop keeps the last word on its offer.")
    if set(request.opted_in_categories) - OPT_IN_CATEGORIES:
        raise ValueRefusedError("/opted_in_categories", "No shop may choose this.")


def application_called(session: Session, community: Community, receipt: str) -> ShopApplication:
    """Return the application with a receipt number, with its shop.

    Raises:
        UnknownRecordError: the community has given out no such number.
    """
    return get_received(
        session, ShopApplication, community.id, receipt, noun="application", options=[WITH_SHOP]
    )


def find_waiting_applications(
    work: Work, *, limit: int, after: UUID | None
) -> Page[ShopApplication]:
    """Return a page of what nobody has decided yet, the oldest first."""
    query = work.select(ShopApplication).where(ShopApplication.decided_at.is_(None))
    return fetch_page(work.session, query, ShopApplication, limit=limit, after=after)


def count_waiting_applications(work: Work) -> int:
    """Return how many wait for staff."""
    query = select(func.count()).where(
        ShopApplication.community_id == work.community_id, ShopApplication.decided_at.is_(None)
    )
    return work.session.scalar(query) or 0


def take_in_application(work: Work, application_id: UUID) -> Shop:
    """Take a shop in as it has described itself; its rates are agreed on later.

    Raises:
        CertificationStateError: it was decided before.
    """
    application = _find_undecided(work, application_id)
    shop = create_shop(
        work,
        CreateShop(
            name=application.name,
            series=application.series,
            category=application.category,
            stall=application.stall,
            contact=application.contact,
            hours=application.hours,
            offer=application.offer,
            opted_in_categories=application.opted_in_categories,
        ),
    )
    application.shop_id = shop.id
    application.decided_at, application.decided_by = work.now, work.actor.account_id
    work.note("shop_application.taken_in", application)
    return shop


def decline_application(work: Work, application_id: UUID, reason: str) -> ShopApplication:
    """Tell a shop why it is not taken in."""
    application = _find_undecided(work, application_id)
    application.reason = reason
    application.decided_at, application.decided_by = work.now, work.actor.account_id
    work.note("shop_application.declined", application)
    return application


def _find_undecided(work: Work, application_id: UUID) -> ShopApplication:
    application = work.find(ShopApplication, application_id, lock=Lock.CHANGE)
    if application.decided_at is not None:
        raise CertificationStateError(
            "It was decided before.", [CertificationObstacle.ALREADY_DECIDED]
        )
    return application
