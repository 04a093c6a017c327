"""What is held of a resident, by the API: read, with its history, and erased."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Community, Resident
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from loyalty.services.privacy.export import PARTS
from tests.given import given_card, given_community, given_shop, paired_till, signed_in
from tests.given_everything import Everything
from tests.given_rounds import given_winner
from tests.given_sales import sell
from tests.given_traces import NAME, PHONE, TOLD, UNIT, given_traces

RESIDENTS = "/api/v1/residents"


@pytest.fixture
def everything(session: Session, community: Community) -> Everything:
    return given_traces(session, community)


def path_of(resident_id: Any, what: str) -> str:
    return f"{RESIDENTS}/{resident_id}/{what}"


def read(client: FlaskClient, staff: dict[str, str], resident_id: Any) -> dict[str, Any]:
    answer = client.get(path_of(resident_id, "personal-data"), headers=staff)
    assert answer.status_code == 200, answer.text
    return dict(answer.json["parts"])


def test_everything_about_the_person_is_told(
    client: FlaskClient, staff: dict[str, str], everything: Everything
) -> None:
    told = read(client, staff, everything.ids["resident_id"])

    (registered,) = told["resident"]
    assert (registered["name"], registered["unit"], registered["phone"]) == (NAME, UNIT, PHONE)
    assert told.keys() == {part.name for part in PARTS} | {"quarantined_sale"}
    empty = {name for name, records in told.items() if not records}
    rare = {"conflict_of_interest", "card_event", "quarantined_sale", "audit_event"}
    assert empty <= rare | {"message", "message_recipient"}
    assert [sale["shop"] for sale in told["redemption"]] != [None]
    assert all(card["honour"] for card in told["card"])


def test_no_secret_and_nobody_elses_words_are_told(
    client: FlaskClient, staff: dict[str, str], everything: Everything
) -> None:
    told = read(client, staff, everything.ids["resident_id"])

    (page,) = told["own_page"]
    assert not {"pin_hash", "activation_hash", "sealed_secret"} & page.keys()
    assert all("token" not in card for card in told["card"])
    assert all("statement" not in voice for voice in told["nomination"])
    assert TOLD not in str(told["objection"][0].get("text"))


def test_that_it_was_read_leaves_a_trace(
    client: FlaskClient, session: Session, staff: dict[str, str], resident: Resident
) -> None:
    session.commit()
    read(client, staff, resident.id)

    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.action, event.subject_id) == ("resident.exported", resident.id)


def test_the_history_of_consents_is_read(client: FlaskClient, staff: dict[str, str]) -> None:
    sample = {
        "name": "王芳",
        "unit": "3-501",
        "adult": True,
        "household_ref": "h1",
        "consents": {"publicity": True},
    }
    made = client.post(RESIDENTS, headers=staff, json=sample)
    resident_id = made.json["id"]
    tag = {"If-Match": made.headers["ETag"]}
    client.patch(
        f"{RESIDENTS}/{resident_id}",
        headers={**staff, **tag},
        json={"consents": {"publicity": False}},
    )

    items = client.get(path_of(resident_id, "consents"), headers=staff).json["items"]

    assert [(one["consent"], one["agreed"], one["source"]) for one in items] == [
        ("publicity", False, "staff"),
        ("publicity", True, "staff"),
    ]
    assert UUID(items[0]["account_id"])


def test_a_person_is_erased_once_and_gone(
    client: FlaskClient, session: Session, staff: dict[str, str], resident: Resident
) -> None:
    session.commit()
    path = path_of(resident.id, "erasure")

    assert client.post(path, headers=staff).status_code == 204
    again = client.post(path, headers=staff)
    assert (again.status_code, again.json["type"]) == (410, "/problems/person-erased")
    assert client.get(path_of(resident.id, "personal-data"), headers=staff).status_code == 410
    assert client.get(f"{RESIDENTS}/{resident.id}", headers=staff).json["state"] == "erased"
    changed = client.patch(
        f"{RESIDENTS}/{resident.id}",
        headers={**staff, "If-Match": '"2"'},
        json={"name": "张小明"},
    )
    assert changed.status_code == 410


def test_under_one_key_it_is_answered_alike(
    client: FlaskClient, session: Session, staff: dict[str, str], resident: Resident
) -> None:
    session.commit()
    key = {"Idempotency-Key": str(uuid4())}

    answers = [
        client.post(path_of(resident.id, "erasure"), headers={**staff, **key}) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [204, 204]


def test_a_card_whose_holder_was_erased_is_revoked_at_the_till(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    card, shop = given_card(session, community), given_shop(session, community)
    till = paired_till(session, shop)
    sell(client, till, card.token)

    answer = client.post(path_of(card.resident_id, "erasure"), headers=staff)

    assert answer.status_code == 204
    assert (
        client.post("/api/v1/card-checks", json={"code": card.token}).json["verdict"] == "revoked"
    )
    shown = {"code": card.token, "total_fen": 1000}
    at_the_till = client.post("/api/v1/validations", headers=till, json=shown)
    assert at_the_till.json["verdict"] == "revoked"


def test_a_line_on_notice_comes_first(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    winner = given_winner(session, community, RoundAction.PUBLISH)

    answer = client.post(path_of(winner.id, "erasure"), headers=staff)

    assert (answer.status_code, answer.json["type"]) == (409, "/problems/erasure-refused")
    assert answer.json["missing"] == ["on_a_list"]


@pytest.mark.parametrize(
    ("verb", "what"), [("GET", "personal-data"), ("GET", "consents"), ("POST", "erasure")]
)
def test_another_communitys_staff_find_nobody(
    client: FlaskClient, session: Session, resident: Resident, verb: str, what: str
) -> None:
    outsider = signed_in(session, given_community(session), Role.MANAGER)

    answer = client.open(path_of(resident.id, what), method=verb, headers=outsider)

    assert answer.status_code == 404
