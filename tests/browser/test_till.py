"""The till on a phone: paired by a link, fed by a scanner, read across the counter."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Redemption, Shop, Till
from loyalty.rules.card_number import number_of
from tests.browser.conftest import Network, ServiceWorkers
from tests.browser.counter import pair, scan, url_of

PAYMENT_CODE = "134567890123456789"


@pytest.fixture
def service_workers() -> ServiceWorkers:
    """The till is installed, as on a device that has opened it before."""
    return "allow"


def test_a_link_and_one_tap_pair_a_till(phone: Page, session: Session, shop: Shop) -> None:
    pair(phone, session, shop)

    assert "#pair" not in phone.url
    phone.reload()
    expect(phone.locator("[data-line] [data-shop]")).to_have_text("百味菜铺")


def test_a_wrong_code_is_told_in_words(phone: Page) -> None:
    phone.goto("/till")
    phone.get_by_label("绑定码").fill("ABCD-2345")
    phone.get_by_role("button", name="绑定").click()

    expect(phone.locator("[data-pair-fault]")).to_contain_text("这个绑定码不对")


@pytest.mark.parametrize("by", ["token", "number"])
def test_a_scan_gives_the_verdict_wherever_the_focus_is(
    phone: Page, session: Session, shop: Shop, card: Card, by: str
) -> None:
    pair(phone, session, shop)
    phone.locator(".tabs [data-open=today]").focus()

    scan(phone, url_of(phone, card) if by == "token" else number_of(card.serial))

    expect(phone.locator("[data-answer]")).to_have_attribute("data-tone", "yes")
    expect(phone.locator("[data-word]")).to_have_text("有效")
    # The till has it from its pack.
    expect(phone.locator("[data-answer] [data-advice]")).to_contain_text("文明居民")


def test_a_sale_from_scan_to_the_days_list_and_its_void_in_two_taps(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-word]")).to_have_text("有效")

    phone.keyboard.type("12.9")
    expect(phone.locator("[data-payable]")).to_have_text("10.96")
    expect(phone.locator("[data-saved]")).to_have_text("1.94")
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-word]")).to_have_text("已记账")
    assert session.scalars(select(Redemption.payable_fen)).all() == [1096]

    phone.locator(".tabs [data-open=today]").click()
    entry = phone.locator("[data-entries] .entry")
    expect(entry.locator("[data-sum]")).to_have_text("10.96")
    entry.locator("[data-void]").click()
    entry.locator("[data-void]").click()
    expect(entry.locator("[data-sum]")).to_have_text("已撤销")
    session.rollback()
    assert sorted(session.scalars(select(Redemption.payable_fen))) == [-1096, 1096]


def test_a_sale_is_made_with_the_thumb_alone(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    for digit in number_of(card.serial):
        phone.locator(f"[data-key='{digit}']").click()
    phone.locator("[data-confirm]").click()
    expect(phone.locator("[data-word]")).to_have_text("有效")

    for key in ("8", "00"):
        phone.locator(f"[data-key='{key}']").click()
    phone.locator("[data-confirm]").click()

    expect(phone.locator("[data-word]")).to_have_text("已记账")
    expect(phone.locator("[data-payable]")).to_have_text("680.00")


def test_a_revoked_card_is_red_and_says_why(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    card.state = "revoked"
    session.commit()
    pair(phone, session, shop)

    scan(phone, number_of(card.serial))

    expect(phone.locator("[data-answer]")).to_have_attribute("data-tone", "no")
    expect(phone.locator("[data-word]")).to_have_text("已停用")


def test_a_revoked_till_says_so_and_what_to_do(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    till = session.scalars(select(Till)).one()
    till.revoked_at = datetime.now(UTC)
    session.commit()

    scan(phone, number_of(card.serial))

    expect(phone.locator("[data-word]")).to_have_text("设备已停用")
    expect(phone.locator("[data-warning]")).to_contain_text("请联系社区，重新绑定")


def test_without_network_a_signed_code_is_sold_to_and_recorded_later(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    phone.context.set_offline(offline=True)
    scan(phone, url_of(phone, card))
    expect(phone.locator("[data-word]")).to_have_text("有效（离线）")
    expect(phone.locator("[data-unchecked]")).to_contain_text("别处用过几次")

    phone.keyboard.type("12.9")
    expect(phone.locator("[data-payable]")).to_have_text("10.96")
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-word]")).to_have_text("已记下")
    expect(phone.locator("[data-answer]")).to_have_attribute("data-tone", "yes")
    expect(phone.locator("[data-payable]")).to_have_text("10.96")
    expect(phone.locator(".line")).to_contain_text("1笔待传")

    phone.context.set_offline(offline=False)
    expect(phone.locator(".line")).not_to_contain_text("待传")
    assert session.scalars(select(Redemption.payable_fen)).all() == [1096]


def test_without_network_a_number_is_amber_and_what_was_not_checked_is_named(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    phone.context.set_offline(offline=True)

    scan(phone, number_of(card.serial))

    expect(phone.locator("[data-answer]")).to_have_attribute("data-tone", "unsure")
    expect(phone.locator("[data-word]")).to_have_text("没能核验")
    expect(phone.locator("[data-unchecked]")).to_contain_text("卡的真假")


def test_a_sale_whose_answer_is_lost_is_kept_and_counts_once(
    phone: Page, session: Session, shop: Shop, card: Card, network: Network
) -> None:
    pair(phone, session, shop)
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-word]")).to_have_text("有效")
    phone.keyboard.type("10")
    network.losing = "/api/v1/redemptions"
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-word]")).to_have_text("已记下")

    network.losing = None
    phone.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(phone.locator(".line")).not_to_contain_text("待传")
    assert session.scalars(select(Redemption.payable_fen)).all() == [850]


def test_looking_at_the_day_sends_what_waits(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-word]")).to_have_text("有效")
    phone.route("**/api/v1/redemptions**", lambda route: route.abort())
    phone.keyboard.type("10")
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-word]")).to_have_text("已记下")
    phone.unroute("**/api/v1/redemptions**")

    phone.locator("[data-tabs] [data-open=today]").click()

    expect(phone.locator(".entry:not(.waiting)")).to_have_count(1)
    assert session.scalars(select(Redemption.payable_fen)).all() == [850]


def test_the_part_without_discount_is_paid_in_full(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-word]")).to_have_text("有效")
    phone.keyboard.type("50")
    phone.get_by_role("button", name="不打折部分").click()
    phone.keyboard.type("51")
    expect(phone.locator("[data-excluded]")).to_contain_text("比原价多")
    expect(phone.locator("[data-confirm]")).to_be_disabled()
    phone.keyboard.press("Backspace")
    phone.keyboard.press("Backspace")
    phone.keyboard.type("10")
    expect(phone.locator("[data-payable]")).to_have_text("44.00")
    phone.locator("[data-confirm]").click()

    expect(phone.locator("[data-word]")).to_have_text("已记账")
    sale = session.scalars(select(Redemption)).one()
    assert (sale.total_fen, sale.discountable_fen, sale.payable_fen) == (5000, 4000, 4400)


def test_a_payment_code_never_leaves_the_device(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.url + (request.post_data or "")))

    scan(phone, PAYMENT_CODE)
    expect(phone.locator("[data-word]")).to_have_text("这是付款码")
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-word]")).to_have_text("有效")

    assert not any(PAYMENT_CODE in request for request in sent)
    assert PAYMENT_CODE not in phone.evaluate("() => JSON.stringify({ ...localStorage })")


def test_the_device_keeps_neither_a_card_nor_a_person(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-word]")).to_have_text("有效")

    kept = phone.evaluate("() => JSON.stringify({ ...localStorage, ...sessionStorage })")

    assert card.serial not in kept
    assert "张小明" not in kept


def test_the_sell_screen_fits_a_small_phone(phone: Page, session: Session, shop: Shop) -> None:
    pair(phone, session, shop)

    assert phone.evaluate("() => document.documentElement.scrollWidth") <= 360
    small = phone.evaluate(
        """() => [...document.querySelectorAll(".pad button, .tabs button")]
            .map(key => key.getBoundingClientRect())
            .filter(box => box.height < 60 || box.width < 60 || box.bottom > innerHeight).length"""
    )
    assert small == 0
