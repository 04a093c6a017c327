from io import BytesIO
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.cards.token import token_in
from loyalty.models import CardEvent
from loyalty.rules.card_action import CardAction
from loyalty.rules.card_number import number_of
from loyalty.services.actors import Role
from tests.given import (
    NOBODY,
    NOON,
    given_card,
    given_community,
    given_shop,
    paired_till,
    sale_key,
    signed_in,
)

CARDS = "/api/v1/cards"
LOST = {"reason": "卡片遗失"}


def test_staff_see_everything_of_a_card(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community, pay_permille=800, honour="household_head")
    headers = signed_in(session, community)

    answer = client.get(f"{CARDS}/{card.id}", headers=headers)

    number = number_of(card.serial)
    assert answer.status_code == 200
    assert answer.headers["ETag"] == f'"{card.version}"'
    shown = answer.json
    assert (shown["number"], shown["last4"]) == (number, number[-4:])
    assert (shown["honour"], shown["pay_permille"]) == ("household_head", 800)
    assert (shown["valid_from"], shown["valid_until"]) == ("2026-12-01", "2026-12-31")
    assert shown["state"] == "issued"
    assert shown["resident"] == {"id": str(card.resident_id), "name": "张小明"}
    assert shown["round_id"] == str(card.round_id)
    assert shown["card_url"] == f"http://loyalty.test/C/{card.token}"
    assert token_in(shown["card_url"]) == card.token


def test_a_card_is_shown_as_expired_after_its_last_day(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    with time_machine.travel(NOON.replace(year=2027, month=1, day=1)):
        headers = signed_in(session, community)

        shown = client.get(f"{CARDS}/{card.id}", headers=headers).json

    assert shown["state"] == "expired"


def test_cards_are_listed_a_page_at_a_time(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    cards = [given_card(session, community) for _ in range(3)]
    headers = signed_in(session, community)

    first = client.get(f"{CARDS}?limit=2", headers=headers).json
    second = client.get(f"{CARDS}?limit=2&after={first['next']}", headers=headers).json

    assert [one["id"] for one in first["items"] + second["items"]] == [
        str(card.id) for card in reversed(cards)
    ]
    assert second["next"] is None


@pytest.mark.parametrize("member", ["resident_id", "round_id", "state", "q"])
def test_cards_are_found_by_one_of_their_members(
    client: FlaskClient, session: Session, member: str
) -> None:
    community = given_community(session)
    given_card(session, community, state="active", valid_from=NOON.date().replace(month=6, day=1))
    card = given_card(session, community)
    wanted = {
        "resident_id": card.resident_id,
        "round_id": card.round_id,
        "state": "issued",
        "q": number_of(card.serial)[-4:],
    }
    headers = signed_in(session, community)

    found = client.get(f"{CARDS}?{member}={wanted[member]}", headers=headers).json["items"]

    assert [one["id"] for one in found] == [str(card.id)]


def test_a_card_goes_through_hands(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = signed_in(session, community)
    url = f"{CARDS}/{card.id}"

    handed_over = client.post(f"{url}/hand-over", headers=headers)
    suspended = client.post(f"{url}/suspend", headers=headers, json=LOST)
    resumed = client.post(f"{url}/resume", headers=headers, json={})
    reissued = client.post(f"{url}/reissue", headers=headers, json=LOST)
    again = client.post(f"{url}/revoke", headers=headers, json=LOST)

    assert [one.json["state"] for one in (handed_over, suspended, resumed, reissued)] == [
        "active",
        "suspended",
        "active",
        "issued",
    ]
    assert reissued.json["reissue_of_id"] == str(card.id)
    assert reissued.json["resident"] == handed_over.json["resident"]
    assert client.get(url, headers=headers).json["state"] == "revoked"
    assert (again.status_code, again.json["type"]) == (409, "/problems/card-state")
    assert again.json["missing"] == ["wrong_state"]


def test_an_outdated_card_is_not_changed(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    url = f"{CARDS}/{given_card(session, community).id}"
    headers = {**signed_in(session, community), "If-Match": '"1"'}

    first = client.post(f"{url}/hand-over", headers=headers)
    second = client.post(f"{url}/suspend", headers=headers, json=LOST)

    assert (first.status_code, first.headers["ETag"], second.status_code) == (200, '"2"', 412)


@pytest.mark.parametrize("drawing", ["barcode.svg", "qr.svg"])
def test_the_codes_of_a_card_are_drawn_as_svg(
    client: FlaskClient, session: Session, drawing: str
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    headers = signed_in(session, community)

    answer = client.get(f"{CARDS}/{card.id}/{drawing}", headers=headers)

    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert b"<svg" in BytesIO(answer.data).read(1000)


CALLS = (
    ("GET", "", None),
    ("GET", "/{id}", None),
    ("GET", "/{id}/barcode.svg", None),
    ("GET", "/{id}/qr.svg", None),
    *(("POST", f"/{{id}}/{action}", LOST) for action in CardAction),
)


@pytest.mark.parametrize(("verb", "path", "body"), CALLS)
def test_who_is_not_staff_has_no_business_with_cards(
    client: FlaskClient, session: Session, verb: str, path: str, body: Any
) -> None:
    community = given_community(session)
    url = CARDS + path.format(id=given_card(session, community).id)

    for role in (Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER):
        headers = signed_in(session, community, role)
        assert client.open(url, method=verb, headers=headers, json=body).status_code == 403
    assert client.open(url, method=verb, json=body).status_code == 401


def test_asking_for_the_headers_alone_needs_the_same_token(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    url = f"{CARDS}/{given_card(session, community).id}"
    staff, panel = (signed_in(session, community, role) for role in (Role.STAFF, Role.PANEL))

    assert client.head(url).status_code == 401
    assert client.head(url, headers=panel).status_code == 403
    assert client.head(url, headers=staff).status_code == 200


@pytest.mark.parametrize(("verb", "path", "body"), CALLS[1:])
def test_another_communitys_card_is_unknown(
    client: FlaskClient, session: Session, verb: str, path: str, body: Any
) -> None:
    card = given_card(session, given_community(session))
    outsider = signed_in(session, given_community(session), Role.MANAGER)

    answer = client.open(CARDS + path.format(id=card.id), method=verb, headers=outsider, json=body)

    assert (answer.status_code, answer.json["type"]) == (404, "/problems/unknown-record")
    session.refresh(card)
    assert card.state == "issued"


def test_another_communitys_cards_are_not_listed(client: FlaskClient, session: Session) -> None:
    card = given_card(session, given_community(session))
    outsider = signed_in(session, given_community(session), Role.MANAGER)

    for query in ("", f"?round_id={card.round_id}", f"?resident_id={card.resident_id}"):
        assert client.get(CARDS + query, headers=outsider).json["items"] == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("q=12345678901244", "/query/q"),
        ("q=12a4", "/query/q"),
        ("q=1234%0A", "/query/q"),
        ("state=lost", "/query/state"),
        ("round_id=1", "/query/round_id"),
        ("limit=0", "/query/limit"),
        ("name=张", "/query/name"),
        (f"after={NOBODY}", "/query/after"),
    ],
)
def test_a_search_that_makes_no_sense_is_named(
    client: FlaskClient, session: Session, query: str, pointer: str
) -> None:
    headers = signed_in(session, given_community(session))

    answer = client.get(f"{CARDS}?{query}", headers=headers)

    assert answer.status_code == 422, answer.json
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, "/reason"), ({"reason": ""}, "/reason"), ({"why": "lost"}, "/why")],
)
def test_stopping_a_card_needs_a_reason(
    client: FlaskClient, session: Session, body: dict[str, str], pointer: str
) -> None:
    community = given_community(session)
    url = f"{CARDS}/{given_card(session, community).id}/revoke"
    headers = signed_in(session, community)

    answer = client.post(url, headers=headers, json=body)

    assert answer.status_code == 422
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]


