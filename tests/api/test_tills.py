import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import AccessToken, AuditEvent, Community, Shop, StaffAccount, Till
from loyalty.rules.card_number import number_of
from loyalty.rules.community_number import format_code, make_numbered_token
from loyalty.services.actors import Role
from tests.given import NOON, given_account, given_community, given_shop, given_till, signed_in

PAIRING = "/api/v1/till/pairing"
NAME = {"name": "前台手机"}
KEY = "BC31t4CjEYxUNuVnfr-_9x_WLTI8I_HiM7-kBFvRMgb3l8WwCnVwVgTI4OrSxLcLcYFmji_nEwF9BhNeDWsZVkE"


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community, stall="3-12")


@pytest.fixture
def staff(session: Session, community: Community, shop: Shop) -> dict[str, str]:  # noqa: ARG001  # commits the shop
    return signed_in(session, community, Role.STAFF)


@pytest.fixture
def invite(client: FlaskClient, shop: Shop, staff: dict[str, str]) -> Callable[[], dict[str, Any]]:
    """Invite a till to the shop."""

    def post() -> dict[str, Any]:
        answer = client.post(tills_of(shop), headers=staff, json=NAME)
        assert answer.status_code == 201, answer.json
        invitation: dict[str, Any] = answer.json
        return invitation

    return post


def tills_of(shop: Shop) -> str:
    return f"/api/v1/shops/{shop.id}/tills"


def owner_of(session: Session, community: Community, shop: Shop) -> dict[str, str]:
    headers = signed_in(session, community, Role.SHOP_OWNER)
    newest = select(StaffAccount).join(AccessToken).order_by(StaffAccount.id.desc()).limit(1)
    shop.owner_id = session.scalars(newest).one().id
    session.commit()
    return headers


def refused(answer: TestResponse) -> bool:
    return answer.status_code == 409 and answer.json["type"] == "/problems/pairing-refused"


def test_a_device_becomes_a_till(
    client: FlaskClient, community: Community, shop: Shop, invite: Callable[[], dict[str, Any]]
) -> None:
    invitation = invite()

    answer = client.post(PAIRING, json={"pairing_code": invitation["pairing_code"]})

    assert answer.status_code == 201, answer.json
    assert re.fullmatch(rf"till_{community.number}_[A-Za-z0-9_-]{{43}}", answer.json["token"])
    assert answer.json == {
        "token": answer.json["token"],
        "till": {"id": invitation["id"], "name": "前台手机"},
        "shop": {
            "id": str(shop.id),
            "name": shop.name,
            "stall": "3-12",
            "plaque_number": shop.plaque_number,
        },
        "community": {
            "slug": community.slug,
            "name": "田园市场",
            "timezone": "Asia/Shanghai",
        },
    }


def test_an_invitation_shows_a_code_a_person_can_type(
    invite: Callable[[], dict[str, Any]],
) -> None:
    invitation = invite()

    code = invitation["pairing_code"]
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]+", code)
    assert invitation["pairing_url"] == f"http://loyalty.test/till#pair={code}"
    assert invitation["expires_at"] == "2026-12-09T12:10:00+08:00"


def test_neither_code_nor_token_is_kept(
    client: FlaskClient, session: Session, invite: Callable[[], dict[str, Any]]
) -> None:
    code = invite()["pairing_code"]
    token = client.post(PAIRING, json={"pairing_code": code}).json["token"]

    stored = [till.__dict__ for till in session.scalars(select(Till))]
    traced = [event.detail for event in session.scalars(select(AuditEvent))]

    for secret in (code, code.replace("-", ""), token):
        assert secret not in f"{stored} {traced}"


def test_a_code_without_the_number_works_where_there_is_one_community(
    client: FlaskClient, session: Session, invite: Callable[[], dict[str, Any]]
) -> None:
    alone, beside = (invite()["pairing_code"][:9] for _ in range(2))

    assert client.post(PAIRING, json={"pairing_code": alone}).status_code == 201
    given_community(session)
    session.commit()
    assert refused(client.post(PAIRING, json={"pairing_code": beside}))


def test_a_code_with_the_number_of_another_community_finds_nothing(
    client: FlaskClient, session: Session, invite: Callable[[], dict[str, Any]]
) -> None:
    code = invite()["pairing_code"]
    theirs = format_code("ABCDEFGH", given_community(session).number)[9:]
    session.commit()

    assert refused(client.post(PAIRING, json={"pairing_code": code[:9] + theirs}))
    assert client.post(PAIRING, json={"pairing_code": code}).status_code == 201


