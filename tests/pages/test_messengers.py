"""Most people open a link in WeChat or Alipay: everything public works in these, as it was sent."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import Community
from tests.browser.counter import pairing_code
from tests.given import NOON, given_community, given_shop
from tests.pages.visits import card_of_today, send, text_of

WECHAT = (
    "Mozilla/5.0 (Linux; Android 12; HUAWEI) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/107.0 Mobile Safari/537.36 MicroMessenger/8.0.40"
)
ALIPAY = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148 AlipayClient/10.5.20"
)
ADDED = (
    "?from=singlemessage&isappinstalled=0",
    "?nsukey=Ab%2Bc%2F%3D",
    "&nsukey=Ab%2Bc%3D",
    "/",
    "/?from=timeline",
    "?fbclid=abc",
    "?utm_source=wechat&utm_medium=share",
)
"""What is found behind addresses that were passed on."""

OPEN_ELSEWHERE = "请点右上角，用浏览器打开"


@pytest.fixture
def addresses(session: Session) -> Mapping[str, str]:
    """Every page that anyone may open, with something to be seen on it: address → what it says."""
    community = given_community(session)
    shop = given_shop(session, community, name="百味菜铺")
    card = card_of_today(session, community)
    return {
        "": "我是居民",
        "/card": "查一查我的卡",
        f"/c/{card.token}": "有效",
        f"/C/{card.token}": "有效",
        f"/c/{card.token}/print": "打印打折卡",
        "/shops": "百味菜铺",
        f"/{community.slug}/shops": "百味菜铺",
        f"/p/{shop.plaque_number}": "已挂牌",
        "/notice": "现在没有公示",
        "/honour": "光荣榜",
        "/stats": "数字",
        "/lottery": "抽签怎样查验",
        "/matter": "提一件事",
        "/matter/status": "回执号",
        "/objection": "回执号",
        "/nominate": "推荐",
        "/till": "绑定这台设备",
    }


def read(client: FlaskClient, address: str, user_agent: str = WECHAT) -> TestResponse:
    return client.get(address, headers={"User-Agent": user_agent, "Accept-Language": "zh-CN"})


@pytest.mark.parametrize("user_agent", [WECHAT, ALIPAY])
def test_every_public_page_is_shown_there(
    client: FlaskClient, addresses: Mapping[str, str], user_agent: str
) -> None:
    for address, says in addresses.items():
        answer = read(client, address or "/", user_agent)

        assert (answer.status_code, says in text_of(answer)) == (200, True), address


@pytest.mark.parametrize("added", ADDED)
def test_what_is_added_to_an_address_does_no_harm(
    client: FlaskClient, addresses: Mapping[str, str], added: str
) -> None:
    for address, says in addresses.items():
        answer = read(client, f"{address or '/'}{added}")

        assert (answer.status_code, says in text_of(answer)) == (200, True), address


@pytest.mark.parametrize("added", ADDED)
def test_a_form_is_taken_in_at_the_address_it_was_opened_at(
    client: FlaskClient, session: Session, added: str
) -> None:
    shop = given_shop(
        session, given_community(session), state="notice", notice_last=NOON.date() + timedelta(5)
    )
    session.commit()

    matter = send(client, f"/matter{added}", kind="problem", text="路灯坏了")
    objection = send(client, f"/shops/notice/{shop.id}/objection{added}", text="秤少二两")

    assert "已收到，第1件" in text_of(matter)
    assert "异议已收到" in text_of(objection)


def test_only_what_was_added_is_taken_off(client: FlaskClient, session: Session) -> None:
    given_community(session)
    session.commit()

    assert client.get("/api/v1/nowhere/").status_code == 404
    assert client.get("/nowhere/").status_code == 404
    assert client.get("/&nsukey=1").status_code == 200


@pytest.mark.parametrize("user_agent", [WECHAT, ALIPAY])
def test_a_till_is_not_paired_where_its_data_would_not_be_kept(
    client: FlaskClient, session: Session, user_agent: str
) -> None:
    shop = given_shop(session, given_community(session))
    code = pairing_code(session, shop)

    page = read(client, "/till?from=singlemessage", user_agent).get_data(as_text=True)
    assert OPEN_ELSEWHERE in page
    assert "data-pair-form" not in page
    assert "/till</strong>" in page

    elsewhere = client.get("/till").get_data(as_text=True)
    assert OPEN_ELSEWHERE not in elsewhere
    assert "data-pair-form" in elsewhere
    paired = client.post("/api/v1/till/pairing", json={"pairing_code": code})
    assert paired.status_code == 201


@pytest.mark.parametrize(
    ("user_agent", "says"),
    [
        (WECHAT, "微信里放不到桌面"),
        (ALIPAY, "支付宝里放不到桌面"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Version/17.0 Mobile Safari/604.1",
            "点屏幕下面的分享按钮",
        ),
        ("Mozilla/5.0 (Linux; Android 12) Chrome/120.0 Mobile Safari/537.36", "点右上角的“⋮”"),
        ("Mozilla/5.0 (Linux; Android 12) HuaweiBrowser/13.0 Mobile", "点下面的菜单"),
        ("Mozilla/5.0 (Linux; Android 12) Quark/6 Mobile", "打开浏览器的菜单"),
    ],
)
def test_the_page_of_a_card_tells_how_it_comes_onto_the_home_screen(
    client: FlaskClient, session: Session, user_agent: str, says: str
) -> None:
    community: Community = given_community(session)
    card = card_of_today(session, community)

    assert says in text_of(read(client, f"/c/{card.token}", user_agent))


def test_a_computer_and_a_stopped_card_are_told_of_no_home_screen(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    good = card_of_today(session, community)
    stopped = card_of_today(session, community, state="revoked")

    assert "桌面" not in text_of(read(client, f"/c/{good.token}", "Mozilla/5.0 (Windows NT 10.0)"))
    assert "桌面" not in text_of(read(client, f"/c/{stopped.token}"))
