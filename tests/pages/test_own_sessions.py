"""Where else one's account is signed in, and the question whether that was oneself."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import AccessToken, Community, StaffAccount
from loyalty.services.actors import Role
from tests.given import code_of, given_account, quick_hash
from tests.pages.visits import PASSWORD, enter, fields_of, press, send, text_of

ACCOUNT = "/staff/account"
QUESTION = "都是您知道的吗"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"


def sign_in(client: FlaskClient, account: StaffAccount, agent: str = "Firefox") -> None:
    client.environ_base["HTTP_USER_AGENT"] = agent
    known = {"username": account.username, "password": PASSWORD}
    answer = send(client, "/staff/sign-in", **known, totp=code_of(account))
    assert answer.status_code == 302


@pytest.fixture
def account(session: Session, community: Community) -> StaffAccount:
    account = given_account(session, community, Role.MANAGER, password_hash=quick_hash(PASSWORD))
    session.commit()
    return account


@pytest.fixture
def telephone(app: Flask) -> FlaskClient:
    """Another browser."""
    return app.test_client()


def test_a_browser_is_known_by_its_cookie_and_asked_about_in_every_other(
    client: FlaskClient, telephone: FlaskClient, account: StaffAccount
) -> None:
    sign_in(client, account)
    assert QUESTION not in text_of(client.get("/staff"))

    sign_in(telephone, account, IPHONE)

    for path in ("/staff", "/staff/residents", ACCOUNT):
        page = text_of(client.get(path))
        assert QUESTION in page
        assert "在没用过的地方登录 · 苹果手机或平板" in page
    cookie = client.get_cookie("device", path="/staff")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    assert account.username not in cookie.value


def test_who_knows_of_it_is_not_asked_again(
    client: FlaskClient, telephone: FlaskClient, account: StaffAccount
) -> None:
    sign_in(client, account)
    sign_in(telephone, account, IPHONE)

    shown = fields_of(client.get("/staff"))
    known = client.post(f"{ACCOUNT}/sessions/known", data=shown)

    assert known.headers["Location"] == "/staff"
    assert QUESTION not in text_of(client.get("/staff"))
    assert "在没用过的地方登录 · 苹果手机或平板" in text_of(client.get(ACCOUNT))


def test_who_does_not_know_of_it_ends_all_others_and_changes_the_password(
    client: FlaskClient, telephone: FlaskClient, account: StaffAccount
) -> None:
    sign_in(client, account)
    sign_in(telephone, account, IPHONE)

    answer = press(client, "/staff", f"{ACCOUNT}/sessions/unknown")

    assert answer.headers["Location"] == f"{ACCOUNT}/password"
    assert "现在换一个新密码" in text_of(client.get(f"{ACCOUNT}/password"))
    assert telephone.get("/staff").headers["Location"].startswith("/staff/sign-in")
    assert client.get("/staff").status_code == 200


def test_the_own_page_lists_who_is_signed_in_where(
    client: FlaskClient, telephone: FlaskClient, account: StaffAccount
) -> None:
    sign_in(client, account)
    sign_in(telephone, account, IPHONE)
    shown = text_of(client.get(ACCOUNT))
    assert ("就是这里" in shown, "还登录着" in shown) == (True, True)

    press(client, ACCOUNT, f"{ACCOUNT}/sessions/end-others")

    shown = text_of(client.get(ACCOUNT))
    assert ("就是这里" in shown, "还登录着" in shown) == (True, False)
    assert telephone.get(ACCOUNT).status_code == 302


@pytest.mark.parametrize("deed", ["known", "unknown", "end-others"])
def test_nobody_answers_without_signing_in(
    client: FlaskClient, session: Session, account: StaffAccount, deed: str
) -> None:
    client.post(f"{ACCOUNT}/sessions/{deed}", data={"alert": str(account.id)})

    assert session.query(AccessToken).all() == []


def test_what_is_no_alert_is_refused(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.PANEL)

    answer = press(client, ACCOUNT, f"{ACCOUNT}/sessions/known", alert="none")

    assert answer.status_code == 400


def test_the_printed_accounts_of_a_demonstration_are_asked_nothing(
    client: FlaskClient,
    telephone: FlaskClient,
    session: Session,
    community: Community,
    account: StaffAccount,
) -> None:
    community.demonstration = True
    account.totp_secret = None
    session.commit()
    for browser in (client, telephone):
        send(browser, "/staff/sign-in", username=account.username, password=PASSWORD)

    assert QUESTION not in text_of(client.get("/staff"))
