"""The notice in a real browser: the draw is redone there, and an objection is made."""

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy.orm import Session

from loyalty.models import Round
from tests.browser.test_pages import CONTRAST
from tests.given_notices import placed
from tests.present import present

pytestmark = pytest.mark.usefixtures("clock")


def test_a_reader_redoes_the_draw_in_the_browser(
    phone: Page, session: Session, notice: Round
) -> None:
    phone.goto("/notice/2026-12")
    phone.get_by_role("button", name="重新计算抽签").click()

    found = phone.locator("[data-found]")
    expect(found).to_contain_text("都对得上：7行名单一字未改，5个名次由种子算出来")
    places = found.locator("li")
    expect(places).to_have_count(3)
    for place in (1, 2, 3):
        winner = placed(session, notice, place)
        expect(places.nth(place - 1)).to_contain_text(f"张*明 {winner.reference}")
        expect(places.nth(place - 1)).to_contain_text(present(winner.lot)[:12])


@pytest.mark.usefixtures("notice")
def test_a_record_that_was_tampered_with_is_named_line_by_line(phone: Page) -> None:
    def tamper(route: Route) -> None:
        record = route.fetch().json()
        record["lines"][2]["text"] += " "
        route.fulfill(json=record)

    phone.route("**/record", tamper)
    phone.goto("/notice/2026-12")
    phone.get_by_role("button", name="重新计算抽签").click()

    found = phone.locator("[data-found]")
    expect(found).to_contain_text("有对不上的地方")
    expect(found).to_contain_text("第3行名单被改过。")
    expect(found).not_to_contain_text("都对得上")


@pytest.mark.usefixtures("notice")
def test_a_line_is_objected_to_and_asked_after_with_the_receipt_alone(phone: Page) -> None:
    phone.goto("/notice/2026-12")
    phone.get_by_role("link", name="提异议").first.click()
    phone.get_by_label("有什么意见").fill("当月已搬走")
    phone.get_by_role("button", name="提交异议").click()
    number = phone.locator(".receipt-number").text_content() or ""
    expect(phone.get_by_role("button", name="打印")).to_be_visible()

    phone.goto("/objection")
    phone.get_by_label("回执号").fill(number.lower())
    phone.get_by_role("button", name="查询").click()

    expect(phone.get_by_text("正在核实")).to_be_visible()
    assert number.replace(" ", "") not in phone.url


@pytest.mark.parametrize(
    "choice",
    ["lang=zh_Hant&text=large&theme=dark", "lang=en&theme=light", "lang=zh_Hans&theme=dark"],
)
def test_every_page_of_the_selection_fits_a_phone_and_can_be_read(
    phone: Page, session: Session, notice: Round, choice: str
) -> None:
    line = placed(session, notice, 1).reference
    for path in (
        "/notice",
        "/notice/2026-12",
        f"/notice/2026-12/objection?line={line}",
        "/objection",
        "/nominate",
        "/honour",
        "/lottery",
    ):
        phone.goto(f"{path}{'&' if '?' in path else '?'}{choice}")

        assert phone.evaluate("() => document.documentElement.scrollWidth") <= 360, path
        weakest = phone.evaluate(CONTRAST)
        assert weakest[0] >= 4.5, (path, weakest)
