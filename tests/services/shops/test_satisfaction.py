"""Faces: one a day and device, nobody behind them, sums of five at least."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Satisfaction, Shop
from loyalty.rules.calendar import Month
from loyalty.rules.satisfaction import Face, FaceSums, sum_faces
from loyalty.services.shops.satisfaction import (
    PressFace,
    forget_devices,
    list_shops_named,
    make_handle,
    press_face,
    sum_faces_of_month,
)
from loyalty.services.work import Work
from tests.faults.overlap import in_transaction, overlapped
from tests.given import NOON, given_community, given_shop, given_staff

TODAY = NOON.date()
DECEMBER = Month(2026, 12)


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community)


def pressed(session: Session, shop: Shop, face: Face, handle: str = "", day: date = TODAY) -> None:
    press_face(session, shop, PressFace(face, handle or make_handle()), today=day)


def faces_of(session: Session, shop: Shop) -> list[str]:
    query = select(Satisfaction.face).where(
        Satisfaction.community_id == shop.community_id, Satisfaction.shop_id == shop.id
    )
    return sorted(session.scalars(query))


def test_pressed_again_that_day_the_last_face_counts(session: Session, shop: Shop) -> None:
    handle = make_handle()
    pressed(session, shop, Face.BAD, handle)
    pressed(session, shop, Face.GOOD, handle)

    assert faces_of(session, shop) == ["good"]


def test_another_day_another_shop_and_another_device_count_by_themselves(
    session: Session, community: Community, shop: Shop
) -> None:
    handle, other = make_handle(), given_shop(session, community)
    pressed(session, shop, Face.GOOD, handle)
    pressed(session, shop, Face.FAIR, handle, TODAY + timedelta(days=1))
    pressed(session, shop, Face.BAD)
    pressed(session, other, Face.GOOD, handle)

    assert faces_of(session, shop) == ["bad", "fair", "good"]
    assert faces_of(session, other) == ["good"]
    devices = session.scalars(
        select(Satisfaction.device).where(Satisfaction.community_id == community.id)
    ).all()
    assert len(set(devices)) == 4, "nothing joins what one device pressed"


@pytest.mark.parametrize(("count", "told"), [(4, None), (5, FaceSums(5, 0, 0))])
def test_sums_of_fewer_than_five_are_told_to_nobody(count: int, told: FaceSums | None) -> None:
    assert sum_faces({Face.GOOD: count}) == told


def test_a_month_is_summed_shop_by_shop_and_for_its_own_community_alone(
    session: Session, community: Community, shop: Shop
) -> None:
    quiet, stranger = given_shop(session, community), given_community(session)
    for face in (Face.GOOD, Face.GOOD, Face.GOOD, Face.BAD, Face.FAIR):
        pressed(session, shop, face)
    pressed(session, shop, Face.GOOD, day=date(2026, 11, 30))
    pressed(session, shop, Face.GOOD, day=date(2027, 1, 1))
    pressed(session, quiet, Face.BAD)

    work = Work(session, given_staff(session, community), NOON)
    sums = sum_faces_of_month(work, DECEMBER)

    assert sums == {shop.id: FaceSums(good=3, fair=1, bad=1), quiet.id: None}
    assert {one.id for one in list_shops_named(work, sums)} == {shop.id, quiet.id}
    theirs = Work(session, given_staff(session, stranger), NOON)
    assert sum_faces_of_month(theirs, DECEMBER) == {}
    assert list_shops_named(theirs, sums) == []


def test_the_device_is_forgotten_when_the_day_is_over(session: Session, shop: Shop) -> None:
    pressed(session, shop, Face.GOOD)
    kept = select(Satisfaction.device).where(Satisfaction.community_id == shop.community_id)

    forget_devices(session, shop.community_id, today=TODAY)
    assert session.scalars(kept).one() is not None
    forget_devices(session, shop.community_id, today=TODAY + timedelta(days=1))
    assert session.scalars(kept).one() is None


def test_pressed_twice_at_once_it_counts_once(app: Flask, session: Session, shop: Shop) -> None:
    handle = make_handle()
    session.commit()

    seen = overlapped(
        lambda: in_transaction(app, lambda own: pressed(own, shop, Face.GOOD, handle)),
        lambda: in_transaction(app, lambda own: pressed(own, shop, Face.BAD, handle)),
    )

    assert (seen.waited, seen.second) == (True, None)
    assert faces_of(session, shop) == ["bad"]
