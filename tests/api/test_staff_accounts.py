import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.services.actors import Role
from tests.given import given_account, given_community, given_resident, signed_in

ACCOUNTS = "/api/v1/staff-accounts"
BODY = {
    "username": "wang",
    "display_name": "王芳",
    "roles": ["staff", "panel"],
}


def test_a_manager_opens_an_account_whose_owner_joins_by_a_link(
    client: FlaskClient, manager: dict[str, str]
) -> None:
    answer = client.post(ACCOUNTS, headers=manager, json=BODY)

    assert answer.status_code == 201, answer.json
    assert answer.json["roles"] == ["staff", "panel"]
    assert answer.json["active"] is True
    assert (answer.json["joined"], answer.json["second_factor"]) == (False, False)
    link = client.post(
        f"{ACCOUNTS}/{answer.json['id']}/links", headers=manager, json={"purpose": "join"}
    )
    assert link.status_code == 201, link.json
    assert link.json["address"].startswith("http://loyalty.test/join/join_")
    assert "wang" not in link.json["address"]


def test_neither_password_nor_hash_is_ever_shown(
    client: FlaskClient, manager: dict[str, str]
) -> None:
    created = client.post(ACCOUNTS, headers=manager, json=BODY)
    listed = client.get(ACCOUNTS, headers=manager)

    assert len(listed.json["items"]) == 2
    for text in (created.text, listed.text):
        assert "argon2" not in text
        assert "password" not in text


def test_a_name_is_taken_whatever_its_capitals(
    client: FlaskClient, manager: dict[str, str]
) -> None:
    client.post(ACCOUNTS, headers=manager, json=BODY)

    second = client.post(ACCOUNTS, headers=manager, json={**BODY, "username": "WANG"})

    assert second.status_code == 409
    assert second.json["type"] == "/problems/already-exists"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"username": "w"}, "/username"),
        ({"username": "wang fang"}, "/username"),
        ({"username": "w\0"}, "/username"),
        ({"password": "correct horse battery"}, "/password"),
        ({"roles": []}, "/roles"),
        ({"roles": ["emperor"]}, "/roles/0"),
        ({"display_name": ""}, "/display_name"),
        ({"password_hash": "x"}, "/password_hash"),
    ],
)
def test_a_member_that_makes_no_sense_is_named(
    client: FlaskClient, manager: dict[str, str], change: dict[str, object], pointer: str
) -> None:
    answer = client.post(ACCOUNTS, headers=manager, json={**BODY, **change})

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]


