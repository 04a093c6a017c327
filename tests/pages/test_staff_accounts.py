"""Accounts at the console: a manager opens them, says what each may do, and closes them."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import Community, StaffAccount
from loyalty.services.actors import Role
from tests.given import code_of, given_account, given_community, given_resident
from tests.pages.visits import PASSWORD, enter, press, send, text_of
from tests.present import present

ACCOUNTS = "/staff/policy/accounts"
NEW = {"display_name": "单雪梅", "username": "xuemei", "roles": ["panel"]}


@pytest.fixture
def manager(client: FlaskClient, session: Session, community: Community) -> StaffAccount:
    """The only manager, at the console."""
    return enter(client, session, community, Role.MANAGER)


def called(session: Session, username: str) -> StaffAccount | None:
    session.rollback()
    return session.scalar(select(StaffAccount).where(StaffAccount.username == username))


@pytest.mark.usefixtures("manager")
def test_whoever_has_been_given_an_account_chooses_a_password_and_signs_in_with_it(
    client: FlaskClient, session: Session
) -> None:
    opened = send(client, f"{ACCOUNTS}/new", **NEW)

    assert present(called(session, "xuemei")).roles == ["panel"]
    assert "还没加入" in text_of(client.get(ACCOUNTS))
    assert opened.headers["Cache-Control"] == "no-store"
    panellist = client.application.test_client()
    joined = send(panellist, link_in(opened), password=PASSWORD, again=PASSWORD)
    assert joined.headers["Location"] == "/staff/sign-in"
    answer = send(panellist, "/staff/sign-in", username="XueMei", password=PASSWORD)
    assert answer.status_code == 302
    assert "还没加入" not in text_of(client.get(ACCOUNTS))


def link_in(page: TestResponse) -> str:
    """Return the path of the link that a page shows once."""
    found = re.search(r"http://loyalty\.test(/join/[\w-]+)", page.text)
    assert found is not None, page.text
    return found[1]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"roles": []}, "请填写这一项"),
        ({"roles": ["mayor"]}, "请从列表中选一项"),
        ({"username": "a"}, "登录名要2到40个字"),
        ({"display_name": ""}, "请填写这一项"),
        ({"username": "taken"}, "已经有这一条了"),
    ],
)
@pytest.mark.usefixtures("manager")
def test_an_account_with_a_fault_is_told_and_not_opened(
    client: FlaskClient,
    session: Session,
    community: Community,
    wrong: dict[str, object],
    told: str,
) -> None:
    given_account(session, community, Role.STAFF, username="taken")
    session.commit()

    answer = send(client, f"{ACCOUNTS}/new", **{**NEW, **wrong})

    assert told in text_of(answer)
    assert called(session, "xuemei") is None


@pytest.mark.usefixtures("manager")
def test_a_panellist_is_matched_with_the_resident_of_that_name_or_another(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_resident(session, community, name="单雪梅", unit="1号楼")
    neighbour = given_resident(session, community, name="阿依古丽", unit="2号楼")
    account = given_account(session, community, Role.PANEL, display_name="单雪梅")
    session.commit()
    page = f"{ACCOUNTS}/{account.id}"
    assert "没对上居民" in text_of(client.get(ACCOUNTS))
    assert "单雪梅 1号楼" in text_of(client.get(page))

    found = text_of(send(client, page, version="1", roles=["panel"], q="阿依古丽", find="1"))
    assert "阿依古丽 2号楼" in found
    send(
        client,
        page,
        version="1",
        q="阿依古丽",
        roles=["panel"],
        resident_id=str(neighbour.id),
        active="y",
    )

    session.refresh(account)
    assert account.resident_id == neighbour.id
    assert "没对上居民" not in text_of(client.get(ACCOUNTS))


@pytest.mark.usefixtures("manager")
def test_an_account_is_shown_as_it_is_and_stays_so_where_nothing_is_changed(
    client: FlaskClient, session: Session, community: Community
) -> None:
    account = given_account(session, community, Role.STAFF, Role.PANEL)
    session.commit()
    page = f"{ACCOUNTS}/{account.id}"

    ticked = re.findall(
        r'<input checked [^>]*value="(\w+)"', client.get(page).get_data(as_text=True)
    )
    same = send(client, page, version="1", roles=["staff", "panel"], resident_id="", active="y")

    assert ticked == ["staff", "panel", "y"]
    assert "没有改动" in text_of(same)


@pytest.mark.usefixtures("manager")
def test_who_has_left_no_longer_signs_in(
    client: FlaskClient, session: Session, community: Community
) -> None:
    account = given_account(session, community, Role.STAFF)
    session.commit()

    page = f"{ACCOUNTS}/{account.id}"
    answer = send(client, page, version="1", roles=["staff"], resident_id="")

    assert answer.status_code == 302
    session.refresh(account)
    assert not account.active
    assert "已停用" in text_of(client.get(ACCOUNTS))


@pytest.mark.usefixtures("manager")
def test_who_forgot_the_password_chooses_another_by_a_link(
    client: FlaskClient, session: Session, community: Community
) -> None:
    panellist = client.application.test_client()
    account = enter(panellist, session, community, Role.PANEL)
    page = f"{ACCOUNTS}/{account.id}"
    new = "another horse, another staple"

    link = link_in(press(client, page, f"{page}/links/password"))
    assert panellist.get("/staff").status_code == 200
    send(panellist, link, password=new, again=new)

    assert panellist.get("/staff").status_code == 302
    for password, status in ((PASSWORD, 200), (new, 302)):
        signed_in = {"username": account.username, "password": password}
        assert send(panellist, "/staff/sign-in", **signed_in).status_code == status


def has_second_factor(session: Session, account: StaffAccount) -> bool:
    session.refresh(account)
    return account.totp_secret is not None


@pytest.mark.usefixtures("manager")
def test_who_has_lost_the_phone_ends_the_old_codes_by_a_link_and_the_password(
    client: FlaskClient, session: Session, community: Community
) -> None:
    owner = client.application.test_client()
    account = enter(owner, session, community, Role.MANAGER)
    page = f"{ACCOUNTS}/{account.id}"
    link = link_in(press(client, page, f"{page}/links/second_factor"))

    wrong = send(owner, link, password="some other words")
    kept = has_second_factor(session, account)
    done = send(owner, link, password=PASSWORD)

    assert "账号、密码或动态码不对" in text_of(wrong)
    assert kept
    assert "旧的动态码作废了" in text_of(owner.get(done.headers["Location"]))
    assert not has_second_factor(session, account)
    assert owner.get(link).status_code == 404


@pytest.mark.usefixtures("manager")
def test_who_has_a_phone_shows_its_code_before_a_link_sets_another_password(
    client: FlaskClient, session: Session, community: Community
) -> None:
    owner = client.application.test_client()
    account = enter(owner, session, community, Role.MANAGER)
    page, new = f"{ACCOUNTS}/{account.id}", "another horse, another staple"
    link = link_in(press(client, page, f"{page}/links/password"))

    for chosen, code, told in (
        (new, "", "账号、密码或动态码不对"),
        ("short", code_of(account), "密码太短，至少12位"),
    ):
        assert told in text_of(send(owner, link, password=chosen, again=chosen, totp=code))
    done = send(owner, link, password=new, again=new, totp=code_of(account))

    assert "密码设好了，请登录。" in text_of(owner.get(done.headers["Location"]))


@pytest.mark.usefixtures("manager")
def test_a_link_that_the_account_has_no_use_for_is_not_offered_nor_made(
    client: FlaskClient, session: Session, community: Community
) -> None:
    account = given_account(session, community, Role.STAFF)
    session.commit()
    page = f"{ACCOUNTS}/{account.id}"

    offered = client.get(page).text

    assert f"{page}/links/password" in offered
    assert f"{page}/links/join" not in offered
    assert press(client, page, f"{page}/links/join").headers["Location"] == page
    assert press(client, page, f"{page}/links/everything").status_code == 404


def test_the_last_manager_stays(
    client: FlaskClient, session: Session, manager: StaffAccount
) -> None:
    page = f"{ACCOUNTS}/{manager.id}"

    closed = send(client, page, version="1", roles=["manager"], resident_id="")
    lowered = send(client, page, version="1", roles=["staff"], resident_id="", active="y")

    for answer in (closed, lowered):
        assert "至少要留一位能登录的负责人" in text_of(answer)
    session.refresh(manager)
    assert (manager.active, manager.roles) == (True, ["manager"])


@pytest.mark.parametrize("path", [ACCOUNTS, f"{ACCOUNTS}/new"])
@pytest.mark.parametrize("role", [Role.STAFF, Role.PANEL, Role.COUNCIL])
def test_accounts_are_for_managers(
    client: FlaskClient, session: Session, community: Community, path: str, role: Role
) -> None:
    enter(client, session, community, role)

    assert client.get(path).status_code == 403


@pytest.mark.usefixtures("manager")
def test_another_communitys_account_is_unknown(client: FlaskClient, session: Session) -> None:
    elsewhere = given_account(session, given_community(session), Role.STAFF)
    session.commit()

    path = f"{ACCOUNTS}/{elsewhere.id}"

    assert press(client, ACCOUNTS, f"{path}/links/password").status_code == 404
    assert client.get(path).status_code == 404
    assert press(client, ACCOUNTS, path, version="1", roles=["staff"]).status_code == 404
