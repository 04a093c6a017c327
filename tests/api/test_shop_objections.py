"""Objections to shops on notice, as programs make, read and answer them."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, Shop
from loyalty.services.actors import Role
from tests.given import NOON, given_community, given_shop, signed_in
from tests.given_notices import given_shop_objection

ANSWER: dict[str, Any] = {"upheld": False, "reason": "称了十次，都准"}


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    """A shop on notice."""
    shop = given_shop(
        session, community, state="notice", notice_last=NOON.date(), plaque_number=None
    )
    session.commit()
    return shop


def test_an_objection_is_made_and_asked_back_with_its_receipt(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    public = f"/api/v1/public/{community.slug}"
    (listed,) = client.get(f"{public}/shop-notice").json["items"]
    assert (listed["id"], listed["notice_last"]) == (str(shop.id), "2026-12-09")

    made = client.post(f"{public}/shop-notice/{shop.id}/objections", json={"text": "秤不准"})

    assert made.status_code == 201, made.json
    status = f"{public}/objections/{made.json['receipt']}"
    assert client.get(status).json["state"] == "open"
    manager = signed_in(session, community, Role.MANAGER)
    (read,) = client.get(f"/api/v1/shops/{shop.id}/objections", headers=manager).json["items"]
    decision = f"/api/v1/shop-objections/{read['id']}/decision"
    assert client.post(decision, headers=manager, json=ANSWER).status_code == 200
    assert client.get(status).json["state"] == "dismissed"
    assert client.post(decision, headers=manager, json=ANSWER).status_code == 409


def test_a_shop_that_is_not_on_notice_takes_none(
    client: FlaskClient, session: Session, community: Community
) -> None:
    certified = given_shop(session, community)
    session.commit()
    address = f"/api/v1/public/{community.slug}/shop-notice/{certified.id}/objections"

    answer = client.post(address, json={"text": "秤不准"})

    assert answer.status_code == 409
    assert answer.json["missing"] == ["notice_over"]


def test_an_outsider_reads_and_answers_none(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    objection = given_shop_objection(session, shop)
    session.commit()
    listed = f"/api/v1/shops/{shop.id}/objections"
    decision = f"/api/v1/shop-objections/{objection.id}/decision"

    for role in (Role.COUNCIL, Role.PANEL, Role.SHOP_OWNER):
        headers = signed_in(session, community, role)
        assert client.get(listed, headers=headers).status_code == 403
        assert client.post(decision, headers=headers, json=ANSWER).status_code == 403
    stranger = signed_in(session, given_community(session), Role.MANAGER)
    assert client.get(listed, headers=stranger).status_code == 404
    assert client.post(decision, headers=stranger, json=ANSWER).status_code == 404
    assert client.post(decision, json=ANSWER).status_code == 401
