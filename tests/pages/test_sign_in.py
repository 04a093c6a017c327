import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import AccessToken, StaffAccount
from loyalty.services.actors import Role
from tests.given import code_of, given_account, given_community, quick_hash
from tests.pages.visits import PASSWORD, enter, send, text_of

CONSOLE = (
    "/staff",
    "/staff/rounds",
    "/staff/rounds/new",
    "/staff/residents",
    "/staff/residents/new",
    "/staff/imports/residents",
    "/staff/shops",
    "/staff/shops/new",
    "/staff/cards",
)


def test_staff_sign_in_and_see_what_is_to_be_done(client: FlaskClient, session: Session) -> None:
    account = given_account(session, given_community(session), password_hash=quick_hash(PASSWORD))
    session.commit()

    assert sign_in(client, account).status_code == 302
    assert "要办的事" in text_of(client.get("/staff"))


def sign_in(client: FlaskClient, account: StaffAccount, **values: str) -> TestResponse:
    known = {"username": account.username, "password": PASSWORD, "totp": code_of(account)}
    return send(client, values.pop("path", "/staff/sign-in"), **{**known, **values})


@pytest.mark.parametrize("path", CONSOLE)
def test_an_outsider_is_asked_to_sign_in_first(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/staff/sign-in")


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.PANEL, Role.SHOP_OWNER, Role.STREET])
def test_the_console_is_for_staff_alone(client: FlaskClient, session: Session, role: Role) -> None:
    enter(client, session, given_community(session), role)

    shut = {path for path in CONSOLE if client.get(path).status_code == 403}

    assert set(CONSOLE) - shut == {"/staff"}  # from where each is led to their own


def test_a_wrong_password_is_told_and_the_fifth_locks(
    client: FlaskClient, session: Session
) -> None:
    account = given_account(session, given_community(session), password_hash=quick_hash(PASSWORD))
    session.commit()

    answers = [
        text_of(send(client, "/staff/sign-in", username=account.username, password="wrong"))
        for _ in range(6)
    ]

    assert all("密码或动态码不对" in answer for answer in answers[:5])
    assert "过一刻钟再试" in answers[5]


def test_signing_out_ends_the_session_on_the_server_too(
    client: FlaskClient, session: Session
) -> None:
    enter(client, session, given_community(session), Role.STAFF)
    page = client.get("/staff").get_data(as_text=True)
    guard = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    client.post("/staff/sign-out", data={"csrf_token": guard})

    assert client.get("/staff").status_code == 302
    assert session.query(AccessToken).one().revoked_at is not None


def test_signing_in_again_ends_the_session_before(client: FlaskClient, session: Session) -> None:
    account = given_account(session, given_community(session), password_hash=quick_hash(PASSWORD))
    session.commit()
    sign_in(client, account)
    sign_in(client, account, password="wrong")
    assert client.get("/staff").status_code == 200, "nobody has signed in anew"

    sign_in(client, account)

    ended = [one.revoked_at is not None for one in session.query(AccessToken)]
    assert sorted(ended) == [False, True]
    assert client.get("/staff").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("/staff/cards", "/staff/cards"),
        ("https://elsewhere.test/staff/", "/staff"),
        ("//elsewhere.test", "/staff"),
        ("/staff/\\elsewhere.test", "/staff"),
        ("", "/staff"),
    ],
)
def test_after_signing_in_the_wanted_page_of_ours_is_shown(
    client: FlaskClient, session: Session, wanted: str, shown: str
) -> None:
    account = given_account(session, given_community(session), password_hash=quick_hash(PASSWORD))
    session.commit()

    answer = sign_in(client, account, path=f"/staff/sign-in?next={wanted}")

    assert answer.headers["Location"] == shown


@pytest.mark.parametrize("username", ["\x00", "x" * 10_000, "'; DROP TABLE", "\u202e"])
def test_a_username_of_any_letters_is_answered(client: FlaskClient, username: str) -> None:
    answer = send(client, "/staff/sign-in", username=username, password="wrong")

    assert answer.status_code == 200


def test_one_community_is_not_asked_for(client: FlaskClient, session: Session) -> None:
    given_community(session)
    session.commit()

    assert 'name="community"' not in client.get("/staff/sign-in").text


def test_where_there_are_several_the_community_is_asked_for_and_remembered(
    client: FlaskClient, session: Session
) -> None:
    ours, theirs = given_community(session), given_community(session)
    account = given_account(session, ours, password_hash=quick_hash(PASSWORD))
    session.commit()
    page = "/staff/sign-in"
    assert community_in(client.get(page).text) == ""
    assert community_in(client.get(f"{page}?community={theirs.slug}").text) == theirs.slug
    elsewhere = sign_in(client, account, community=theirs.slug)
    assert "密码或动态码不对" in text_of(elsewhere)
    assert community_in(elsewhere.text) == theirs.slug
    assert sign_in(client, account, community=ours.slug).status_code == 302
    assert community_in(client.get(page).text) == ours.slug
    assert community_in(client.get(f"{page}?community={theirs.slug}").text) == theirs.slug


def community_in(page: str) -> str:
    """Return what stands in the field of the community."""
    [field] = re.findall(r'<input[^>]*name="community"[^>]*>', page)
    found = re.search(r' value="([^"]*)"', field)
    return found[1] if found else ""
