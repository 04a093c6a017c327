"""A program of the managers sets where messages go, and sees what did not arrive."""

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, Message, MessageHook
from loyalty.services.actors import Role
from loyalty.services.messages.hooks import open_secret
from tests.given import NOON, SEALING_KEY, given_community, signed_in
from tests.given_messages import ADDRESS, messages_of

HOOKS = "/api/v1/webhooks"
Headers = dict[str, str]


@pytest.fixture
def manager(session: Session, community: Community) -> Headers:
    return signed_in(session, community, Role.MANAGER)


@pytest.fixture
def hook(client: FlaskClient, manager: Headers) -> dict[str, Any]:
    answer = client.post(HOOKS, headers=manager, json={"address": ADDRESS})
    assert answer.status_code == 201
    return dict(answer.json)


def kept_secret(session: Session, hook: dict[str, Any]) -> str:
    session.expire_all()
    (kept,) = session.query(MessageHook).where(MessageHook.id == hook["id"])
    return open_secret(kept, sealing_key=SEALING_KEY)


def test_the_secret_is_told_once_and_lies_sealed(
    client: FlaskClient, session: Session, manager: Headers, hook: dict[str, Any]
) -> None:
    (read,) = client.get(HOOKS, headers=manager).json["items"]

    assert kept_secret(session, hook) == hook["secret"]
    assert (read["id"], read["address"]) == (hook["id"], ADDRESS)
    assert "secret" not in read
    (stored,) = session.query(MessageHook.sealed_secret).one()
    assert hook["secret"].encode() not in stored


def test_another_secret_takes_the_place_of_the_first(
    client: FlaskClient, session: Session, manager: Headers, hook: dict[str, Any]
) -> None:
    answer = client.post(f"{HOOKS}/{hook['id']}/secret", headers=manager)

    assert answer.status_code == 201
    assert answer.json["secret"] != hook["secret"]
    assert kept_secret(session, hook) == answer.json["secret"]


def test_a_community_has_one_address_and_may_change_it(
    client: FlaskClient, manager: Headers, hook: dict[str, Any]
) -> None:
    second = client.post(HOOKS, headers=manager, json={"address": ADDRESS})
    moved = {"address": "https://messenger.example/moved"}
    place = f"{HOOKS}/{hook['id']}"
    blind = client.patch(place, headers=manager, json=moved)
    changed = client.patch(place, headers={**manager, "If-Match": '"1"'}, json=moved)
    late = client.patch(place, headers={**manager, "If-Match": '"1"'}, json=moved)

    assert (second.status_code, second.json["type"]) == (409, "/problems/already-exists")
    assert blind.status_code == 428
    assert (changed.status_code, changed.json["address"]) == (200, moved["address"])
    assert late.status_code == 412


def test_another_host_is_refused_for_residents_have_agreed_to_this_one(
    client: FlaskClient, manager: Headers, hook: dict[str, Any]
) -> None:
    place, versioned = f"{HOOKS}/{hook['id']}", {**manager, "If-Match": '"1"'}

    answer = client.patch(place, headers=versioned, json={"address": "https://another.example/"})

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == ["/address"]
    assert "create one" in answer.text
    assert client.get(HOOKS, headers=manager).json["items"][0]["address"] == ADDRESS


@pytest.mark.parametrize(
    "address", ["http://messenger.example/", "https://user:word@messenger.example/", "messenger"]
)
def test_an_address_that_others_could_read_is_refused_and_named(
    client: FlaskClient, manager: Headers, address: str
) -> None:
    answer = client.post(HOOKS, headers=manager, json={"address": address})

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == ["/address"]
    assert client.get(HOOKS, headers=manager).json["items"] == []


