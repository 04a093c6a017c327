"""A manager lets residents be told by web push, by program."""

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, MessageHook
from loyalty.services.actors import Role
from loyalty.services.messages.recipients import agree_to_web_push
from tests.given import given_card, given_community, signed_in
from tests.given_messages import at_home
from tests.push_browsers import Browser, padded

URL = "/api/v1/web-push"
OFF = {"on": False, "devices": 0, "public_key": None}


def test_it_is_off_and_a_manager_turns_it_on_and_off_as_often_as_they_like(
    client: FlaskClient, session: Session, community: Community
) -> None:
    manager = signed_in(session, community, Role.MANAGER)
    assert client.get(URL, headers=manager).json == OFF

    told = [client.put(URL, headers=manager, json={"on": True}).json for _ in range(2)]

    assert told[0] == told[1] == client.get(URL, headers=manager).json
    assert len(padded(told[0]["public_key"])) == 65
    card, hook = given_card(session, community), session.scalars(select(MessageHook)).one()
    agree_to_web_push(at_home(session, card), hook.id, Browser().device)
    session.commit()
    assert client.get(URL, headers=manager).json["devices"] == 1
    answers = [client.put(URL, headers=manager, json={"on": False}).json for _ in range(2)]
    assert answers == [OFF, OFF]


def test_it_is_on_for_the_own_community_alone_and_no_address_of_signed_messages(
    client: FlaskClient, session: Session, community: Community
) -> None:
    manager = signed_in(session, community, Role.MANAGER)
    outsider = signed_in(session, given_community(session), Role.MANAGER)
    client.put(URL, headers=manager, json={"on": True})

    assert client.get(URL, headers=outsider).json == OFF
    assert client.put(URL, headers=outsider, json={"on": False}).json == OFF
    assert client.get(URL, headers=manager).json["on"] is True
    assert client.get("/api/v1/webhooks", headers=manager).json["items"] == []


def test_staff_who_are_no_managers_neither_read_nor_change_it(
    client: FlaskClient, session: Session, community: Community
) -> None:
    staff = signed_in(session, community, Role.STAFF)

    assert client.get(URL, headers=staff).status_code == 403
    assert client.put(URL, headers=staff, json={"on": True}).status_code == 403
    assert session.scalars(select(MessageHook)).all() == []
