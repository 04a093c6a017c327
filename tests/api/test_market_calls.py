"""Pins, silent shops, faces of a month and rates that owners ask for, as programs have them."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Shop, ShopPin
from loyalty.rules.calendar import Month
from loyalty.rules.satisfaction import Face
from loyalty.services.actors import Role
from loyalty.services.shops.satisfaction import PressFace, press_face
from tests.given import NOON, given_account, given_community, given_shop, given_token, signed_in
from tests.given_pictures import given_plan

API = "/api/v1"
Headers = dict[str, str]
ASKED: dict[str, Any] = {
    "terms": [{"honour": "civilized_resident", "pay_permille": 820}],
    "opted_in_categories": ["alcohol"],
    "reason": "进价涨了",
}


@pytest.fixture
def staff(session: Session, community: Community) -> Headers:
    return signed_in(session, community, Role.STAFF)


@pytest.fixture
def owned(session: Session, community: Community) -> tuple[Shop, Headers]:
    """A shop that takes cards, and its owner."""
    owner = given_account(session, community, Role.SHOP_OWNER)
    shop = given_shop(session, community, owner_id=owner.id)
    session.commit()
    return shop, {"Authorization": f"Bearer {given_token(session, community, owner)}"}


def version(number: int) -> Headers:
    return {"If-Match": f'"{number}"'}


def test_a_shop_is_pinned_moved_and_taken_off_the_plan(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    shop, plan = given_shop(session, community), given_plan(session, community)
    session.commit()
    pin = f"{API}/shops/{shop.id}/pin"
    place = {"plan_id": str(plan.id), "x_permille": 0, "y_permille": 1000}

    assert client.put(pin, headers=staff, json={**place, "x_permille": 7}).status_code == 200
    assert client.put(pin, headers=staff, json=place).json == place

    (told,) = client.get(f"{API}/floor-plans", headers=staff).json["items"]
    assert (told["name"], told["picture_id"]) == ("一楼", str(plan.picture_id))
    assert told["pins"] == [{"shop_id": str(shop.id), "x_permille": 0, "y_permille": 1000}]
    for _ in range(2):
        assert client.delete(pin, headers=staff).status_code == 204
    assert not session.scalars(select(ShopPin)).all()


@pytest.mark.parametrize("beyond", [-1, 1001, 1.5, None])
def test_a_place_beyond_the_plan_is_refused(
    client: FlaskClient, session: Session, community: Community, staff: Headers, beyond: Any
) -> None:
    shop, plan = given_shop(session, community), given_plan(session, community)
    session.commit()
    place = {"plan_id": str(plan.id), "x_permille": 500, "y_permille": beyond}

    answer = client.put(f"{API}/shops/{shop.id}/pin", headers=staff, json=place)

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/y_permille")


def test_nobody_is_pinned_on_the_plan_of_another_community(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    shop, plan = given_shop(session, community), given_plan(session, given_community(session))
    session.commit()
    place = {"plan_id": str(plan.id), "x_permille": 500, "y_permille": 500}

    assert client.put(f"{API}/shops/{shop.id}/pin", headers=staff, json=place).status_code == 404
    assert client.get(f"{API}/floor-plans", headers=staff).json == {"items": [], "next": None}


@pytest.mark.usefixtures("clock")
def test_a_shop_where_no_card_was_ever_used_is_silent_once_it_had_thirty_days(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    long_there = NOON - timedelta(days=31)
    silent = given_shop(session, community, name="老店", created_at=long_there)
    given_shop(session, community, name="新店", created_at=NOON - timedelta(days=29))
    given_shop(session, given_community(session), created_at=long_there)
    session.commit()

    told = client.get(f"{API}/shops/silent", headers=staff).json["items"]

    assert told == [{"shop_id": str(silent.id), "name": "老店", "last_used_on": None}]


def test_the_faces_of_a_month_are_told_from_five_on(
    client: FlaskClient, session: Session, community: Community, staff: Headers
) -> None:
    shops = [given_shop(session, community, name=name) for name in ("四张", "五张")]
    day = NOON.date()
    for shop, good in zip(shops, (3, 4), strict=True):
        pressed = [*[Face.GOOD] * good, Face.BAD]
        for device, face in enumerate(pressed):
            press_face(session, shop, PressFace(face, f"device {device}"), today=day)
    session.commit()

    told = client.get(
        f"{API}/shops/satisfaction?month={Month.of(NOON.date())}", headers=staff
    ).json["items"]

    by_shop = {one.pop("shop_id"): one for one in told}
    assert by_shop[str(shops[0].id)] == {"good": None, "fair": None, "bad": None}
    assert by_shop[str(shops[1].id)] == {"good": 4, "fair": 0, "bad": 1}


def test_an_owner_asks_and_staff_agree_which_changes_the_shop(
    client: FlaskClient, staff: Headers, owned: tuple[Shop, Headers]
) -> None:
    shop, owner = owned
    offer = f"{API}/shops/{shop.id}/offer"
    read = client.get(offer, headers=owner)
    assert read.json["proposal"] is None
    tag = {"If-Match": read.headers["ETag"]}

    asked = client.post(f"{offer}-proposals", headers=owner | tag, json=ASKED)

    assert asked.status_code == 201
    assert (asked.json["accepted"], asked.json["terms"]) == (None, ASKED["terms"])
    (waits,) = client.get(f"{API}/offer-proposals", headers=staff).json["items"]
    assert (waits["id"], waits["version"]) == (asked.json["id"], asked.json["version"])
    said = {"accepted": True, "shop_version": waits["shop_version"]}
    decision = f"{API}/offer-proposals/{waits['id']}/decision"
    agreed = client.post(decision, headers=staff | version(waits["version"]), json=said)
    assert (agreed.status_code, agreed.json["accepted"]) == (200, True)
    told = client.get(offer, headers=owner).json
    assert (told["terms"], told["opted_in_categories"]) == (ASKED["terms"], ["alcohol"])
    assert told["proposal"]["accepted"] is True
    again = client.post(decision, headers=staff | version(agreed.json["version"]), json=said)
    assert (again.status_code, again.json["type"]) == (409, "/problems/proposal-decided")
    assert client.get(f"{API}/offer-proposals", headers=staff).json["items"] == []


def test_what_was_asked_may_be_declined_with_a_word_and_changes_nothing(
    client: FlaskClient, staff: Headers, owned: tuple[Shop, Headers]
) -> None:
    shop, owner = owned
    address = f"{API}/shops/{shop.id}/offer-proposals"
    asked = client.post(address, headers=owner | version(shop.version), json=ASKED).json
    decision = f"{API}/offer-proposals/{asked['id']}/decision"
    said = {"accepted": False, "shop_version": shop.version}

    silent = client.post(decision, headers=staff | version(1), json=said)
    assert (silent.status_code, silent.json["errors"][0]["pointer"]) == (422, "/answer")
    answer = client.post(decision, headers=staff | version(1), json={**said, "answer": "下月再说"})

    assert (answer.status_code, answer.json["answer"]) == (200, "下月再说")
    offer = client.get(f"{API}/shops/{shop.id}/offer", headers=owner).json
    assert (offer["terms"], offer["version"]) != (ASKED["terms"], shop.version + 1)
    assert offer["version"] == shop.version


def test_neither_a_shop_nor_a_proposal_that_was_changed_meanwhile_is_passed_over(
    client: FlaskClient, staff: Headers, owned: tuple[Shop, Headers]
) -> None:
    shop, owner = owned
    address = f"{API}/shops/{shop.id}/offer-proposals"

    assert client.post(address, headers=owner, json=ASKED).status_code == 428
    assert client.post(address, headers=owner | version(9), json=ASKED).status_code == 412
    first = client.post(address, headers=owner | version(shop.version), json=ASKED).json
    other = {**ASKED, "opted_in_categories": []}
    second = client.post(address, headers=owner | version(shop.version), json=other).json
    assert second["id"] == first["id"]

    decision = f"{API}/offer-proposals/{first['id']}/decision"
    said = {"accepted": True, "shop_version": shop.version}
    assert client.post(decision, headers=staff, json=said).status_code == 428
    stale = client.post(decision, headers=staff | version(first["version"]), json=said)
    assert stale.status_code == 412
    old_shop = {**said, "shop_version": shop.version + 1}
    of_second = staff | version(second["version"])
    assert client.post(decision, headers=of_second, json=old_shop).status_code == 412
    assert client.post(decision, headers=of_second, json=said).status_code == 200


def test_whoever_has_asked_does_not_agree(
    client: FlaskClient, staff: Headers, owned: tuple[Shop, Headers]
) -> None:
    shop, _ = owned
    address = f"{API}/shops/{shop.id}/offer-proposals"
    asked = client.post(address, headers=staff | version(shop.version), json=ASKED).json
    said = {"accepted": True, "shop_version": shop.version}
    decision = f"{API}/offer-proposals/{asked['id']}/decision"

    assert client.post(decision, headers=staff | version(1), json=said).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"terms": [{"honour": "civilized_resident", "pay_permille": 100}]}, "/terms/0"),
        ({"opted_in_categories": ["tobacco"]}, "/opted_in_categories/0"),
        ({"terms": [{"honour": "nobody", "pay_permille": 820}]}, "/terms/0"),
    ],
)
def test_what_no_shop_may_agree_to_is_refused_and_nothing_waits(
    client: FlaskClient, staff: Headers, owned: tuple[Shop, Headers], wrong: Any, pointer: str
) -> None:
    shop, owner = owned
    address = f"{API}/shops/{shop.id}/offer-proposals"

    refused = client.post(address, headers=owner | version(shop.version), json={**ASKED, **wrong})

    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"].startswith(pointer)
    assert client.get(f"{API}/offer-proposals", headers=staff).json["items"] == []
