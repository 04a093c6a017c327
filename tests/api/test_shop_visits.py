"""Calls on shops: who was there, when and why."""

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, Shop
from loyalty.services.actors import Role
from tests.given import given_account, given_community, given_shop, signed_in

VISIT: dict[str, Any] = {"day": "2026-12-09", "kind": "in_difficulty", "note": "冰柜坏了"}


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community)


def address(shop: Shop) -> str:
    return f"/api/v1/shops/{shop.id}/visits"


def test_a_visit_is_written_down_with_its_reason(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    staff = signed_in(session, community, Role.STAFF)

    answer = client.post(address(shop), headers=staff, json=VISIT)

    assert answer.status_code == 201, answer.json
    (read,) = client.get(address(shop), headers=staff).json["items"]
    assert read["id"] == answer.json["id"]
    assert {name: answer.json[name] for name in VISIT} == VISIT


def test_the_same_visit_sent_again_counts_once(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    staff = signed_in(session, community, Role.STAFF)
    key = {"Idempotency-Key": str(uuid4())}

    for headers in (staff | key, staff | key, staff):
        client.post(address(shop), headers=headers, json=VISIT)

    assert len(client.get(address(shop), headers=staff).json["items"]) == 1


@pytest.mark.parametrize("note", ["冰柜修好了", None])
def test_another_note_for_the_same_visit_is_refused_rather_than_thrown_away(
    client: FlaskClient, session: Session, community: Community, shop: Shop, note: str | None
) -> None:
    staff = signed_in(session, community, Role.STAFF)
    client.post(address(shop), headers=staff, json=VISIT)

    answer = client.post(address(shop), headers=staff, json=VISIT | {"note": note})

    assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (409, "already-exists")
    other = client.post(
        address(shop), headers=staff, json=VISIT | {"note": note, "kind": "routine"}
    )
    assert other.status_code == 201


@pytest.mark.parametrize(
    ("member", "pointer"),
    [
        ({"day": "2026-12-10"}, "/day"),
        ({"day": "soon"}, "/day"),
        ({"kind": "gossip"}, "/kind"),
        ({"note": "x" * 501}, "/note"),
    ],
)
def test_what_makes_no_sense_is_named(
    client: FlaskClient,
    session: Session,
    shop: Shop,
    member: dict[str, Any],
    pointer: str,
) -> None:
    staff = signed_in(session, session.get_one(Community, shop.community_id), Role.STAFF)

    answer = client.post(address(shop), headers=staff, json=VISIT | member)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("verb", ["get", "post"])
def test_an_outsider_reads_and_writes_none(
    client: FlaskClient, session: Session, community: Community, shop: Shop, verb: str
) -> None:
    body: Any = {} if verb == "get" else {"json": VISIT}
    for role in (Role.COUNCIL, Role.PANEL, Role.SHOP_OWNER):
        headers = signed_in(session, community, role)
        assert client.open(address(shop), method=verb, headers=headers, **body).status_code == 403
    stranger = signed_in(session, given_community(session), Role.MANAGER)
    assert client.open(address(shop), method=verb, headers=stranger, **body).status_code == 404
    assert client.open(address(shop), method=verb, **body).status_code == 401


@pytest.mark.parametrize("case", ["owner of the community", "staff of another"])
def test_only_staff_of_the_community_are_the_contact_of_a_shop(
    client: FlaskClient, session: Session, community: Community, shop: Shop, case: str
) -> None:
    contacts = {
        "owner of the community": given_account(session, community, Role.SHOP_OWNER).id,
        "staff of another": given_account(session, given_community(session), Role.STAFF).id,
    }
    staff = signed_in(session, community, Role.STAFF) | {"If-Match": '"1"'}

    answer = client.patch(
        f"/api/v1/shops/{shop.id}", headers=staff, json={"liaison_id": str(contacts[case])}
    )

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/liaison_id"
