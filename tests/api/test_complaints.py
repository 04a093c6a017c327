"""Complaints of shops by program: written down, read, answered; by staff alone."""

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, Shop
from loyalty.services.actors import Role
from loyalty.services.pictures.pictures import PicturePurpose
from tests.given import given_community, given_shop, signed_in
from tests.given_pictures import given_picture

COMPLAINTS = "/api/v1/complaints"
ANSWER = {"upheld": True, "answer": "已退三元"}


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community)


def body(shop: Shop, **values: Any) -> dict[str, Any]:
    wanted = {"shop_id": str(shop.id), "kind": "wrong_price", "happened_on": "2026-12-09"}
    return wanted | values


def test_a_complaint_is_written_down_found_and_answered(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    staff = signed_in(session, community, Role.STAFF)
    made = client.post(COMPLAINTS, headers=staff, json=body(shop, text="多收了两块"))
    assert made.status_code == 201, made.json
    assert (made.json["state"], made.json["due_on"]) == ("open", "2026-12-16")

    answer = client.post(f"{COMPLAINTS}/{made.json['id']}/answer", headers=staff, json=ANSWER)

    assert (answer.status_code, answer.json["state"]) == (200, "upheld")
    found = client.get(f"{COMPLAINTS}?state=upheld&shop_id={shop.id}", headers=staff).json
    assert [one["answer"] for one in found["items"]] == ["已退三元"]
    assert client.get(f"{COMPLAINTS}?state=open", headers=staff).json["items"] == []
    again = client.post(f"{COMPLAINTS}/{made.json['id']}/answer", headers=staff, json=ANSWER)
    assert (again.status_code, again.json["type"]) == (409, "/problems/complaint-answered")


def test_the_same_call_sent_again_counts_once(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    staff = signed_in(session, community, Role.STAFF)
    key = {"Idempotency-Key": str(uuid4())}

    first, again = (client.post(COMPLAINTS, headers=staff | key, json=body(shop)) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["receipt"] == again.json["receipt"]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("happened_on", "2026-12-10"),
        ("happened_on", "2026-09-06"),
        ("kind", "rude"),
        ("picture_id", "01a22a06-7274-762c-8804-67e78d719ad8"),
    ],
)
def test_what_makes_no_sense_is_named(
    client: FlaskClient, session: Session, shop: Shop, member: str, value: str
) -> None:
    staff = signed_in(session, session.get_one(Community, shop.community_id), Role.STAFF)

    answer = client.post(COMPLAINTS, headers=staff, json=body(shop, **{member: value}))

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == [f"/{member}"]


def test_a_picture_of_ours_that_was_added_for_it_goes_along(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    ours = given_picture(session, community, PicturePurpose.COMPLAINT)
    other_purpose = given_picture(session, community)
    theirs = given_picture(session, given_community(session), PicturePurpose.COMPLAINT)
    staff = signed_in(session, community, Role.STAFF)

    statuses = [
        client.post(COMPLAINTS, headers=staff, json=body(shop, picture_id=str(one.id))).status_code
        for one in (ours, other_purpose, theirs)
    ]

    assert statuses == [201, 422, 422]
