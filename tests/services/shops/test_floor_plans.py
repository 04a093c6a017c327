"""The shops of a community stand on its own plans, and on those of nobody else."""

from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import StaffMember
from loyalty.services.shops.floor_plans import (
    has_floor_plan,
    is_pinned,
    list_floor_plans,
    list_unpinned_shops,
    remove_pin,
)
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_shop
from tests.given_pictures import given_pin


def test_a_shop_waits_until_it_stands_on_a_plan_and_again_once_it_is_taken_off(
    session: Session, community: Community, staff: StaffMember
) -> None:
    waiting, placed = (given_shop(session, community) for _ in range(2))
    work = Work(session, staff, NOON)
    given_pin(session, placed)
    given_shop(session, given_community(session))

    assert list_unpinned_shops(work) == [waiting]
    assert [is_pinned(session, one) for one in (placed, waiting)] == [True, False]

    remove_pin(work, placed.id)

    assert {*list_unpinned_shops(work)} == {waiting, placed}
    assert not is_pinned(session, placed)


def test_their_plan_and_its_shops_are_not_ours(session: Session, community: Community) -> None:
    elsewhere = given_community(session)
    ours, theirs = (given_pin(session, given_shop(session, one)) for one in (community, elsewhere))

    for whose, pin in ((community, ours), (elsewhere, theirs)):
        (shown,) = list_floor_plans(session, whose.id)
        assert (shown.plan.id, [one.shop_id for one in shown.pins]) == (pin.plan_id, [pin.shop_id])
    assert has_floor_plan(session, community.id)
    assert not has_floor_plan(session, given_community(session).id)
