"""One person at the console of several communities: joined by a link, gone to, left."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import AccessToken, AuditEvent, Community, StaffAccount
from loyalty.services.actors import Role
from loyalty.services.staff.accounts import ChangeAccount, change_account
from loyalty.services.staff.links import LinkPurpose, make_link
from loyalty.services.work import Work
from tests.given import NOON, code_of, given_account, given_community, given_staff, quick_hash
from tests.pages.visits import PASSWORD, change, enter, fields_of, press, send, text_of

ACCOUNT = "/staff/account"
OWN = f"{ACCOUNT}/communities"
NEW = "three other words of mine"


@pytest.fixture
def other(session: Session) -> Community:
    """The community that is joined."""
    return given_community(session, name="东市")


@pytest.fixture
def invited(session: Session, other: Community) -> StaffAccount:
    """Her account there, which a manager has opened."""
    return given_account(session, other, Role.PANEL, password_hash=None, username="xuemei")


@pytest.fixture
def manager(session: Session, other: Community) -> Work:
    """The manager of the community that is joined, at work."""
    return Work(session, given_staff(session, other, Role.MANAGER), NOON)


@pytest.fixture
def link(session: Session, manager: Work, invited: StaffAccount) -> str:
    """The path of the link by which its owner joins."""
    made = make_link(manager, invited.id, LinkPurpose.JOIN)
    session.commit()
    return f"/join/{made.token}"


@pytest.fixture
def home(client: FlaskClient, session: Session, community: Community, link: str) -> StaffAccount:
    """Her account at home, at the console."""
    assert link
    return enter(client, session, community, Role.STAFF)


def join(client: FlaskClient, link: str) -> TestResponse:
    press(client, link, f"{link}/with-account")
    return change(client, f"{OWN}/join")


def let_a_quarter_of_an_hour_pass(session: Session, account: StaffAccount) -> None:
    """Let the last proof of an account be as old as it may not be."""
    of_account = update(AccessToken).where(AccessToken.account_id == account.id)
    session.execute(of_account.values(proven_at=AccessToken.proven_at - timedelta(minutes=15)))
    session.commit()


def here(client: FlaskClient) -> str:
    """Return the page of the console's home."""
    return text_of(client.get("/staff"))


def test_she_joins_as_herself_and_goes_to_and_fro(
    client: FlaskClient, home: StaffAccount, invited: StaffAccount, link: str
) -> None:
    kept = press(client, link, f"{link}/with-account")
    asked = text_of(client.get(f"{OWN}/join"))
    assert kept.headers["Location"] == f"{OWN}/join"
    assert ("东市" in asked, home.username in asked) == (True, True)

    assert change(client, f"{OWN}/join").headers["Location"] == "/staff"

    assert "加入了东市，现在就在这里" in (there := here(client))
    assert ("居民" in there, "换社区" in there) == (False, True)
    assert client.get("/staff/residents").status_code == 403
    press(client, OWN, f"{OWN}/{home.id}/enter")
    assert client.get("/staff/residents").status_code == 200
    assert "田园市场" in here(client)
    press(client, OWN, f"{OWN}/{invited.id}/enter")
    assert client.get("/staff/residents").status_code == 403


def test_who_is_not_signed_in_signs_in_first_and_the_link_stands_in_no_other_address(
    client: FlaskClient, session: Session, community: Community, link: str
) -> None:
    account = given_account(session, community, password_hash=quick_hash(PASSWORD))
    session.commit()

    press(client, link, f"{link}/with-account")
    to_sign_in = client.get(f"{OWN}/join").headers["Location"]
    assert to_sign_in == "/staff/sign-in?next=%2Fstaff%2Faccount%2Fcommunities%2Fjoin"
    known = {"username": account.username, "password": PASSWORD, "totp": code_of(account)}
    assert send(client, to_sign_in, **known).headers["Location"] == f"{OWN}/join"
    change(client, f"{OWN}/join")

    assert "东市" in here(client)


def test_the_code_is_asked_for_again_before_she_joins(
    client: FlaskClient, session: Session, home: StaffAccount, link: str
) -> None:
    let_a_quarter_of_an_hour_pass(session, home)
    press(client, link, f"{link}/with-account")

    asked = change(client, f"{OWN}/join")

    assert "再确认一次是您" in text_of(asked)
    assert "东市" not in text_of(client.get(OWN))
    fields = fields_of(asked) | {"proof_password": [code_of(home)]}
    assert client.post(f"{OWN}/join", data=fields).status_code == 302
    assert "东市" in text_of(client.get(OWN))


