"""Web push: a manager lets it, a resident agrees on the device in their hand, and ends it."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import Card, Community, MessageHook, MessageRecipient
from loyalty.services.actors import Role
from loyalty.services.messages.push_channel import read_public_key, stop_web_push
from loyalty.services.work import Work
from tests.given import NOON, SEALING_KEY, given_community, given_staff
from tests.given_messages import given_hook, given_web_push
from tests.given_own_pages import activate
from tests.pages.visits import card_of_today, change, enter, fields_of, press, send, text_of
from tests.present import present
from tests.push_browsers import Browser

MESSAGES, DEVICE, POLICY = "/me/messages", "/me/messages/device", "/staff/policy/web-push"
WECHAT = "Mozilla/5.0 (Linux; Android 12) MicroMessenger/8.0"
AGREE = "同意，在这台设备上告诉我"


@pytest.fixture
def push(session: Session, community: Community) -> MessageHook:
    push = given_web_push(session, community)
    session.commit()
    return push


@pytest.fixture
def card(client: FlaskClient, session: Session, community: Community) -> Card:
    """The card of whoever has just opened their page."""
    card = card_of_today(session, community)
    activate(client, session, card)
    return card


def recipients(session: Session) -> list[MessageRecipient]:
    session.rollback()
    return [*session.scalars(select(MessageRecipient))]


def agree(client: FlaskClient, push: MessageHook, **told: str) -> TestResponse:
    """Hand over what the script would fill in."""
    device = Browser().device
    keys = {"p256dh": device.p256dh, "auth": device.auth, "hook": str(push.id)}
    token = fields_of(client.get(MESSAGES))["csrf_token"]
    data = {"csrf_token": token, "endpoint": device.endpoint, **keys, **told}
    return client.post(DEVICE, data=data, follow_redirects=True)


@pytest.mark.usefixtures("card")
def test_it_is_not_offered_unless_the_community_lets_it(
    client: FlaskClient, session: Session
) -> None:
    given_web_push(session, given_community(session))
    session.commit()

    assert "消息提醒" not in text_of(client.get("/me"))
    assert AGREE not in client.get(MESSAGES).text


@pytest.mark.usefixtures("card")
def test_before_anybody_agrees_it_is_said_who_learns_what(
    client: FlaskClient, session: Session, push: MessageHook
) -> None:
    assert "消息提醒" in text_of(client.get("/me"))

    page = client.get(MESSAGES).text

    assert AGREE in page
    assert "看不到写的是什么" in page
    assert f'data-push="{read_public_key(push, sealing_key=SEALING_KEY)}"' in page
    assert recipients(session) == []


@pytest.mark.usefixtures("card", "push")
@pytest.mark.parametrize("browser", [WECHAT, WECHAT.replace("MicroMessenger", "AlipayClient")])
def test_in_a_messenger_there_is_no_button_but_the_way_out(
    client: FlaskClient, browser: str
) -> None:
    page = client.get(MESSAGES, headers={"User-Agent": browser}).text

    assert AGREE not in page
    assert "用浏览器打开这一页" in page


def test_who_agrees_is_told_and_who_withdraws_is_not(
    client: FlaskClient, session: Session, push: MessageHook, card: Card
) -> None:
    page = agree(client, push)

    assert "就在这台设备上告诉您" in page.text
    assert "不要再弹了" in page.text
    (kept,) = recipients(session)
    assert (kept.resident_id, kept.service) == (card.resident_id, "push.example")
    assert "同意收消息：同意" in text_of(client.get("/me/consents"))

    assert press(client, MESSAGES, f"{DEVICE}/end").location == MESSAGES

    assert recipients(session) == []
    assert "同意收消息：不再同意" in text_of(client.get("/me/consents"))


@pytest.mark.usefixtures("card")
def test_what_is_held_is_told_but_not_what_would_reach_the_device(
    client: FlaskClient, session: Session, push: MessageHook
) -> None:
    agree(client, push)
    device = present(recipients(session)[0].device)

    told = client.get("/me/data.json").text

    assert json.loads(told)["message_recipient"][0]["service"] == "push.example"
    assert not any(one in told for one in device.values())
    assert "push.example" in client.get("/me/data").text


@pytest.mark.usefixtures("card")
def test_whoever_is_erased_is_forgotten_there_too(
    client: FlaskClient, session: Session, push: MessageHook
) -> None:
    agree(client, push)

    assert send(client, "/me/erasure", sure="y").location == "/"

    assert recipients(session) == []


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"endpoint": "http://169.254.169.254/"}, "浏览器给的地址用不了"),
        ({"p256dh": "x" * 4000}, "浏览器给的地址用不了"),
        ({"endpoint": ""}, "浏览器给的地址用不了"),
        ({"hook": ""}, "请看过新的内容再做"),
    ],
)
def test_what_no_browser_hands_over_is_refused_in_words(
    client: FlaskClient, session: Session, push: MessageHook, wrong: dict[str, str], told: str
) -> None:
    assert told in agree(client, push, **wrong).text
    assert recipients(session) == []


@pytest.mark.usefixtures("card")
def test_nobody_is_told_under_a_key_they_were_not_asked_with(
    client: FlaskClient, session: Session, community: Community, push: MessageHook
) -> None:
    stop_web_push(Work(session, given_staff(session, community, Role.MANAGER), NOON))
    given_web_push(session, community)
    session.commit()

    assert "请看过新的内容再做" in agree(client, push).text
    assert recipients(session) == []


@pytest.mark.usefixtures("card", "push")
def test_an_outsider_agrees_for_nobody(client: FlaskClient, session: Session) -> None:
    outsider = client.application.test_client()
    token = fields_of(outsider.get("/me/sign-in"))["csrf_token"]
    data = {"csrf_token": token, "endpoint": "https://push.example/to/1"}

    assert outsider.post(DEVICE, data=data).location == "/me/sign-in"
    assert outsider.post(f"{DEVICE}/end", data=data).location == "/me/sign-in"
    assert recipients(session) == []


@pytest.mark.usefixtures("card")
def test_the_end_of_the_one_way_leaves_the_other(
    client: FlaskClient, session: Session, community: Community, push: MessageHook
) -> None:
    given_hook(session, community)
    session.commit()
    change(client, MESSAGES, reference="oT8Gr5-hWzL_2kq9")
    agree(client, push)

    press(client, MESSAGES, f"{MESSAGES}/end")

    assert [one.service for one in recipients(session)] == ["push.example"]


@pytest.mark.parametrize(("language", "title"), [("zh-Hans", "卡用过了"), ("en", "Card used")])
def test_the_worker_shows_what_is_told_in_the_language_of_the_reader(
    client: FlaskClient, language: str, title: str
) -> None:
    client.get(f"/?lang={language}")

    code = client.get("/me/worker.js").text

    shell: dict[str, Any] = json.loads(present(re.match(r"self\.shell = (.*);\n", code))[1])
    assert shell["told"].keys() == {"card_used", "card_waiting"}
    assert shell["told"]["card_used"]["title"] == title


def test_the_own_page_can_be_put_on_a_home_screen(client: FlaskClient) -> None:
    said = client.get("/me/app.webmanifest")

    assert said.mimetype == "application/manifest+json"
    assert (said.json["start_url"], said.json["display"]) == ("/me", "standalone")


def test_a_manager_lets_it_and_stops_it_after_the_consequence(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.MANAGER)
    assert "手机弹提醒" in text_of(client.get("/staff/policy"))
    assert "没有开通" in text_of(client.get(POLICY))

    assert press(client, POLICY, f"{POLICY}/begin").location == POLICY

    assert "开通着，0个人同意了" in text_of(client.get(POLICY))
    assert session.scalars(select(MessageHook.address)).all() == ["https://localhost"]
    assert "设备全部删除" in client.get(f"{POLICY}/stop").text
    assert send(client, f"{POLICY}/stop").location == POLICY
    assert session.scalars(select(MessageHook)).all() == []


def test_a_manager_is_told_where_the_operators_secret_has_changed(
    client: FlaskClient, session: Session, community: Community, push: MessageHook
) -> None:
    push.sealed_secret = bytes(60)
    session.commit()
    enter(client, session, community, Role.MANAGER)

    assert "系统换过主密钥" in client.get(POLICY).text


@pytest.mark.usefixtures("push")
def test_staff_who_are_no_managers_leave_it_as_it_is(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)

    assert client.get(POLICY).status_code == 403
    assert client.post(f"{POLICY}/stop").status_code == 403
    assert len(session.scalars(select(MessageHook)).all()) == 1