@pytest.mark.parametrize("named", ["ours", "theirs", "nobody's", "none, as before there were any"])
def test_a_tills_token_is_found_though_its_community_had_another_number_elsewhere(
    client: FlaskClient, session: Session, shop: Shop, named: str
) -> None:
    secret = secrets.token_urlsafe(32)
    theirs = given_community(session).number
    ours = session.get_one(Community, shop.community_id).number
    numbers = {"ours": ours, "theirs": theirs, "nobody's": theirs + 1}
    number = numbers.get(named)
    token = make_numbered_token("till_", number, secret) if number else f"till_{secret}"
    given_till(session, shop, token_hash=sha256(token.encode()).digest())
    session.commit()

    def asks(shown: str) -> int:
        bearer = {"Authorization": f"Bearer {shown}"}
        return client.get("/api/v1/till/today", headers=bearer).status_code

    assert asks(token) == 200
    assert asks(token[:-1] + ("A" if token[-1] != "A" else "B")) == 401


@pytest.mark.parametrize(
    "typed",
    [str.lower, lambda code: f" {code.replace('-', ' ')} ", lambda code: code.replace("-", "")],
)
def test_a_code_is_read_however_it_is_typed(
    client: FlaskClient, invite: Callable[[], dict[str, Any]], typed: Callable[[str], str]
) -> None:
    code = typed(invite()["pairing_code"])

    assert client.post(PAIRING, json={"pairing_code": code}).status_code == 201


def test_a_wrong_a_used_an_old_and_a_revoked_code_are_told_apart_by_nobody(
    client: FlaskClient, staff: dict[str, str], invite: Callable[[], dict[str, Any]]
) -> None:
    used, old, revoked = invite(), invite(), invite()
    client.post(PAIRING, json={"pairing_code": used["pairing_code"]})
    client.delete(f"/api/v1/tills/{revoked['id']}", headers=staff)

    answers = [
        client.post(PAIRING, json={"pairing_code": code})
        for code in ("ABCD-EFGH", "ABCD-EFGH-0", used["pairing_code"], revoked["pairing_code"])
    ]
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        answers.append(client.post(PAIRING, json={"pairing_code": old["pairing_code"]}))

    assert all(map(refused, answers))
    assert len({answer.data for answer in answers}) == 1


def test_a_code_works_until_its_ten_minutes_are_over(
    client: FlaskClient, invite: Callable[[], dict[str, Any]]
) -> None:
    code = invite()["pairing_code"]

    with time_machine.travel(NOON + timedelta(minutes=9, seconds=59), tick=False):
        assert client.post(PAIRING, json={"pairing_code": code}).status_code == 201


def test_of_two_devices_with_one_code_one_wins(
    app: Flask, session: Session, invite: Callable[[], dict[str, Any]]
) -> None:
    codes = [invite()["pairing_code"] for _ in range(5)]
    session.commit()

    def pair(code: str, together: Barrier) -> int:
        with app.test_client() as device:
            together.wait(timeout=120)
            return device.post(PAIRING, json={"pairing_code": code}).status_code

    with ThreadPoolExecutor(max_workers=2) as devices:
        for code in codes:
            together = Barrier(2)
            answers = devices.map(pair, [code, code], [together, together])
            assert sorted(answers) == [201, 409]


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({}, "/pairing_code"),
        ({"pairing_code": ""}, "/pairing_code"),
        ({"pairing_code": "A" * 41}, "/pairing_code"),
        ({"pairing_code": "ABCD\u0000EFGH"}, "/pairing_code"),
        ({"pairing_code": 12345678}, "/pairing_code"),
        ({"pairing_code": "ABCD-EFGH", "device_public_key": "k" * 401}, "/device_public_key"),
        ({"pairing_code": "ABCD-EFGH", "device_public_key": "k"}, "/device_public_key"),
        ({"pairing_code": "ABCD-EFGH", "device_public_key": KEY[:-1] + "F"}, "/device_public_key"),
        ({"pairing_code": "ABCD-EFGH", "shop_id": "1"}, "/shop_id"),
    ],
)
def test_a_pairing_that_makes_no_sense_is_refused(
    client: FlaskClient, members: dict[str, object], pointer: str
) -> None:
    answer = client.post(PAIRING, json=members)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]


