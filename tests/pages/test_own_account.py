"""One's own account at the console: password and second factor, which nobody else sets."""

import re

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import Community, StaffAccount
from loyalty.services.actors import Role
from tests.given import code_of, given_account, given_token
from tests.pages.visits import PASSWORD, enter, fields_of, send, text_of

ACCOUNT = "/staff/account"
NEW = "three other words of mine"


def app_in(page: TestResponse) -> pyotp.TOTP:
    """Return the app on a phone into which the secret of a page was typed."""
    found = re.search(r"\b[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}\b", page.text)
    assert found is not None, page.text
    return pyotp.TOTP(found[0].replace(" ", ""))


def enter_without_factor(
    client: FlaskClient, session: Session, community: Community, *roles: Role
) -> StaffAccount:
    account = enter(client, session, community, *roles)
    account.totp_secret = None
    session.commit()
    return account


@pytest.mark.parametrize("role", [Role.STAFF, Role.MANAGER])
def test_who_manages_people_does_nothing_before_the_second_factor_is_set_up(
    client: FlaskClient, session: Session, community: Community, role: Role
) -> None:
    account = enter_without_factor(client, session, community, role)
    page = f"{ACCOUNT}/second-factor"

    for path in ("/staff", "/staff/residents"):
        assert client.get(path).headers["Location"] == page
    shown = client.get(page)
    filled = {**fields_of(shown), "present_password": PASSWORD}
    wrong = client.post(page, data={**filled, "totp": "000000"})
    right = client.post(page, data={**fields_of(wrong), **filled, "totp": app_in(shown).now()})

    assert "动态码不对" in text_of(wrong)
    assert app_in(wrong).secret == app_in(shown).secret
    assert right.headers["Location"] == "/staff"
    assert client.get("/staff/residents").status_code == 200
    session.refresh(account)
    assert account.totp_secret is not None
    assert app_in(shown).secret.encode() not in account.totp_secret


@pytest.mark.parametrize("role", [Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER])
def test_who_manages_nobody_may_go_without(
    client: FlaskClient, session: Session, community: Community, role: Role
) -> None:
    enter(client, session, community, role)

    assert client.get("/staff").headers.get("Location") != f"{ACCOUNT}/second-factor"
    assert client.get(ACCOUNT).status_code == 200
    assert client.get(f"{ACCOUNT}/second-factor").status_code == 200


@pytest.mark.usefixtures("clock")
def test_another_phone_takes_the_place_of_the_first_by_its_code(
    client: FlaskClient, session: Session, community: Community
) -> None:
    account = enter(client, session, community, Role.STAFF)
    page, before = f"{ACCOUNT}/second-factor", account.totp_secret
    shown = client.get(page)
    filled = {**fields_of(shown), "present_password": PASSWORD, "totp": app_in(shown).now()}

    without = client.post(page, data=filled)
    session.refresh(account)
    assert account.totp_secret == before
    answer = client.post(page, data={**filled, "present_totp": code_of(account)})

    assert "密码或动态码不对" in text_of(without)
    assert answer.headers["Location"] == ACCOUNT
    session.refresh(account)
    assert account.totp_secret != before


def test_a_secret_offered_to_another_account_is_not_taken(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter_without_factor(client, session, community, Role.STAFF)
    page = f"{ACCOUNT}/second-factor"
    theirs = client.get(page)
    account = enter_without_factor(client, session, community, Role.STAFF)
    filled = {**fields_of(client.get(page)), "present_password": PASSWORD}

    client.post(
        page,
        data={
            **filled,
            "offered": fields_of(theirs)["offered"][0],
            "totp": app_in(theirs).now(),
        },
    )

    session.refresh(account)
    assert account.totp_secret is None


@pytest.mark.usefixtures("clock")
def test_who_changes_the_password_signs_in_anew_everywhere(
    client: FlaskClient, session: Session, community: Community
) -> None:
    account = enter(client, session, community, Role.STAFF)
    elsewhere = {"Authorization": f"Bearer {given_token(session, community, account)}"}
    page = f"{ACCOUNT}/password"
    filled = {"present_password": PASSWORD, "password": NEW, "again": NEW}

    answer = send(client, page, **filled, present_totp=code_of(account))

    assert answer.headers["Location"] == "/staff/sign-in"
    assert client.get("/api/v1/areas", headers=elsewhere).status_code == 401
    known = {"username": account.username, "totp": code_of(account)}
    assert send(client, "/staff/sign-in", **known, password=PASSWORD).status_code == 200
    assert send(client, "/staff/sign-in", **known, password=NEW).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"present_password": "guessed"}, "密码或动态码不对"),
        ({"again": "something else"}, "两次填的密码不一样"),
        ({"password": "password1234", "again": "password1234"}, "别人一猜就中"),
        ({"password": "short", "again": "short"}, "密码太短，至少12位"),
    ],
)
def test_a_fault_is_told_and_the_password_stays(
    client: FlaskClient,
    session: Session,
    community: Community,
    wrong: dict[str, str],
    told: str,
) -> None:
    account = enter(client, session, community, Role.PANEL)
    before = account.password_hash
    filled = {"present_password": PASSWORD, "password": NEW, "again": NEW}

    answer = send(client, f"{ACCOUNT}/password", **{**filled, **wrong})

    assert told in text_of(answer)
    session.refresh(account)
    assert account.password_hash == before


def test_a_link_that_opens_nothing_says_what_to_do(client: FlaskClient) -> None:
    answer = client.get("/join/join_1_" + "a" * 43)

    assert answer.status_code == 404
    assert "请负责人再给一条" in text_of(answer)
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == (
        "no-store",
        "no-referrer",
    )


def test_nobody_sees_an_account_without_signing_in(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_account(session, community)
    session.commit()

    for path in (ACCOUNT, f"{ACCOUNT}/password", f"{ACCOUNT}/second-factor"):
        assert client.get(path).headers["Location"].startswith("/staff/sign-in")