def test_there_the_code_of_home_is_asked_for(
    client: FlaskClient, session: Session, home: StaffAccount, invited: StaffAccount, link: str
) -> None:
    invited.roles = ["manager"]
    session.commit()
    join(client, link)
    let_a_quarter_of_an_hour_pass(session, home)

    accounts = "/staff/policy/accounts/new"
    new = {"display_name": "单雪梅", "username": "third", "roles": ["panel"]}
    asked = send(client, accounts, **new)

    assert "再确认一次是您" in text_of(asked)
    fields = fields_of(asked)
    assert "不对" in text_of(client.post(accounts, data=fields | {"proof_password": ["000000"]}))
    right = fields | {"proof_password": [code_of(home)]}
    assert "已给单雪梅开了账号" in text_of(client.post(accounts, data=right))


@pytest.mark.usefixtures("home")
def test_who_leaves_is_home_again(client: FlaskClient, invited: StaffAccount, link: str) -> None:
    join(client, link)

    left = send(client, f"{OWN}/{invited.id}/leave")

    assert left.headers["Location"] == OWN
    page = here(client)
    assert ("已退出东市" in page, "换社区" in page) == (True, False)
    assert client.get("/staff/residents").status_code == 200
    assert client.get(f"{OWN}/{invited.id}/leave").status_code == 404


def test_who_is_closed_at_home_is_there_and_nowhere_else(
    client: FlaskClient, session: Session, home: StaffAccount, link: str
) -> None:
    join(client, link)
    press(client, OWN, f"{OWN}/{home.id}/enter")
    session.refresh(home)
    home.active = False
    session.commit()

    assert "东市" in here(client)
    assert client.get("/staff/residents").status_code == 403
    assert press(client, OWN, f"{OWN}/{home.id}/enter").status_code == 404
    assert "田园市场" not in text_of(client.get(OWN))
    press(client, "/staff", "/staff/sign-out")
    known = {"username": home.username, "password": PASSWORD, "totp": code_of(home)}
    send(client, "/staff/sign-in", **known)
    assert "东市" in here(client)


def test_another_password_made_by_a_link_of_home_leads_nowhere_else(
    client: FlaskClient,
    session: Session,
    community: Community,
    home: StaffAccount,
    link: str,
) -> None:
    join(client, link)
    at_home = Work(session, given_staff(session, community, Role.MANAGER), NOON)
    made = make_link(at_home, home.id, LinkPurpose.PASSWORD)
    session.commit()
    reset = f"/join/{made.token}"
    page = client.get(reset)
    assert "您在别的社区的工作会停下" in text_of(page)

    fields = {"password": NEW, "again": NEW, "totp": code_of(home)}
    assert send(client, reset, **fields).headers["Location"] == "/staff/sign-in"
    known = {"username": home.username, "password": NEW, "totp": code_of(home)}
    send(client, "/staff/sign-in", **known)

    assert "田园市场" in here(client)
    assert "东市" not in text_of(client.get(OWN))


def test_nobody_goes_where_somebody_else_works(
    client: FlaskClient, stranger: FlaskClient, home: StaffAccount, invited: StaffAccount, link: str
) -> None:
    join(client, link)

    for account in (home, invited):
        assert press(stranger, OWN, f"{OWN}/{account.id}/enter").status_code == 404
        assert stranger.get(f"{OWN}/{account.id}/leave").status_code == 404
    with stranger.session_transaction() as kept:
        kept["works-as"] = invited.id.hex
    assert "东市" not in here(stranger)


@pytest.fixture
def stranger(app: Flask, session: Session, community: Community) -> FlaskClient:
    """Her manager at home, in another browser."""
    other_browser = app.test_client()
    enter(other_browser, session, community, Role.MANAGER)
    return other_browser


@pytest.mark.usefixtures("home")
def test_a_form_of_one_community_is_not_taken_in_by_another(client: FlaskClient, link: str) -> None:
    drawn = fields_of(client.get("/staff/residents/new"))
    join(client, link)

    answer = client.post("/staff/residents/new", data=drawn | {"name": ["单雪梅"]})

    assert "登录工作台" in text_of(answer)


@pytest.mark.usefixtures("home")
def test_what_her_account_there_was_changed_to_is_told_and_answered(
    client: FlaskClient, session: Session, manager: Work, invited: StaffAccount, link: str
) -> None:
    join(client, link)
    roles = frozenset({Role.STAFF})
    change_account(manager, ChangeAccount(invited.id, invited.version, roles=roles))
    session.commit()
    assert "这个账号能做的事改了" in here(client)

    client.post(f"{ACCOUNT}/sessions/known", data=fields_of(client.get("/staff")))

    assert "这个账号能做的事改了" not in here(client)


def test_my_account_is_the_one_that_signs_in_wherever_she_works(
    client: FlaskClient, home: StaffAccount, link: str
) -> None:
    join(client, link)

    page = text_of(client.get(ACCOUNT))

    assert home.username in page
    assert "在田园市场的账号，登录用它" in page
    known = {"present_password": PASSWORD, "present_totp": code_of(home)}
    changed = send(client, f"{ACCOUNT}/password", **known, password=NEW, again=NEW)
    assert changed.headers["Location"] == "/staff/sign-in"


