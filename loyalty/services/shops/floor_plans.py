"""Floor plans, and where the shops stand on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from loyalty.models import FloorPlan, Shop, ShopPin
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import ValueRefusedError
from loyalty.services.pictures.pictures import CleanPicture, PicturePurpose, add_picture
from loyalty.services.shops.finding import get_shop, gives_on
from loyalty.services.work import Lock, Work

WHOLE = 1000
"""Both sides of a plan, in the measure of its pins."""

MOST_PLANS = 20


@dataclass(frozen=True, slots=True)
class SetPin:
    """Where a shop stands."""

    plan_id: UUID
    shop_id: UUID
    x_permille: int
    """From the left, as a share of the width."""
    y_permille: int
    """From the top, as a share of the height."""


@dataclass(frozen=True, slots=True)
class PinnedPlan:
    """A plan with what stands on it."""

    plan: FloorPlan
    pins: Sequence[ShopPin]
    """With their shops, by pinyin."""


def keep_floor_plan(work: Work, name: str, picture: CleanPicture) -> FloorPlan:
    """Add a plan; one of the same name gets the new picture, and its pins stay.

    Raises:
        ValueRefusedError: there are as many as there can be.
    """
    locked_community(work.session, work.community_id)
    kept = add_picture(
        work.session,
        work.community_id,
        picture,
        PicturePurpose.FLOOR_PLAN,
        account_id=work.actor.account_id,
        now=work.now,
    )
    plans = work.session.scalars(work.select(FloorPlan)).all()
    plan = next((one for one in plans if one.name == name), None)
    if plan is None:
        if len(plans) >= MOST_PLANS:
            raise ValueRefusedError("/name", f"A community has at most {MOST_PLANS} plans.")
        plan = FloorPlan(community_id=work.community_id, name=name)
        work.session.add(plan)
    plan.picture_id = kept.id
    work.note("floor_plan.kept", plan)
    return plan


def remove_floor_plan(work: Work, plan_id: UUID) -> None:
    """Take a plan away, and the pins on it; the shops stay."""
    plan = work.find(FloorPlan, plan_id)
    work.note("floor_plan.removed", plan)
    work.session.delete(plan)
    work.session.flush()


def set_pin(work: Work, request: SetPin) -> None:
    """Say where a shop stands; it stands nowhere else any more.

    Raises:
        ValueRefusedError: the place lies beyond the edge of the plan.
    """
    # Whoever takes the plan away at the same time waits here, or is waited for.
    plan = work.find(FloorPlan, request.plan_id, lock=Lock.SHARE)
    shop = get_shop(work, request.shop_id)
    if not (0 <= request.x_permille <= WHOLE and 0 <= request.y_permille <= WHOLE):
        raise ValueRefusedError("/x_permille", "The place lies beyond the plan.")
    place = {
        "plan_id": plan.id,
        "x_permille": request.x_permille,
        "y_permille": request.y_permille,
    }
    pinned = insert(ShopPin).values(community_id=work.community_id, shop_id=shop.id, **place)
    work.session.execute(
        pinned.on_conflict_do_update(index_elements=["community_id", "shop_id"], set_=place)
    )
    work.note("shop.pinned", shop)


def remove_pin(work: Work, shop_id: UUID) -> None:
    """Let a shop stand on no plan."""
    shop = get_shop(work, shop_id)
    work.session.execute(
        delete(ShopPin).where(ShopPin.community_id == work.community_id, ShopPin.shop_id == shop.id)
    )
    work.note("shop.unpinned", shop)


def list_floor_plans(
    session: Session, community_id: UUID, *, giving_on: date | None = None
) -> Sequence[PinnedPlan]:
    """Return the plans of a community by their names, with their pins.

    Args:
        giving_on: the day on which the pinned shops take cards; None takes all shops.
    """
    plans = session.scalars(
        select(FloorPlan)
        .where(FloorPlan.community_id == community_id)
        .options(joinedload(FloorPlan.picture))
        .order_by(FloorPlan.name, FloorPlan.id)
    ).all()
    query = (
        select(ShopPin)
        .join(ShopPin.shop)
        .where(ShopPin.community_id == community_id)
        .options(joinedload(ShopPin.shop))
        .order_by(Shop.name_pinyin, Shop.id)
    )
    if giving_on is not None:
        query = query.where(gives_on(giving_on))
    pins = session.scalars(query).all()
    return [PinnedPlan(plan, [pin for pin in pins if pin.plan_id == plan.id]) for plan in plans]


def has_floor_plan(session: Session, community_id: UUID) -> bool:
    """Return whether a community has a plan to show."""
    found = select(FloorPlan.id).where(FloorPlan.community_id == community_id).limit(1)
    return session.scalar(found) is not None


def is_pinned(session: Session, shop: Shop) -> bool:
    """Return whether a plan says where a shop stands."""
    found = select(ShopPin.plan_id).where(
        ShopPin.community_id == shop.community_id, ShopPin.shop_id == shop.id
    )
    return session.scalar(found) is not None


def list_unpinned_shops(work: Work) -> Sequence[Shop]:
    """Return the shops that stand on no plan yet, by pinyin."""
    pinned = select(ShopPin.shop_id).where(ShopPin.community_id == work.community_id)
    query = work.select(Shop).where(Shop.id.not_in(pinned))
    return work.session.scalars(query.order_by(Shop.name_pinyin, Shop.id)).all()