def test_there_is_no_other_thing_to_do_with_a_card(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    url = f"{CARDS}/{given_card(session, community).id}/sell"

    assert client.post(url, headers=signed_in(session, community), json=LOST).status_code == 404


def test_many_cards_are_handed_over_once_under_one_key(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    lost, *others = (given_card(session, community) for _ in range(3))
    lost.state = "suspended"
    headers = {**signed_in(session, community), **sale_key()}
    body = {"card_ids": [str(card.id) for card in (lost, *others)]}

    answer = client.post(f"{CARDS}/hand-over", headers=headers, json=body)
    again = client.post(f"{CARDS}/hand-over", headers=headers, json=body)

    assert answer.status_code == again.status_code == 200
    assert sorted(answer.json["handed_over"]) == sorted(str(card.id) for card in others)
    assert answer.json["left_out"] == [
        {
            "card_id": str(lost.id),
            "last4": number_of(lost.serial)[-4:],
            "state": "suspended",
            "missing": ["wrong_state"],
        }
    ]
    assert (again.json, again.headers["Idempotent-Replayed"]) == (answer.json, "true")


@pytest.mark.parametrize("body", [{}, {"card_ids": []}, {"card_ids": ["1"]}, {"card_ids": NOBODY}])
def test_a_list_of_cards_that_makes_no_sense_is_named(
    client: FlaskClient, session: Session, body: dict[str, Any]
) -> None:
    headers = signed_in(session, given_community(session))

    answer = client.post(f"{CARDS}/hand-over", headers=headers, json=body)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"].startswith("/card_ids")


def test_a_tills_next_scan_of_a_card_that_was_replaced_is_refused(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    staff = signed_in(session, community)

    def scan(code: str) -> str:
        return str(
            client.post("/api/v1/validations", headers=till, json={"code": code}).json["verdict"]
        )

    assert scan(card.token) == "ok"
    reissued = client.post(f"{CARDS}/{card.id}/reissue", headers=staff, json={"reason": "lost"})

    assert [scan(card.token), scan(number_of(card.serial))] == ["revoked", "revoked"]
    assert scan(reissued.json["number"]) == "ok"
    event = session.scalars(select(CardEvent).where(CardEvent.card_id == card.id)).one()
    assert (event.reason_code, event.reason) == ("lost", None)