def test_a_try_stands_in_the_list_until_it_is_sent(
    client: FlaskClient, session: Session, manager: Headers, hook: dict[str, Any]
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    once, again = (
        client.post(f"{HOOKS}/{hook['id']}/test", headers={**manager, **key}) for _ in range(2)
    )

    listed = client.get(f"{HOOKS}/{hook['id']}/messages?state=waiting", headers=manager).json
    assert (once.status_code, again.status_code) == (201, 200)
    assert [one["kind"] for one in listed["items"]] == ["test"]
    sent = client.get(f"{HOOKS}/{hook['id']}/messages?state=sent", headers=manager).json
    assert sent["items"] == []
    assert len(messages_of(session)) == 1


def test_what_is_removed_is_gone_with_all_that_waited(
    client: FlaskClient, session: Session, manager: Headers, hook: dict[str, Any]
) -> None:
    place = f"{HOOKS}/{hook['id']}"
    client.post(f"{place}/test", headers=manager)

    assert client.delete(place, headers=manager).status_code == 204

    assert messages_of(session) == []
    assert client.delete(place, headers=manager).status_code == 404
    assert client.get(HOOKS, headers=manager).json["items"] == []


def test_what_managers_do_leaves_a_trace_without_the_secret(
    client: FlaskClient, session: Session, manager: Headers, hook: dict[str, Any]
) -> None:
    client.post(f"{HOOKS}/{hook['id']}/secret", headers=manager)
    client.delete(f"{HOOKS}/{hook['id']}", headers=manager)
    session.rollback()

    events = client.get("/api/v1/audit-events", headers=manager)

    actions = [one["action"] for one in events.json["items"]]
    assert {f"message_hook.{deed}" for deed in ("created", "changed", "removed")} <= {*actions}
    assert "whsec_" not in events.text


EVENTS = ["card.issued", "month.closed"]
RECEIVER = "https://street.example/loyalty"


@pytest.fixture
def receiver(client: FlaskClient, manager: Headers) -> dict[str, Any]:
    answer = client.post(HOOKS, headers=manager, json={"address": RECEIVER, "events": EVENTS})
    assert answer.status_code == 201
    return dict(answer.json)


def test_events_go_to_several_addresses_beside_the_residents_one(
    client: FlaskClient, manager: Headers, hook: dict[str, Any], receiver: dict[str, Any]
) -> None:
    second = client.post(
        HOOKS, headers=manager, json={"address": RECEIVER, "events": ["card.lost"]}
    )

    listed = client.get(HOOKS, headers=manager).json["items"]
    assert [one["events"] for one in listed] == [[], EVENTS, ["card.lost"]]
    assert [one["id"] for one in listed] == [hook["id"], receiver["id"], second.json["id"]]
    assert len({hook["secret"], receiver["secret"], second.json["secret"]}) == 3


def test_a_receiver_of_events_moves_to_any_host_and_is_told_others(
    client: FlaskClient, manager: Headers, receiver: dict[str, Any]
) -> None:
    moved = {"address": "https://other.example/", "events": ["card.used"]}
    place, versioned = f"{HOOKS}/{receiver['id']}", {**manager, "If-Match": '"1"'}
    nothing = client.patch(place, headers=versioned, json={**moved, "events": []})
    changed = client.patch(place, headers=versioned, json=moved)
    kept = client.patch(place, headers={**manager, "If-Match": '"2"'}, json={"address": RECEIVER})

    assert nothing.status_code == 422
    assert [one["pointer"] for one in nothing.json["errors"]] == ["/events"]
    assert {name: changed.json[name] for name in moved} == moved
    assert (kept.json["address"], kept.json["events"]) == (RECEIVER, ["card.used"])


@pytest.mark.parametrize("events", [["card.sold"], "card.used", [None], ["card.used"] * 6])
def test_events_that_do_not_exist_are_refused_and_named(
    client: FlaskClient, manager: Headers, events: Any
) -> None:
    answer = client.post(HOOKS, headers=manager, json={"address": RECEIVER, "events": events})

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"].startswith("/events")


def test_an_event_is_sent_again_by_its_manager_alone(
    client: FlaskClient, session: Session, manager: Headers, receiver: dict[str, Any]
) -> None:
    message = Message(
        community_id=session.query(MessageHook.community_id).scalar(),
        hook_id=receiver["id"],
        kind="month.closed",
        subject="2026-11",
        event={"timestamp": NOON.isoformat(), "data": {"month": "2026-11"}},
        state="undelivered",
        failure="http_500",
        made_at=NOON,
        next_at=NOON,
        ended_at=NOON,
    )
    session.add(message)
    session.commit()
    place = f"{HOOKS}/{receiver['id']}/messages/{message.id}/resend"
    stranger = signed_in(session, given_community(session), Role.MANAGER)
    refused = client.post(place, headers=stranger)
    answer = client.post(place, headers=manager)

    assert refused.status_code == 404
    assert (answer.status_code, answer.json["state"]) == (201, "waiting")
    (listed,) = client.get(f"{HOOKS}/{receiver['id']}/messages", headers=manager).json["items"]
    assert (listed["kind"], listed["tries"], listed["failure"]) == ("month.closed", 0, None)
