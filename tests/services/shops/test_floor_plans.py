"""The shops of a community stand on its own plans, and on those of nobody else."""

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import StaffMember
from loyalty.services.errors import ValueRefusedError
from loyalty.services.pictures.pictures import CleanPicture
from loyalty.services.shops.floor_plans import (
    MOST_PLANS,
    has_floor_plan,
    is_pinned,
    keep_floor_plan,
    list_floor_plans,
    list_unpinned_shops,
    remove_pin,
)
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_shop
from tests.given_pictures import given_pin, photo


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


def test_a_community_has_at_most_twenty_plans_and_one_of_the_same_name_is_replaced(
    session: Session, staff: StaffMember
) -> None:
    work, picture = Work(session, staff, NOON), CleanPicture(photo(), 40, 30)
    names = [f"{place}楼" for place in range(1, MOST_PLANS + 1)]
    first, *_ = [keep_floor_plan(work, name, picture) for name in names]
    shown = first.picture_id

    with pytest.raises(ValueRefusedError):
        keep_floor_plan(work, "又一楼", picture)

    assert keep_floor_plan(work, names[0], picture) is first
    assert first.picture_id != shown