def test_a_closed_account_loses_its_tokens_at_once(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    manager = signed_in(session, community, Role.MANAGER)
    staff = signed_in(session, community, Role.STAFF)
    account = next(
        item
        for item in client.get(ACCOUNTS, headers=manager).json["items"]
        if item["roles"] == ["staff"]
    )

    answer = client.patch(
        f"{ACCOUNTS}/{account['id']}",
        headers={**manager, "If-Match": '"1"'},
        json={"active": False},
    )

    assert answer.status_code == 200, answer.json
    assert answer.json["active"] is False
    assert client.get("/api/v1/areas", headers=staff).status_code == 401


def test_a_manager_sets_no_password_and_no_second_factor_of_anybody(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    manager = signed_in(session, community, Role.MANAGER)
    account = f"{ACCOUNTS}/{given_account(session, community).id}"
    session.commit()
    headers = {**manager, "If-Match": '"1"'}

    password = client.patch(account, headers=headers, json={"password": "correct horse battery"})
    on, off = (
        client.open(f"{account}/second-factor", method=verb, headers=manager)
        for verb in ("POST", "DELETE")
    )

    assert (password.status_code, password.json["errors"][0]["pointer"]) == (422, "/password")
    assert (on.status_code, off.status_code) == (404, 404)


def test_new_roles_hold_at_once(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    manager = signed_in(session, community, Role.MANAGER)
    account = given_account(session, community, Role.STAFF)
    session.commit()

    answer = client.patch(
        f"{ACCOUNTS}/{account.id}",
        headers={**manager, "If-Match": '"1"'},
        json={"roles": ["council"]},
    )

    assert answer.json["roles"] == ["council"]
    assert answer.headers["ETag"] == '"2"'


@pytest.mark.parametrize(
    ("change", "pointer"), [({"active": False}, "/active"), ({"roles": ["staff"]}, "/roles")]
)
def test_the_last_manager_cannot_go(
    client: FlaskClient, manager: dict[str, str], change: dict[str, object], pointer: str
) -> None:
    [account] = client.get(ACCOUNTS, headers=manager).json["items"]

    answer = client.patch(
        f"{ACCOUNTS}/{account['id']}", headers={**manager, "If-Match": '"1"'}, json=change
    )

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]
    assert client.get(ACCOUNTS, headers=manager).json["items"][0] == account


def test_the_second_of_two_changes_is_told_to_look_again(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    manager = signed_in(session, community, Role.MANAGER)
    account = given_account(session, community)
    session.commit()
    headers = {**manager, "If-Match": '"1"'}
    client.patch(f"{ACCOUNTS}/{account.id}", headers=headers, json={"active": False})

    second = client.patch(f"{ACCOUNTS}/{account.id}", headers=headers, json={"active": True})

    assert second.status_code == 412


@pytest.mark.parametrize(
    ("purpose", "status"),
    [("join", 422), ("password", 201), ("second_factor", 201), ("everything", 422)],
)
def test_a_link_is_made_for_what_the_account_may_have_lost(
    client: FlaskClient, session: Session, purpose: str, status: int
) -> None:
    community = given_community(session)
    manager = signed_in(session, community, Role.MANAGER)
    account = f"{ACCOUNTS}/{given_account(session, community).id}"
    session.commit()

    answer = client.post(f"{account}/links", headers=manager, json={"purpose": purpose})

    assert answer.status_code == status, answer.json
    assert status == 201 or answer.json["errors"][0]["pointer"] == "/purpose"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MANAGER])
def test_only_a_manager_keeps_the_accounts(
    client: FlaskClient, session: Session, role: Role
) -> None:
    community = given_community(session)
    headers = signed_in(session, community, role)
    account = f"{ACCOUNTS}/{given_account(session, community).id}"
    session.commit()

    assert client.get(ACCOUNTS, headers=headers).status_code == 403
    assert client.post(ACCOUNTS, headers=headers, json=BODY).status_code == 403
    assert client.patch(account, headers=headers, json={"active": False}).status_code == 403
    link = client.post(account + "/links", headers=headers, json={"purpose": "password"})
    assert link.status_code == 403


def test_an_outsider_sees_and_changes_nothing(
    client: FlaskClient, session: Session, manager: dict[str, str]
) -> None:
    account = f"{ACCOUNTS}/{given_account(session, given_community(session)).id}"
    session.commit()
    change = {"headers": {**manager, "If-Match": '"1"'}, "json": {"active": False}}

    assert len(client.get(ACCOUNTS, headers=manager).json["items"]) == 1
    assert client.patch(account, **change).status_code == 404
    link = client.post(account + "/links", headers=manager, json={"purpose": "password"})
    assert link.status_code == 404
    assert client.get(ACCOUNTS).status_code == 401
    assert client.post(ACCOUNTS, json=BODY).status_code == 401


def test_an_account_may_say_which_resident_it_is(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    first, second = (given_resident(session, community) for _ in range(2))
    manager = signed_in(session, community, Role.MANAGER)
    body = {**BODY, "resident_id": str(first.id)}

    opened = client.post(ACCOUNTS, headers=manager, json=body)
    changed = client.patch(
        f"{ACCOUNTS}/{opened.json['id']}",
        headers={**manager, "If-Match": opened.headers["ETag"]},
        json={"resident_id": str(second.id)},
    )

    assert (opened.status_code, opened.json["resident_id"]) == (201, str(first.id))
    assert (changed.status_code, changed.json["resident_id"]) == (200, str(second.id))
    assert changed.json["roles"] == opened.json["roles"]


def test_an_account_is_told_that_it_is_no_resident_after_all(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    body = {**BODY, "resident_id": str(given_resident(session, community).id)}
    manager = signed_in(session, community, Role.MANAGER)
    opened = client.post(ACCOUNTS, headers=manager, json=body)

    cleared = client.patch(
        f"{ACCOUNTS}/{opened.json['id']}",
        headers={**manager, "If-Match": opened.headers["ETag"]},
        json={"resident_id": None},
    )

    assert (cleared.status_code, cleared.json["resident_id"]) == (200, None)
    assert cleared.json["active"] is True


def test_an_account_is_nobody_of_another_community(
    client: FlaskClient, session: Session, manager: dict[str, str]
) -> None:
    stranger = {"resident_id": str(given_resident(session, given_community(session)).id)}
    session.commit()
    opened = client.post(ACCOUNTS, headers=manager, json=BODY)
    url = f"{ACCOUNTS}/{opened.json['id']}"
    headers = {**manager, "If-Match": opened.headers["ETag"]}

    refused = (
        client.post(ACCOUNTS, headers=manager, json={**BODY, "username": "li", **stranger}),
        client.patch(url, headers=headers, json=stranger),
    )

    for answer in refused:
        assert answer.status_code == 422
        assert answer.json["errors"][0]["pointer"] == "/resident_id"
