from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import StaffAccount
from loyalty.services.actors import Role
from tests.given import given_account, given_community, quick_hash, signed_in

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


@pytest.mark.usefixtures("account")
def test_a_program_signs_in_and_out(client: FlaskClient) -> None:
    answer = client.post(TOKENS, json={"username": "li", "password": PASSWORD})
    assert answer.status_code == 201, answer.json
    headers = {"Authorization": f"Bearer {answer.json['token']}"}

    assert answer.json["roles"] == ["staff"]
    lifetime = datetime.fromisoformat(answer.json["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=11, minutes=59) < lifetime <= timedelta(hours=12)
    assert client.get("/api/v1/areas", headers=headers).status_code == 200
    assert client.delete(CURRENT, headers=headers).status_code == 204
    assert client.get("/api/v1/areas", headers=headers).status_code == 401


def test_failures_are_counted_although_each_answer_is_an_error(
    client: FlaskClient, session: Session, account: StaffAccount
) -> None:
    wrong = {"username": "li", "password": "not the password"}

    statuses = [client.post(TOKENS, json=wrong).status_code for _ in range(5)]
    locked = client.post(TOKENS, json={"username": "li", "password": PASSWORD})

    assert statuses == [401] * 5
    assert locked.status_code == 429
    assert locked.json["type"] == "/problems/sign-in-locked"
    assert 0 < int(locked.headers["Retry-After"]) <= 15 * 60
    session.refresh(account)
    assert account.locked_until is not None


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
