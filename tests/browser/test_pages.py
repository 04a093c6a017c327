"""The pages in a real browser, under their own content-security policy."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from loyalty.services.actors import Role
from tests.given import code_of, given_account, given_community, given_shop, quick_hash
from tests.pages.visits import PASSWORD, card_of_today


def test_staff_sign_in_look_around_and_sign_out(phone: Page, session: Session) -> None:
    account = given_account(
        session, given_community(session), Role.MANAGER, password_hash=quick_hash(PASSWORD)
    )
    session.commit()

    phone.goto("/staff")
    phone.get_by_label("账号").fill(account.username)
    phone.get_by_label("密码").fill(PASSWORD)
    phone.get_by_label("动态码").fill(code_of(account))
    phone.get_by_role("button", name="登录").click()
    expect(phone.get_by_role("heading", name="要办的事")).to_be_visible()
    for page in ("本月评选", "居民", "店铺", "卡片"):
        phone.get_by_role("navigation", name="工作台").get_by_role("link", name=page).click()
        expect(phone.locator("[aria-current=page]")).to_have_text(page)
    phone.get_by_role("button", name="退出").click()
    expect(phone.get_by_text("已退出。")).to_be_visible()


def test_the_page_of_a_card_is_valid_and_alive(phone: Page, session: Session) -> None:
    card = card_of_today(session, given_community(session))

    phone.goto(f"/C/{card.token}")

    expect(phone.locator(".verdict .word")).to_have_text("有效")
    first = phone.locator("[data-clock]").text_content() or ""
    expect(phone.locator("[data-clock]")).not_to_have_text(first)


def test_the_printed_card_is_drawn_in_its_size(phone: Page, session: Session) -> None:
    card = card_of_today(session, given_community(session))

    phone.goto(f"/c/{card.token}/print")

    sizes = phone.evaluate(
        """() => [...document.querySelectorAll(".paper-card")].map(card => {
            const box = card.getBoundingClientRect();
            return [Math.round(box.width / 96 * 254) / 10, Math.round(box.height / 96 * 254) / 10];
        })"""
    )
    assert sizes == [[85.6, 54.0], [85.6, 54.0]]
    drawn = phone.evaluate("() => [...document.images].every(image => image.naturalWidth > 0)")
    assert drawn
    expect(phone.get_by_role("button", name="打印")).to_be_visible()


def test_the_language_is_switched_and_kept(phone: Page) -> None:
    phone.goto("/")
    phone.get_by_role("link", name="EN", exact=True).click()
    expect(phone.get_by_role("heading", name="I am a resident")).to_be_visible()
    phone.goto("/card")
    expect(phone.get_by_role("heading", name="Check my card")).to_be_visible()
    phone.get_by_role("link", name="繁").click()
    expect(phone.get_by_role("heading", name="查一查我的卡")).to_be_visible()
    assert phone.locator("html").get_attribute("lang") == "zh-Hant"


def test_in_uyghur_the_page_begins_at_the_right_and_numbers_at_the_left(phone: Page) -> None:
    phone.goto("/card?lang=ug")
    left = "element => element.getBoundingClientRect().left"
    right = "element => element.getBoundingClientRect().right"
    brand, switch = phone.locator(".brand"), phone.locator(".tools")
    number = phone.locator("input.long-number")
    number.fill("1234 5678 9012 44")

    assert brand.evaluate(right) > 360 * 5 / 6
    assert switch.evaluate(left) < 360 / 6
    assert number.evaluate("element => getComputedStyle(element).direction") == "ltr"
    keys = phone.locator("[data-pad] [data-key]")
    phone.goto("/till")
    expect(phone.locator("[data-screen=pair]")).to_be_visible()
    phone.locator("[data-screen=sell]").evaluate("element => { element.hidden = false; }")
    one, two = (keys.filter(has_text=digit).first.evaluate(left) for digit in "12")
    assert one < two


@pytest.mark.parametrize("text", ["normal", "large"])
@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant", "en", "ug"])
def test_nothing_scrolls_sideways_and_no_text_is_small(
    phone: Page, session: Session, language: str, text: str
) -> None:
    community = given_community(session)
    in_a_year = datetime.now(UTC).date() + timedelta(days=365)
    shop = given_shop(session, community, certified_until=in_a_year)
    card = card_of_today(session, community)

    for path in ("/", "/shops", "/card", f"/c/{card.token}", f"/p/{shop.plaque_number}", "/till"):
        phone.goto(f"{path}?lang={language}&text={text}")
        width, smallest = phone.evaluate(
            """() => [
                document.documentElement.scrollWidth,
                Math.min(...[...document.querySelectorAll("main *, header *, footer *")]
                    .filter(element => element.offsetParent && element.textContent.trim())
                    .map(element => parseFloat(getComputedStyle(element).fontSize))),
            ]"""
        )
        assert width <= 360, path
        assert smallest >= 18, path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_their_ground(phone: Page, session: Session, theme: str) -> None:
    card = card_of_today(session, given_community(session))

    for path in ("/", f"/c/{card.token}", "/card"):
        phone.goto(f"{path}?theme={theme}")
        weakest = phone.evaluate(CONTRAST)
        assert weakest[0] >= 4.5, (path, weakest)


CONTRAST = """() => {
    const parts = colour => colour.match(/[0-9.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b]
        .map(part => part / 255)
        .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
    const ground = element => {
        for (let at = element; at; at = at.parentElement) {
            const colour = parts(getComputedStyle(at).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const found = [...document.querySelectorAll("body *")]
        .filter(element => element.offsetParent)
        .filter(element => [...element.childNodes].some(
            node => node.nodeType === 3 && node.textContent.trim()))
        .map(element => {
            const pair = [light(parts(getComputedStyle(element).color)), light(ground(element))];
            pair.sort((one, other) => other - one);
            return [(pair[0] + 0.05) / (pair[1] + 0.05), element.textContent.trim()];
        });
    return found.sort((one, other) => one[0] - other[0])[0];
}"""
