"""Objections to a shop that is on notice: made by anyone, answered by somebody uninvolved."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import CertificationEvent, Community, Shop, ShopObjection, StaffAccount
from loyalty.rules.certification import (
    CertificationAction,
    CertificationObstacle,
    CertificationState,
    next_state,
)
from loyalty.rules.notice import ANSWER_WORKING_DAYS, is_notice_over
from loyalty.rules.traces import is_named, words_of_contact
from loyalty.services.actors import Role
from loyalty.services.changes import members_of
from loyalty.services.community.working_days import last_day_of
from loyalty.services.errors import (
    CertificationStateError,
    ShopInvolvedError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.receipts import find_received, get_received, give_out, make_receipt, take_in
from loyalty.services.same_person import list_accounts_of_same
from loyalty.services.shops.certification import notice_end_of, record_step
from loyalty.services.shops.finding import WITH_TERMS, get_shop
from loyalty.services.work import Lock, Work

HAVE_A_HAND = (CertificationAction.APPLY.value, CertificationAction.INSPECT.value)
"""Who took a shop in or inspected it does not answer what is said against it."""

GO_BACK = (CertificationState.NOTICE.value, CertificationState.INSPECTED.value)
"""Where a shop is inspected anew once an objection is upheld; it may have been meanwhile."""


@dataclass(frozen=True, slots=True)
class MakeShopObjection:
    """What somebody has against a shop on notice."""

    shop_id: UUID
    text: str
    name: str | None = None
    """Of the objector; None stays anonymous."""
    contact: str | None = None
    receipt: str = field(default_factory=make_receipt)
    """What it is asked back with. Sent again with the same one, an objection counts once."""


@dataclass(frozen=True, slots=True)
class DecideShopObjection:
    """The answer to one objection."""

    objection_id: UUID
    upheld: bool
    reason: str
    """Published with the notice, so it names nobody."""


def find_shops_on_notice(session: Session, community: Community, *, today: date) -> Sequence[Shop]:
    """Return the shops to which anyone may object today, the earliest to end first."""
    return session.scalars(
        select(Shop)
        .where(
            Shop.community_id == community.id,
            Shop.state == CertificationState.NOTICE.value,
            Shop.notice_last >= today,
        )
        .options(WITH_TERMS)
        .order_by(Shop.notice_last, Shop.name_pinyin, Shop.id)
    ).all()


def is_on_notice(shop: Shop, today: date) -> bool:
    """Return whether anyone may object to a shop today."""
    last = notice_end_of(shop)
    return last is not None and not is_notice_over(last, today)


def make_shop_objection(
    session: Session, community: Community, request: MakeShopObjection, *, now: datetime
) -> ShopObjection:
    """Take in an objection, on the last day of the notice at the latest; once per receipt.

    Raises:
        CertificationStateError: the shop is not on notice, or no longer.
        UnknownRecordError: the community has no such shop.
    """
    shop = _shared_shop(session, community.id, request.shop_id)
    give_out(session, community.id, request.receipt)
    if earlier := find_received(session, ShopObjection, community.id, request.receipt):
        return earlier
    if not is_on_notice(shop, now.date()):
        raise CertificationStateError("The notice is over.", [CertificationObstacle.NOTICE_OVER])
    objection = ShopObjection(
        community_id=community.id,
        **members_of(request),
        made_at=now,
        due_on=last_day_of(session, community.id, now.date(), ANSWER_WORKING_DAYS),
    )
    return take_in(session, objection, "shop_objection.made", now=now)


def shop_objection_called(session: Session, community: Community, receipt: str) -> ShopObjection:
    """Return the objection with a receipt number.

    Raises:
        UnknownRecordError: the community has given out no such number.
    """
    return get_received(session, ShopObjection, community.id, receipt, noun="objection")


def find_shop_noticed(session: Session, community: Community, shop_id: UUID) -> Shop:
    """Return a shop of the address of its notice, which may be over.

    Raises:
        UnknownRecordError: the community has no such shop.
    """
    query = select(Shop).where(Shop.community_id == community.id, Shop.id == shop_id)
    return _known(session.scalar(query))


def list_shop_objections(work: Work, shop_id: UUID) -> Sequence[ShopObjection]:
    """Return every objection to a shop, the newest first."""
    shop = get_shop(work, shop_id)
    return work.session.scalars(
        work.select(ShopObjection)
        .where(ShopObjection.shop_id == shop.id)
        .order_by(ShopObjection.id.desc())
    ).all()


def list_answers(
    session: Session, community: Community, shops: Sequence[Shop]
) -> Sequence[ShopObjection]:
    """Return what was answered since the notices of some shops began, the earliest first."""
    began = (
        select(func.max(CertificationEvent.at))
        .where(
            CertificationEvent.community_id == community.id,
            CertificationEvent.shop_id == ShopObjection.shop_id,
            CertificationEvent.action == CertificationAction.PUBLISH.value,
        )
        .scalar_subquery()
    )
    return session.scalars(
        select(ShopObjection)
        .where(
            ShopObjection.community_id == community.id,
            ShopObjection.shop_id.in_([shop.id for shop in shops]),
            ShopObjection.decided_at.is_not(None),
            ShopObjection.decided_at >= func.coalesce(began, ShopObjection.decided_at),
        )
        .order_by(ShopObjection.id)
    ).all()


def decide_shop_objection(work: Work, request: DecideShopObjection) -> ShopObjection:
    """Answer an objection; if it is upheld, the shop goes back to be inspected anew.

    Raises:
        CertificationStateError: it was answered before.
        ShopInvolvedError: the actor has taken the shop in, inspected it, or owns it.
        ValueRefusedError: the reason, which is published, names the objector or the shop's contact.
    """
    shop_id = work.find(ShopObjection, request.objection_id).shop_id
    shop = get_shop(work, shop_id, lock=Lock.CHANGE)
    objection = work.find(ShopObjection, request.objection_id)
    if objection.decided_at is not None:
        raise CertificationStateError(
            "It was answered before.", [CertificationObstacle.ALREADY_DECIDED]
        )
    if work.actor.account_id in _involved_in(work, shop):
        raise ShopInvolvedError("Whoever took this shop in, inspected or owns it does not decide.")
    names = (objection.name or "", *words_of_contact(shop.contact or ""))
    if any(is_named(name, request.reason) for name in names if name):
        raise ValueRefusedError("/reason", "The reason is published, so it names nobody.")
    objection.upheld, objection.reason = request.upheld, request.reason
    objection.decided_at, objection.decided_by = work.now, work.actor.account_id
    work.note("shop_objection.decided", objection, upheld=request.upheld)
    if request.upheld and shop.state in GO_BACK:
        shop.state = next_state(CertificationAction.SEND_BACK, CertificationState(shop.state)).value
        shop.notice_last = None
        shop.updated_at = work.now
        record_step(work, shop, CertificationAction.SEND_BACK, reason=request.reason)
    work.session.flush()
    return objection


def who_may_decide(work: Work, shop: Shop) -> Sequence[StaffAccount]:
    """Return the staff who may answer objections to a shop, by name."""
    return work.session.scalars(
        work.select(StaffAccount)
        .where(
            StaffAccount.active,
            StaffAccount.roles.overlap([Role.STAFF.value, Role.MANAGER.value]),
            StaffAccount.id.not_in(_involved_in(work, shop)),
        )
        .order_by(StaffAccount.display_name, StaffAccount.id)
    ).all()


def _involved_in(work: Work, shop: Shop) -> frozenset[UUID]:
    """Return the accounts that took a shop in or inspected it, and its owner's.

    All those of one resident are one person.
    """
    acted = work.session.scalars(
        select(CertificationEvent.account_id).where(
            CertificationEvent.community_id == work.community_id,
            CertificationEvent.shop_id == shop.id,
            CertificationEvent.action.in_(HAVE_A_HAND),
        )
    )
    involved = {one for one in (*acted, shop.owner_id) if one is not None}
    return list_accounts_of_same(work, involved)


def _shared_shop(session: Session, community_id: UUID, shop_id: UUID) -> Shop:
    # Held in common, so that nobody certifies the shop while an objection comes in.
    return _known(
        session.scalar(
            select(Shop)
            .where(Shop.community_id == community_id, Shop.id == shop_id)
            .with_for_update(read=True)
            .execution_options(populate_existing=True)
        )
    )


def _known(shop: Shop | None) -> Shop:
    if shop is None:
        raise UnknownRecordError("The community has no such shop.")
    return shop
