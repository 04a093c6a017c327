"""Sales taken back at the till: what waits on the device, and goods without discount."""

from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, NumberedSale, Redemption, Shop
from tests.browser.counter import pair, scan, url_of


def book(session: Session) -> list[tuple[str, int]]:
    session.expire_all()
    return [(one.kind, one.payable_fen) for one in session.scalars(select(Redemption))]


def test_a_sale_that_waits_is_taken_back_on_the_device_and_leaves_its_trace(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    expect(phone.locator("[data-line]")).to_contain_text("名单刚更新")
    phone.route("**/api/**", lambda route: route.abort())
    scan(phone, url_of(phone, card))
    expect(phone.locator("[data-word]")).to_have_text("有效（离线）")
    phone.keyboard.type("20")
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-word]")).to_have_text("已记下")
    phone.locator(".tabs [data-open=today]").click()
    entry = phone.locator("[data-entries] .entry")
    entry.get_by_role("button", name="撤销").click()
    entry.get_by_role("button", name="确定？").click()

    expect(phone.locator("[data-today-said]")).to_contain_text("已撤销")
    expect(entry.locator("[data-sum]")).to_have_text("已撤销")
    expect(entry.get_by_role("button")).to_have_count(0)
    assert book(session) == []

    phone.unroute("**/api/**")
    phone.locator(".tabs [data-open=sell]").click()
    phone.locator(".tabs [data-open=today]").click()
    expect(phone.locator("[data-count]")).to_have_text("0")
    expect(entry.locator("[data-sum]")).to_have_text("已撤销")
    assert sorted(book(session)) == [("sale", 1700), ("void", -1700)]
    assert session.scalars(select(NumberedSale.number)).all() == [1]


def test_goods_without_discount_are_asked_for_where_there_were_some(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    scan(phone, url_of(phone, card))
    expect(phone.locator("[data-confirmed]")).to_be_visible()
    phone.keyboard.type("200")
    phone.locator("[data-exclude]").click()
    phone.keyboard.type("100")
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-word]")).to_have_text("已记账")
    phone.locator(".tabs [data-open=today]").click()
    entry = phone.locator("[data-entries] .entry")
    entry.get_by_role("button", name="退货").click()
    entry.get_by_label("退回商品的原价").fill("100")
    entry.get_by_label("其中没打折的商品").fill("100")
    entry.get_by_role("button", name="确定退货").click()

    expect(phone.locator("[data-today-said]")).to_contain_text("退给顾客 100.00 元")
    assert sorted(book(session)) == [("return", -10_000), ("sale", 18_500)]
    entry.get_by_role("button", name="退货").click()
    expect(entry.get_by_label("其中没打折的商品")).to_be_hidden()
