from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Till
from loyalty.services.actors import Role
from tests.given import given_community, paired_till, signed_in
from tests.given_late_sales import Device, LateMarket, given_late_market, late_sale


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def market(client: FlaskClient, session: Session, device: Device) -> LateMarket:
    """A market whose till has a device that signs."""
    market = given_late_market(client, session)
    market.till.update(paired_till(session, market.shop, device_public_key=device.public_key))
    return market


def address(session: Session) -> str:
    till = session.scalars(select(Till).where(Till.device_public_key.is_not(None))).one()
    return f"/api/v1/tills/{till.id}/numbering"


def numbering(market: LateMarket, session: Session) -> dict[str, Any]:
    answer = market.client.get(address(session), headers=market.staff)
    assert answer.status_code == 200, answer.json
    report: dict[str, Any] = answer.json
    del report["till_id"]
    return report


def sold(market: LateMarket, device: Device, count: int) -> list[dict[str, Any]]:
    return [device.seal(late_sale(market.card.token)) for _ in range(count)]


def test_a_till_that_sold_nothing_has_nothing_to_tell(market: LateMarket, session: Session) -> None:
    assert numbering(market, session) == {
        "arrived": 0,
        "highest": 0,
        "gaps": [],
        "clones": [],
        "broken": [],
    }


def test_numbers_in_any_order_and_twice_leave_no_gap(
    market: LateMarket, session: Session, device: Device
) -> None:
    items = sold(market, device, 5)

    market.upload(*items[:1:-1], items[3])
    market.upload(*items)

    report = numbering(market, session)
    assert (report["arrived"], report["highest"]) == (5, 5)
    assert report["gaps"] == report["clones"] == report["broken"] == []


def test_missing_numbers_are_gaps_until_they_arrive(
    market: LateMarket, session: Session, device: Device
) -> None:
    items = sold(market, device, 7)

    market.upload(items[2], items[6])
    missing = numbering(market, session)["gaps"]
    market.upload(*items)

    assert missing == [{"first": 1, "last": 2}, {"first": 4, "last": 6}]
    assert numbering(market, session)["gaps"] == []


def test_two_sales_under_one_number_are_a_clone(
    market: LateMarket, session: Session, device: Device
) -> None:
    (first,) = sold(market, device, 1)
    copy = device.copy()

    market.upload(first, *sold(market, device, 2), *sold(market, copy, 1))

    report = numbering(market, session)
    assert (report["arrived"], report["highest"]) == (4, 3)
    assert (report["clones"], report["broken"], report["gaps"]) == ([2], [], [])


def test_a_sale_that_names_another_one_before_it_breaks_the_chain(
    market: LateMarket, session: Session, device: Device
) -> None:
    copy = device.copy()
    items = sold(market, device, 3)
    *_, stranger = sold(market, copy, 3)

    market.upload(*items[:2], stranger)

    report = numbering(market, session)
    assert (report["broken"], report["clones"]) == ([3], [])


def test_a_chain_that_begins_in_the_middle_is_broken(
    market: LateMarket, session: Session, device: Device
) -> None:
    sold(market, device, 1)
    device.number = 0

    market.upload(*sold(market, device, 1))

    assert numbering(market, session)["broken"] == [1]


def test_an_unproven_number_does_not_count(market: LateMarket, session: Session) -> None:
    market.upload(*sold(market, Device(), 3))

    assert numbering(market, session)["highest"] == 0


def test_a_refused_sale_keeps_its_number(
    market: LateMarket, session: Session, device: Device
) -> None:
    market.upload(device.seal(late_sale("nonsense")))

    assert numbering(market, session)["arrived"] == 1


def test_only_the_communitys_staff_read_a_numbering(market: LateMarket, session: Session) -> None:
    stranger = signed_in(session, given_community(session), Role.STAFF)
    others = signed_in(session, market.community, Role.SHOP_OWNER, Role.COUNCIL)

    for outsider, status in ((stranger, 404), (others, 403), (market.till, 403), ({}, 401)):
        assert market.client.get(address(session), headers=outsider).status_code == status