def test_a_shop_lists_its_tills(
    client: FlaskClient, shop: Shop, staff: dict[str, str], invite: Callable[[], dict[str, Any]]
) -> None:
    paired, revoked = invite(), invite()
    client.post(PAIRING, json={"pairing_code": paired["pairing_code"], "device_public_key": KEY})
    client.delete(f"/api/v1/tills/{revoked['id']}", headers=staff)

    answer = client.get(tills_of(shop), headers=staff)

    first, second = answer.json["items"]
    assert answer.json["next"] is None
    assert (first["id"], first["paired_at"] is None) == (paired["id"], False)
    assert (first["revoked_at"], second["revoked_at"] is None) == (None, False)
    assert first.keys() == {"id", "name", "paired_at", "revoked_at", "created_at"}


def test_a_revoked_till_is_refused_on_its_next_call(
    client: FlaskClient, staff: dict[str, str], invite: Callable[[], dict[str, Any]]
) -> None:
    invitation = invite()
    token = client.post(PAIRING, json={"pairing_code": invitation["pairing_code"]}).json["token"]
    till = {"Authorization": f"Bearer {token}"}
    card = {"code": number_of("123456789012")}

    before = client.post("/api/v1/validations", headers=till, json=card)
    revoked = client.delete(f"/api/v1/tills/{invitation['id']}", headers=staff)
    after = client.post("/api/v1/validations", headers=till, json=card)

    assert before.status_code == 200
    assert (revoked.status_code, revoked.data) == (204, b"")
    assert after.status_code == 401


@pytest.mark.parametrize("code", ["134567890123456789", "nonsense"])
@pytest.mark.parametrize(
    ("path", "amount", "status"),
    [("/api/v1/validations", {}, 200), ("/api/v1/redemptions", {"total_fen": 1000}, 409)],
)
def test_a_revoked_till_is_refused_where_the_code_alone_decides(
    client: FlaskClient,
    staff: dict[str, str],
    invite: Callable[[], dict[str, Any]],
    *,
    code: str,
    path: str,
    amount: dict[str, int],
    status: int,
) -> None:
    invitation = invite()
    token = client.post(PAIRING, json={"pairing_code": invitation["pairing_code"]}).json["token"]

    def scan() -> int:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        return client.post(path, headers=headers, json={"code": code, **amount}).status_code

    before = scan()
    client.delete(f"/api/v1/tills/{invitation['id']}", headers=staff)

    assert (before, scan()) == (status, 401)


def test_a_till_revoked_twice_keeps_its_first_revocation(
    client: FlaskClient,
    session: Session,
    staff: dict[str, str],
    invite: Callable[[], dict[str, Any]],
) -> None:
    address = f"/api/v1/tills/{invite()['id']}"
    client.delete(address, headers=staff)

    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        again = client.delete(address, headers=staff)

    assert again.status_code == 204
    assert session.scalars(select(Till.revoked_at)).one() == NOON


def test_an_owner_keeps_the_tills_of_the_own_shop_alone(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    neighbour = given_shop(session, community, owner_id=given_account(session, community).id)
    foreign_till = given_till(session, neighbour)
    owner = owner_of(session, community, shop)

    invited = client.post(tills_of(shop), headers=owner, json=NAME)

    assert invited.status_code == 201
    assert client.get(tills_of(shop), headers=owner).status_code == 200
    revocation = client.delete(f"/api/v1/tills/{invited.json['id']}", headers=owner)
    assert revocation.status_code == 204
    assert client.post(tills_of(neighbour), headers=owner, json=NAME).status_code == 403
    assert client.get(tills_of(neighbour), headers=owner).status_code == 403
    assert client.delete(f"/api/v1/tills/{foreign_till.id}", headers=owner).status_code == 403


@pytest.mark.parametrize("verb", ["get", "post", "delete"])
def test_an_outsider_reaches_no_till(
    client: FlaskClient, session: Session, community: Community, shop: Shop, verb: str
) -> None:
    till = given_till(session, shop)
    address = f"/api/v1/tills/{till.id}" if verb == "delete" else tills_of(shop)
    body: Any = {"json": NAME} if verb == "post" else {}
    stranger = signed_in(session, given_community(session), Role.MANAGER)

    for role in (Role.COUNCIL, Role.PANEL):
        headers = signed_in(session, community, role)
        assert client.open(address, method=verb, headers=headers, **body).status_code == 403
    assert client.open(address, method=verb, headers=stranger, **body).status_code == 404
    assert client.open(address, method=verb, **body).status_code == 401
    assert session.scalars(select(Till.revoked_at)).all() == [None]


@pytest.mark.parametrize("name", [None, "", "收\u0000银", "x" * 201, 7])
def test_a_till_needs_a_name(
    client: FlaskClient, shop: Shop, staff: dict[str, str], name: object
) -> None:
    answer = client.post(tills_of(shop), headers=staff, json={"name": name})

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["/name"]