def test_the_manager_there_sees_that_she_signs_in_elsewhere(
    client: FlaskClient,
    their_manager: FlaskClient,
    home: StaffAccount,
    invited: StaffAccount,
    link: str,
) -> None:
    join(client, link)

    assert "用别的社区的账号登录" in text_of(their_manager.get("/staff/policy/accounts"))
    page = text_of(their_manager.get(f"/staff/policy/accounts/{invited.id}"))
    assert ("密码和动态码都在那边" in page, "给本人一条链接" in page) == (True, False)
    assert home.username not in page


@pytest.fixture
def their_manager(app: Flask, session: Session, other: Community) -> FlaskClient:
    """A manager of the community that is joined, in another browser."""
    browser = app.test_client()
    enter(browser, session, other, Role.MANAGER)
    return browser


@pytest.mark.usefixtures("home")
def test_a_link_that_is_gone_says_so(client: FlaskClient, link: str) -> None:
    join(client, link)

    again = client.post(f"{link}/with-account", data=fields_of(client.get(OWN)))

    assert again.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(f"{OWN}/join").status_code == 404


@pytest.mark.usefixtures("home")
def test_whoever_signs_in_next_in_this_browser_takes_no_link_of_the_one_before(
    client: FlaskClient, session: Session, community: Community, invited: StaffAccount, link: str
) -> None:
    press(client, link, f"{link}/with-account")
    assert "再打开一次链接" in text_of(client.get(f"{OWN}/join"))
    press(client, "/staff", "/staff/sign-out")
    enter(client, session, community, Role.PANEL)

    assert client.get(f"{OWN}/join").status_code == 404
    assert invited.home_account_id is None


def test_who_was_not_signed_out_is_not_followed_by_a_link_either(
    client: FlaskClient, session: Session, community: Community, home: StaffAccount, link: str
) -> None:
    account = given_account(session, community, password_hash=quick_hash(PASSWORD))
    session.commit()
    press(client, link, f"{link}/with-account")
    assert client.get(f"{OWN}/join").status_code == 200

    known = {"username": account.username, "password": PASSWORD, "totp": code_of(account)}
    send(client, "/staff/sign-in", **known)

    assert account != home
    assert client.get(f"{OWN}/join").status_code == 404


@pytest.mark.usefixtures("home")
def test_a_yes_is_to_the_link_that_was_shown(
    client: FlaskClient, session: Session, invited: StaffAccount, link: str
) -> None:
    third = given_community(session, name="西市")
    there = given_account(session, third, Role.PANEL, password_hash=None)
    its_manager = Work(session, given_staff(session, third, Role.MANAGER), NOON)
    made = make_link(its_manager, there.id, LinkPurpose.JOIN)
    session.commit()
    press(client, link, f"{link}/with-account")
    shown = client.get(f"{OWN}/join")
    press(client, link, f"/join/{made.token}/with-account")

    asked = client.post(f"{OWN}/join", data=fields_of(shown))

    assert "西市" in text_of(asked)
    session.expire_all()
    assert (invited.home_account_id, there.home_account_id) == (None, None)
    assert client.post(f"{OWN}/join", data=fields_of(asked)).status_code == 302
    session.expire_all()
    assert (invited.home_account_id is None, there.home_account_id is None) == (True, False)


def test_the_other_community_sees_when_she_came_and_home_is_not_told_twice(
    client: FlaskClient, session: Session, home: StaffAccount, invited: StaffAccount, link: str
) -> None:
    join(client, link)
    assert entries(session) == []

    press(client, OWN, f"{OWN}/{home.id}/enter")
    assert entries(session) == []
    press(client, OWN, f"{OWN}/{invited.id}/enter")
    assert entries(session) == [(invited.community_id, invited.id, invited.id)]


@pytest.mark.parametrize("is_closed_at_home", [False, True])
def test_so_it_does_where_a_sign_in_leads_there(
    client: FlaskClient,
    session: Session,
    home: StaffAccount,
    invited: StaffAccount,
    link: str,
    *,
    is_closed_at_home: bool,
) -> None:
    join(client, link)
    press(client, "/staff", "/staff/sign-out")
    session.refresh(home)
    home.active = not is_closed_at_home
    session.commit()

    known = {"username": home.username, "password": PASSWORD, "totp": code_of(home)}
    send(client, "/staff/sign-in", **known)

    came = [(invited.community_id, invited.id, invited.id)]
    assert entries(session) == (came if is_closed_at_home else [])


def entries(session: Session) -> list[tuple[UUID, UUID | None, UUID | None]]:
    """Return in which communities somebody was seen to come, as which account."""
    query = select(AuditEvent).where(AuditEvent.action == "account.entered")
    return [(one.community_id, one.actor_id, one.subject_id) for one in session.scalars(query)]
