"""The council's meetings by API: planned once, changed by version, told of when they were held."""

from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import Role
from tests.given import given_community, signed_in

URL = "/api/v1/meetings"
TODAY = {"held_on": "2026-12-09", "place": "市场办公室", "agenda": "东门路灯"}


def change(client: FlaskClient, council: dict[str, str], url: str, version: int, **new: Any) -> Any:
    return client.patch(url, headers={**council, "If-Match": f'"{version}"'}, json=new)


def test_the_council_plans_a_meeting_once_and_tells_of_it(
    client: FlaskClient, session: Session, community: Community
) -> None:
    council = signed_in(session, community, Role.COUNCIL)
    keyed = {**council, "Idempotency-Key": str(uuid4())}
    planned = client.post(URL, headers=keyed, json=TODAY)
    assert (planned.status_code, planned.json["minutes"]) == (201, None)
    assert client.post(URL, headers=keyed, json=TODAY).json["id"] == planned.json["id"]
    url = f"{URL}/{planned.json['id']}"

    told = change(client, council, url, 1, minutes="下周装")

    assert (told.status_code, told.json["minutes"], told.headers["ETag"]) == (200, "下周装", '"2"')
    assert change(client, council, url, 1, minutes="不装").status_code == 412
    (listed,) = client.get(URL, headers=council).json["items"]
    assert listed == client.get(url, headers=council).json == told.json


def test_minutes_come_after_the_meeting_and_a_day_has_one_meeting(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    ahead = client.post(URL, headers=staff, json={**TODAY, "held_on": "2026-12-10"}).json

    early = change(client, staff, f"{URL}/{ahead['id']}", 1, minutes="下周装")
    second = client.post(URL, headers=staff, json={**TODAY, "held_on": "2026-12-10"})
    over = client.post(URL, headers=staff, json={**TODAY, "held_on": "2026-12-08"})

    assert (early.status_code, second.status_code, over.status_code) == (422, 422, 422)
    assert early.json["errors"][0]["pointer"] == "/minutes"
    assert {answer.json["errors"][0]["pointer"] for answer in (second, over)} == {"/held_on"}


def test_outsiders_know_nothing_of_a_meeting(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    url = f"{URL}/{client.post(URL, headers=staff, json=TODAY).json['id']}"
    elsewhere = signed_in(session, given_community(session), Role.COUNCIL)
    owner = signed_in(session, community, Role.SHOP_OWNER)

    assert client.get(url, headers=elsewhere).status_code == 404
    assert client.get(URL, headers=elsewhere).json["items"] == []
    assert change(client, elsewhere, url, 1, agenda="别的").status_code == 404
    assert client.get(url, headers=owner).status_code == 403
    assert client.post(URL, headers=owner, json=TODAY).status_code == 403
