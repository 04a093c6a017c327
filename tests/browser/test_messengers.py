"""A till's link comes by WeChat more often than not, and is opened there."""

from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from loyalty.models import Shop
from tests.browser.conftest import close
from tests.browser.counter import pairing_code
from tests.pages.test_messengers import OPEN_ELSEWHERE, WECHAT


def test_a_pairing_code_that_was_opened_in_wechat_is_still_good_in_a_browser(
    browser: Browser, phone: Page, service: str, session: Session, shop: Shop
) -> None:
    link = f"/till?from=singlemessage&isappinstalled=0#pair={pairing_code(session, shop)}&nsukey=a"
    context = browser.new_context(base_url=service, user_agent=WECHAT, locale="zh-CN")
    wechat = context.new_page()
    faults: list[str] = []
    wechat.on("pageerror", lambda error: faults.append(str(error)))
    wechat.goto(link)
    expect(wechat.get_by_text(OPEN_ELSEWHERE)).to_be_visible()
    expect(wechat.locator("[data-shop]").first).to_be_hidden()
    expect(wechat.locator("form, button:visible")).to_have_count(0)
    close(context)

    phone.goto(link)
    phone.get_by_role("button", name="绑定").click()

    expect(phone.locator("[data-screen=sell]")).to_be_visible()
    assert faults == []
