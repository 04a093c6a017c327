"""The till's other screens, and how it is set."""

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Redemption, Shop
from loyalty.rules.card_number import number_of
from tests.browser.conftest import Network
from tests.browser.counter import TRAINING_NUMBER, pair, scan, sell, set_aside, url_of
from tests.pages.visits import card_of_today


def test_a_stall_that_only_verifies_is_asked_for_no_amount(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    phone.locator(".tabs [data-open=settings]").click()
    phone.get_by_label("只记用卡，不输金额").check()
    phone.locator(".tabs [data-open=sell]").click()
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-word]")).to_have_text("有效")
    phone.keyboard.type("12.5")
    phone.keyboard.press("Enter")

    expect(phone.locator("[data-word]")).to_have_text("已记用卡")
    assert session.scalars(select(Redemption.with_amount)).all() == [False]


def test_goods_come_back_from_the_days_list(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    sell(phone, card, "20")
    phone.locator(".tabs [data-open=today]").click()
    entry = phone.locator("[data-entries] .entry")
    entry.get_by_role("button", name="退货").click()
    entry.get_by_label("退回商品的原价").fill("20.01")
    entry.get_by_role("button", name="确定退货").click()
    expect(entry.locator("[data-return-fault]")).to_contain_text("不超过这一笔的原价")
    entry.get_by_label("退回商品的原价").fill("5")
    entry.get_by_role("button", name="确定退货").click()

    expect(phone.locator("[data-today-said]")).to_contain_text("4.25")
    expect(entry.locator("[data-sum]")).to_have_text("12.75")
    assert sorted(session.scalars(select(Redemption.payable_fen))) == [-425, 1700]


def test_what_came_back_is_told_though_the_answer_was_lost(
    phone: Page, session: Session, shop: Shop, *, card: Card, network: Network
) -> None:
    pair(phone, session, shop)
    sell(phone, card, "20")
    phone.locator(".tabs [data-open=today]").click()
    entry = phone.locator("[data-entries] .entry")
    entry.get_by_role("button", name="退货").click()
    entry.get_by_label("退回商品的原价").fill("5")
    network.losing = "/api/v1/redemptions"
    entry.get_by_role("button", name="确定退货").click()
    expect(phone.locator("[data-today-said]")).to_contain_text("已退货：退给顾客 4.25 元")

    entry.get_by_role("button", name="撤销").click()
    entry.get_by_role("button", name="确定？").click()
    expect(phone.locator("[data-today-said]")).to_have_text("已撤销")
    assert sorted(session.scalars(select(Redemption.payable_fen))) == [-1275, -425, 1700]


def test_a_form_stays_open_though_the_service_tells_late_of_the_day(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    sell(phone, card, "20")
    today = phone.locator(".tabs [data-open=today]")
    today.click()
    entry = phone.locator("[data-entries] .entry")
    expect(entry).to_be_visible()
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    phone.route("**/till/today", hold)
    with phone.expect_request("**/till/today"):
        today.click()
    entry.get_by_role("button", name="退货").click()
    entry.get_by_label("退回商品的原价").fill("5")
    late[0].abort()
    phone.unroute("**/till/today")
    expect(phone.locator("[data-today-said]")).to_be_visible()
    entry.get_by_role("button", name="确定退货").click()

    expect(phone.locator("[data-today-said]")).to_contain_text("4.25")


def test_beside_an_open_form_the_sums_follow_at_once_and_the_list_when_it_is_left(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    another = card_of_today(session, session.get_one(Community, shop.community_id))
    pair(phone, session, shop)
    sell(phone, card, "20")
    sell(phone, another, "40")
    phone.locator(".tabs [data-open=today]").click()
    entries = phone.locator("[data-entries] .entry")
    expect(entries).to_have_count(2)
    entries.nth(1).get_by_role("button", name="退货").click()
    entries.nth(0).get_by_role("button", name="撤销").click()
    entries.nth(0).get_by_role("button", name="确定？").click()

    expect(phone.locator("[data-today-said]")).to_have_text("已撤销")
    expect(phone.locator("[data-sum-payable]")).to_have_text("17.00")
    expect(entries.nth(1).locator("[data-return-form]")).to_be_visible()
    entries.nth(1).locator("[data-return-cancel]").click()
    expect(entries.nth(0).locator("[data-sum]")).to_have_text("已撤销")


def test_what_the_service_has_told_late_brings_nothing_back_and_wipes_no_answer_out(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    sell(phone, card, "20")
    today = phone.locator(".tabs [data-open=today]")
    today.click()
    entry = phone.locator("[data-entries] .entry")
    expect(entry.locator("[data-sum]")).to_have_text("17.00")
    late: list[tuple[Route, APIResponse]] = []

    def hold_the_first(route: Route) -> None:
        if late:
            route.continue_()
        else:
            late.append((route, route.fetch()))

    phone.route("**/till/today", hold_the_first)
    with phone.expect_request("**/till/today"):
        today.click()
    entry.get_by_role("button", name="撤销").click()
    entry.get_by_role("button", name="确定？").click()
    expect(phone.locator("[data-today-said]")).to_have_text("已撤销")

    ((route, before),) = late
    with phone.expect_event("requestfinished", lambda one: one.url.endswith("/till/today")):
        route.fulfill(response=before)

    expect(phone.locator("[data-today-said]")).to_have_text("已撤销")
    expect(entry.locator("[data-sum]")).to_have_text("已撤销")


def test_a_card_scanned_on_another_screen_brings_the_sale_forward(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    phone.locator(".tabs [data-open=shop]").click()
    expect(phone.locator("[data-rules]")).to_contain_text("每张卡每天在本店 3 次")

    scan(phone, number_of(card.serial))

    expect(phone.locator("[data-screen=sell]")).to_be_visible()
    expect(phone.locator("[data-word]")).to_have_text("有效")


def test_practice_is_sent_to_nobody_and_counted_nowhere(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    phone.locator(".tabs [data-open=settings]").click()
    phone.get_by_label("练习模式").check()
    phone.locator(".tabs [data-open=sell]").click()
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.url))
    for code in (number_of(card.serial), TRAINING_NUMBER):
        scan(phone, code)
    expect(phone.locator("[data-word]")).to_have_text("有效")
    phone.keyboard.type("12.9")
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-word]")).to_have_text("已记账")
    expect(phone.locator("[data-payable]")).to_have_text("10.96")
    phone.locator(".tabs [data-open=today]").click()
    expect(phone.locator("[data-sum-payable]")).to_have_text("10.96")

    assert [url for url in sent if "validations" in url or "redemptions" in url] == []
    assert session.scalars(select(Redemption.id)).all() == []
    phone.locator(".tabs [data-open=settings]").click()
    phone.get_by_label("练习模式").uncheck()
    phone.locator(".tabs [data-open=today]").click()
    expect(phone.locator("[data-sum-payable]")).to_have_text("0.00")


def test_a_till_with_a_sale_that_waits_is_not_unpaired(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    phone.context.set_offline(offline=True)
    scan(phone, url_of(phone, card))
    expect(phone.locator("[data-word]")).to_have_text("有效（离线）")
    phone.keyboard.type("12.5")
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-word]")).to_have_text("已记下")
    phone.locator(".tabs [data-open=settings]").click()
    unpair = phone.locator("[data-unpair]")
    unpair.click()
    unpair.click()

    expect(phone.locator("[data-unpair-said]")).to_contain_text("还有1笔没有上传")
    phone.locator(".tabs [data-open=today]").click()
    expect(phone.locator("[data-entries]")).to_contain_text("等待上传")


def test_a_till_with_a_sale_to_be_looked_at_is_not_unpaired_before(
    phone: Page, session: Session, shop: Shop
) -> None:
    pair(phone, session, shop)
    set_aside(phone)
    settings = phone.locator(".tabs [data-open=settings]")
    unpair = phone.locator("[data-unpair]")
    settings.click()
    unpair.click()
    unpair.click()
    expect(phone.locator("[data-unpair-said]")).to_contain_text("到“今日”逐笔看一下")

    phone.locator(".tabs [data-open=today]").click()
    phone.get_by_role("button", name="知道了").click()
    phone.get_by_role("button", name="确定？").click()
    expect(phone.locator("[data-badge]")).to_be_hidden()
    settings.click()
    unpair.click()
    unpair.click()

    expect(phone.locator("[data-screen=pair]")).to_be_visible()


@pytest.mark.parametrize("roll", ["58", "80"])
def test_the_days_summary_is_printed_on_the_roll(
    phone: Page, session: Session, shop: Shop, card: Card, roll: str
) -> None:
    pair(phone, session, shop)
    sell(phone, card, "20")
    phone.locator(".tabs [data-open=settings]").click()
    phone.get_by_label(f"{roll}毫米").check()
    phone.locator(".tabs [data-open=today]").click()
    expect(phone.locator("[data-count]")).to_have_text("1")
    printed = phone.evaluate(
        """() => new Promise(told => {
            window.print = () => told([
                document.querySelector("link[media=print]").sheet.cssRules[0].cssText,
                document.querySelector("[data-slip]").innerText,
            ]);
            document.querySelector("[data-print-day]").click();
        })"""
    )

    assert f"size: {roll}mm" in printed[0]
    assert "17.00" in printed[1]


def test_a_sale_that_was_not_recorded_is_told_saved_to_a_file_and_put_away(
    phone: Page, session: Session, shop: Shop
) -> None:
    pair(phone, session, shop)
    set_aside(phone)
    expect(phone.locator("[data-badge]")).to_contain_text("1")
    phone.locator(".tabs [data-open=today]").click()
    expect(phone.locator("[data-attention-entries]")).to_contain_text("查无此卡，没有记上账")

    with phone.expect_download() as download:
        phone.get_by_role("button", name="把没上传的存成文件").click()
    assert "set-aside" in download.value.path().read_text("utf-8")
    phone.locator("[data-dismiss]").click()
    phone.locator("[data-dismiss]").click()
    expect(phone.locator("[data-attention]")).to_be_hidden()
    expect(phone.locator("[data-badge]")).to_be_hidden()


def test_a_device_without_a_voice_says_so_until_there_is_one(
    phone: Page, session: Session, shop: Shop
) -> None:
    pair(phone, session, shop)
    settings = phone.locator(".tabs [data-open=settings]")
    settings.click()
    expect(phone.get_by_text("这台设备没有中文语音，只有提示音。")).to_be_visible()

    phone.evaluate(
        "() => { speechSynthesis.getVoices = () => [{ lang: 'zh-CN', localService: true }]; }"
    )
    settings.click()
    expect(phone.get_by_text("这台设备没有中文语音，只有提示音。")).to_be_hidden()


def test_big_text_and_dark_are_kept_on_the_device(
    phone: Page, session: Session, shop: Shop
) -> None:
    pair(phone, session, shop)
    phone.locator(".tabs [data-open=settings]").click()
    phone.get_by_label("大字").check()
    phone.get_by_label("深色").check()
    phone.reload()

    expect(phone.locator("html")).to_have_attribute("data-text", "large")
    expect(phone.locator("html")).to_have_attribute("data-theme", "dark")
    phone.locator(".tabs [data-open=settings]").click()
    expect(phone.get_by_label("大字")).to_be_checked()
