from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, StaffAccount
from loyalty.services.actors import Role
from tests.given import (
    code_of,
    given_account,
    given_community,
    given_token,
    quick_hash,
    signed_in,
)

TOKENS = "/api/v1/tokens"
CURRENT = TOKENS + "/current"
PASSWORD = "a long enough password"
PASSWORD_HASH = quick_hash(PASSWORD)


@pytest.fixture
def account(session: Session) -> StaffAccount:
    account = given_account(
        session, given_community(session), Role.STAFF, username="li", password_hash=PASSWORD_HASH
    )
    session.commit()
    return account


def test_a_program_signs_in_and_out(client: FlaskClient, account: StaffAccount) -> None:
    shown = {"username": "li", "password": PASSWORD, "totp": code_of(account)}
    answer = client.post(TOKENS, json=shown)
    assert answer.status_code == 201, answer.json
    headers = {"Authorization": f"Bearer {answer.json['token']}"}

    assert answer.json["roles"] == ["staff"]
    lifetime = datetime.fromisoformat(answer.json["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=11, minutes=59) < lifetime <= timedelta(hours=12)
    assert client.get("/api/v1/areas", headers=headers).status_code == 200
    assert client.delete(CURRENT, headers=headers).status_code == 204
    assert client.get("/api/v1/areas", headers=headers).status_code == 401


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("username", ["li", "nobody"])
def test_failures_are_counted_although_each_answer_is_an_error(
    client: FlaskClient, username: str
) -> None:
    wrong = {"username": username, "password": "not the password"}

    statuses = [client.post(TOKENS, json=wrong).status_code for _ in range(5)]
    locked = client.post(TOKENS, json={"username": username, "password": PASSWORD})

    assert statuses == [401] * 5
    assert locked.status_code == 429
    assert locked.json["type"] == "/problems/sign-in-locked"
    assert 0 < int(locked.headers["Retry-After"]) <= 15 * 60


def test_a_stranger_who_guesses_keeps_nobody_else_out(
    client: FlaskClient, account: StaffAccount
) -> None:
    wrong = {"username": "li", "password": "not the password"}
    stranger = {"REMOTE_ADDR": "203.0.113.7"}
    guesses = [client.post(TOKENS, json=wrong, environ_base=stranger) for _ in range(7)]

    shown = {"username": "li", "password": PASSWORD, "totp": code_of(account)}

    assert [one.status_code for one in guesses] == [401] * 5 + [429] * 2
    assert client.post(TOKENS, json=shown).status_code == 201


def test_nothing_is_open_to_an_account_that_owes_its_second_factor(
    client: FlaskClient, session: Session, community: Community
) -> None:
    for role in Role:
        owner = given_account(session, community, role, totp_secret=None)
        headers = {"Authorization": f"Bearer {given_token(session, community, owner)}"}

        answer = client.get("/api/v1/matters", headers=headers)

        owes = role in {Role.STAFF, Role.MANAGER}
        assert ("second factor" in answer.text) is owes, role
        assert not owes or answer.status_code == 403


def test_the_accounts_of_a_demonstration_owe_none(client: FlaskClient, session: Session) -> None:
    market = given_community(session, demonstration=True)
    owner = given_account(session, market, Role.STAFF, totp_secret=None)
    headers = {"Authorization": f"Bearer {given_token(session, market, owner)}"}

    assert client.get("/api/v1/areas", headers=headers).status_code == 200


@pytest.mark.usefixtures("account")
def test_an_unknown_name_and_a_wrong_password_are_answered_alike(client: FlaskClient) -> None:
    unknown = client.post(TOKENS, json={"username": "nobody", "password": PASSWORD})
    wrong = client.post(TOKENS, json={"username": "li", "password": "not the password"})

    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json == wrong.json


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"password": PASSWORD}, "/username"),
        ({"username": "li"}, "/password"),
        ({"username": "li", "password": 12}, "/password"),
        ({"username": "li", "password": "x" * 201}, "/password"),
        ({"username": "li", "password": PASSWORD, "totp": 123456}, "/totp"),
        ({"username": "li", "password": PASSWORD, "admin": True}, "/admin"),
    ],
)
def test_a_malformed_sign_in_is_named(
    client: FlaskClient, body: dict[str, object], pointer: str
) -> None:
    answer = client.post(TOKENS, json=body)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize("text", ["\0", "\ud800", "'; DROP TABLE card; --", "Ω" * 200])
def test_no_text_breaks_the_sign_in(client: FlaskClient, text: str) -> None:
    body = {"username": text, "password": text, "totp": text[:12]}

    assert client.post(TOKENS, json=body).status_code == 401


def test_signing_out_ends_no_other_token(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    mine = signed_in(session, community, Role.COUNCIL)
    yours = signed_in(session, community, Role.STAFF)

    assert client.delete(CURRENT, headers=mine).status_code == 204

    assert client.get("/api/v1/areas", headers=yours).status_code == 200


def test_an_outsider_has_no_token_to_end(client: FlaskClient) -> None:
    assert client.delete(CURRENT).status_code == 401
    assert client.delete(CURRENT, headers={"Authorization": "Bearer staff_x"}).status_code == 401
