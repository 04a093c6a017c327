"""The till for people who see, hear or move little: WCAG 2.2 AA, checked by axe on every screen."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Shop, Till
from loyalty.rules.card_number import number_of
from tests.browser.counter import pair, scan, sell, set_aside, stop_the_clock, url_of
from tests.pages.visits import card_of_today

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

SMALL: ViewportSize = {"width": 360, "height": 640}
WIDE: ViewportSize = {"width": 1366, "height": 768}

A_CAMERA = """() => {
    const seen = document.createElement("canvas");
    const pen = seen.getContext("2d");
    setInterval(() => pen.fillRect(0, 0, 300, 150), 50);
    navigator.mediaDevices.getUserMedia = async () => seen.captureStream();
}"""
NO_CAMERA = """() => {
    const refused = () => Promise.reject(new DOMException("", "NotAllowedError"));
    navigator.mediaDevices.getUserMedia = refused;
}"""
FAST_CLOCK = "{ const now = Date.now; Date.now = () => now() + 11 * 60000; }"

Check = Callable[[], list[str]]

IN_A_LOOK = """async ([look, rules]) => {
    Object.assign(document.documentElement.dataset, look);
    return (await axe.run({ runOnly: rules })).violations.flatMap(
        ({ id, nodes }) => nodes.map(node => `${id}: ${node.html}`));
}"""
"""Put the page into a look; return what axe objects to."""

COLOURS = {"type": "rule", "values": ["color-contrast"]}
"""All that changes with the theme."""


@pytest.fixture(params=["text=normal", "text=large"])
def violations(request: pytest.FixtureRequest, phone: Page) -> Check:
    """Open the till in a look; return what tells what axe objects to.

    The wide page and the dark one are looked at with normal text: where it is large, colours are
    the same.
    """
    phone.goto(f"/till?theme=light&{request.param}")
    source = AXE.read_text(encoding="utf-8")

    def check() -> list[str]:
        if not phone.evaluate("() => 'axe' in window"):
            phone.evaluate(source)
        found: list[str] = []
        for size in (WIDE, SMALL) if request.param == "text=normal" else (SMALL,):
            phone.set_viewport_size(size)
            found += phone.evaluate(IN_A_LOOK, [{"theme": "light"}, RULES])
        if request.param == "text=normal":
            found += phone.evaluate(IN_A_LOOK, [{"theme": "dark"}, COLOURS])
        return found

    return check


def test_selling_shuts_nobody_out(
    phone: Page, session: Session, shop: Shop, card: Card, violations: Check
) -> None:
    revoked = card_of_today(session, session.get_one(Community, shop.community_id))
    revoked.state = "revoked"
    session.commit()
    expect(phone.locator("[data-screen=pair]")).to_be_visible()
    assert violations() == [], "pairing"
    pair(phone, session, shop)
    assert violations() == [], "ready"

    scan(phone, "134567890123456789")
    expect(phone.locator("[data-answer]")).to_have_attribute("data-tone", "unsure")
    assert violations() == [], "amber"
    scan(phone, number_of(revoked.serial))
    expect(phone.locator("[data-answer]")).to_have_attribute("data-tone", "no")
    assert violations() == [], "red"
    scan(phone, url_of(phone, card))
    expect(phone.locator("[data-confirmed]")).to_be_visible()
    assert violations() == [], "green"
    phone.keyboard.type("123.5")
    phone.get_by_role("button", name="不打折部分").click()
    phone.keyboard.type("200")
    expect(phone.locator("[data-excluded]")).to_contain_text("比原价多")
    assert violations() == [], "part without discount too large"
    phone.locator("[data-deed=clear]").click()
    phone.context.set_offline(offline=True)
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-unchecked]")).to_be_visible()
    assert violations() == [], "not checked"


def test_the_other_screens_shut_nobody_out(
    phone: Page, session: Session, shop: Shop, card: Card, violations: Check
) -> None:
    pair(phone, session, shop)
    sell(phone, card, "20.5")
    assert violations() == [], "recorded"
    set_aside(phone)
    phone.locator(".tabs [data-open=today]").click()
    expect(phone.locator("[data-attention-entries] .entry")).to_be_visible()
    phone.get_by_role("button", name="退货").click()
    phone.get_by_role("button", name="确定退货").click()
    assert violations() == [], "today"
    phone.locator(".tabs [data-open=shop]").click()
    assert violations() == [], "shop"
    phone.locator(".tabs [data-open=settings]").click()
    phone.get_by_label("练习模式").check()
    assert violations() == [], "settings"
    phone.locator("[data-open=scanner-test]").click()
    assert violations() == [], "scanner test"


def test_the_camera_and_the_warnings_shut_nobody_out(
    phone: Page, session: Session, shop: Shop, card: Card, violations: Check
) -> None:
    pair(phone, session, shop)
    phone.evaluate(A_CAMERA)
    phone.locator("[data-camera-open]").click()
    expect(phone.locator("[data-said=looking]")).to_be_visible()
    assert violations() == [], "viewfinder"
    phone.locator("[data-camera-close]").click()
    phone.evaluate(NO_CAMERA)
    phone.locator("[data-camera-open]").click()
    expect(phone.locator("[data-said=denied]")).to_be_visible()
    assert violations() == [], "refused camera"

    phone.add_init_script(FAST_CLOCK)
    phone.reload()
    expect(phone.locator("[data-warning]")).to_contain_text("快了11分钟")
    assert violations() == [], "clock"
    session.scalars(select(Till)).one().revoked_at = datetime.now(UTC)
    session.commit()
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-warning]")).to_contain_text("已被停用")
    assert violations() == [], "revoked till"


def test_each_key_is_named_and_reached_in_the_order_it_is_seen(
    phone: Page, session: Session, shop: Shop
) -> None:
    pair(phone, session, shop)

    named = []
    for _ in range(18):
        phone.keyboard.press("Tab")
        named.append(
            phone.evaluate(
                "() => document.activeElement.ariaLabel || document.activeElement.innerText.trim()"
            )
        )

    digits = ["1", "2", "3", "退一格", "4", "5", "6", "清空", "7", "8", "9", "00", "0", "."]
    assert named == ["用摄像头扫", *digits, "收银", "今日", "本店"]


def test_a_verdict_is_told_once_and_digits_are_not_chattered(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    stop_the_clock(phone)
    pair(phone, session, shop)
    phone.evaluate(
        """() => {
            window.told = [];
            const heard = document.querySelector("[data-heard]");
            new MutationObserver(() => heard.textContent && told.push(heard.textContent))
                .observe(heard, { childList: true });
        }"""
    )
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-confirmed]")).to_be_visible()
    phone.keyboard.type("123.45")
    phone.clock.run_for(2000)

    assert phone.evaluate("() => window.told") == ["有效，八五折", "有效，应收104.93元"]
