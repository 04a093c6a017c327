"""A resident lets their phone tell them, and it does; push services are out of reach of tests.

So the browser's own part of agreeing is stood in for. From the message on, everything is real.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clock import utc_now
from loyalty.models import Card, Community, MessageRecipient
from loyalty.rules.card_number import number_of
from loyalty.rules.web_push import Device
from tests.browser.conftest import FLAGS, chromium
from tests.given_messages import given_web_push
from tests.given_own_pages import PIN, activated
from tests.present import present
from tests.push_browsers import Browser as AgreeingBrowser
from tests.serving import until

STAND_IN = """
PushManager.prototype.subscribe = async function (options) {
  const { endpoint, ...keys } = %s;
  if (!options.userVisibleOnly || options.applicationServerKey.length !== 87) throw new Error();
  return { toJSON: () => ({ endpoint, keys }) };
};
"""
SHOWN = """
async () => {
  const registration = await navigator.serviceWorker.getRegistration("/me/worker.js");
  const shown = await registration.getNotifications();
  return shown.map(({ title, body }) => [title, body]);
}
"""
USED = {
    "id": "01a1",
    "type": "card_used",
    "data": {"happened_at": "2026-12-09T08:05:00+08:00", "shop": "百味菜铺", "saved_fen": 150},
}


@pytest.fixture
def whole_phone(browser: Browser, service: str) -> Iterator[Page]:
    """A phone that shows what it is told, which Chromium does only as the whole of it."""
    path = shutil.which("chromium") or chromium()
    # A worker is fetched in the browser's own language, whatever that of the page.
    flags = [*FLAGS, "--headless=new", "--accept-lang=zh-CN"]
    whole = browser.browser_type.launch(executable_path=path, args=flags)
    context = whole.new_context(
        base_url=service, viewport={"width": 360, "height": 640}, locale="zh-CN"
    )
    context.grant_permissions(["notifications"], origin=service)
    yield context.new_page()
    whole.close()


def open_messages(phone: Page, session: Session, card: Card, device: Device) -> None:
    """Open the page of messages as somebody who is signed in, where phones may tell."""
    given_web_push(session, session.get_one(Community, card.community_id), now=utc_now())
    activated(session, card)
    phone.add_init_script(STAND_IN % json.dumps(asdict(device)))
    phone.goto("/me")
    phone.get_by_label("卡号").fill(number_of(card.serial))
    phone.get_by_label("密码或激活码").fill(PIN)
    phone.get_by_role("button", name="打开").click()
    expect(phone.get_by_role("heading", name="我的页面")).to_be_visible()
    phone.goto("/me/messages")


def recipients(session: Session) -> list[MessageRecipient]:
    session.rollback()
    return [*session.scalars(select(MessageRecipient))]


def worker_of(devtools: CDPSession, page: Page) -> str:
    """Return by which name the browser's tools call the worker of the own page."""
    known: list[dict[str, Any]] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(told["registrations"])
    )
    devtools.send("ServiceWorker.enable")

    def workers() -> list[str]:
        # While the page answers, the browser's tools tell what they know.
        page.evaluate(SHOWN)
        return [one["registrationId"] for one in known if one["scopeURL"].endswith("/me/")]

    until(lambda: bool(workers()))
    return workers()[0]


def test_a_phone_tells_whoever_has_agreed_on_it_until_they_end_it(
    whole_phone: Page, session: Session, service: str, card: Card
) -> None:
    phone, device = whole_phone, AgreeingBrowser().device
    open_messages(phone, session, card, device)
    phone.get_by_role("button", name="同意，在这台设备上告诉我").click()
    expect(phone.get_by_text("在这台设备上告诉您")).to_be_visible()
    assert present(recipients(session)[0].device) == asdict(device)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    devtools = phone.context.new_cdp_session(phone)
    worker = worker_of(devtools, phone)

    for told in (json.dumps(USED), json.dumps({"type": "of a later release"}), "no JSON"):
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": service, "registrationId": worker, "data": told},
        )
    until(lambda: len(phone.evaluate(SHOWN)) == 3)

    shown = phone.evaluate(SHOWN)
    assert ["卡用过了", "百味菜铺，12月9日 08:05。不是您用的，马上点这里挂失。"] in shown
    assert [title for title, _ in shown].count("社区有消息") == 2
    phone.get_by_role("button", name="不要再弹了").click()
    expect(phone.get_by_text("记下了，不再发了。")).to_be_visible()
    assert recipients(session) == []


def test_where_the_browser_does_not_allow_it_the_way_is_told_and_nothing_is_kept(
    phone: Page, session: Session, card: Card
) -> None:
    open_messages(phone, session, card, AgreeingBrowser().device)

    phone.get_by_role("button", name="同意，在这台设备上告诉我").click()

    expect(phone.get_by_text("浏览器没有答应")).to_be_visible()
    assert recipients(session) == []
