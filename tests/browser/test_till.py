"""The till on a phone: paired by a link, fed by a scanner, read across the counter."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Redemption, Shop
from loyalty.rules.card_number import number_of
from loyalty.services.actors import Role
from loyalty.services.pairing import InviteTill, invite_till
from tests.browser.conftest import Network
from tests.given import given_community, given_shop, given_staff
from tests.pages.visits import card_of_today

PAYMENT_CODE = "134567890123456789"


@pytest.fixture
def shop(session: Session) -> Shop:
    """A certified shop of a community."""
    in_a_year = datetime.now(UTC).date() + timedelta(days=365)
    return given_shop(session, given_community(session), name="百味菜铺", certified_until=in_a_year)


@pytest.fixture
def card(session: Session, shop: Shop) -> Card:
    """A card that works today, at 85 %."""
    community = session.get_one(Community, shop.community_id)
    return card_of_today(session, community)


def pairing_code(session: Session, shop: Shop) -> str:
    community = session.get_one(Community, shop.community_id)
    staff = given_staff(session, community, Role.STAFF)
    invitation = invite_till(session, staff, InviteTill(shop.id, "前台"), now=datetime.now(UTC))
    session.commit()
    return invitation.code


def scan(page: Page, text: str) -> None:
    """Type like a scanner: fast, by places of keys, with Enter at the end."""
    page.evaluate(
        """text => {
            const press = (code, shiftKey) =>
              (document.activeElement || document.body).dispatchEvent(new KeyboardEvent("keydown",
                { code, key: "Process", shiftKey, bubbles: true, cancelable: true }));
            const marks = { ":": ["Semicolon", true], "/": ["Slash"], ".": ["Period"] };
            for (const letter of text) {
              if (/[0-9]/.test(letter)) press(`Digit${letter}`, false);
              else if (/[A-Z]/.test(letter)) press(`Key${letter}`, true);
              else press(marks[letter][0], Boolean(marks[letter][1]));
            }
            press("Enter", false);
        }""",
        text,
    )


def pair(page: Page, session: Session, shop: Shop) -> None:
    page.goto(f"/till#pair={pairing_code(session, shop)}")
    page.get_by_role("button", name="绑定").click()
    expect(page.locator("[data-screen=sell]")).to_be_visible()


def test_a_link_and_one_tap_pair_a_till(phone: Page, session: Session, shop: Shop) -> None:
    pair(phone, session, shop)

    assert "#pair" not in phone.url
    phone.reload()
    expect(phone.locator("[data-line] [data-shop]")).to_have_text("百味菜铺")


def test_a_wrong_code_is_told_in_words(phone: Page) -> None:
    phone.goto("/till")
    phone.get_by_label("绑定码").fill("XXXX-XXXX")
    phone.get_by_role("button", name="绑定").click()

    expect(phone.locator("[data-pair-fault]")).to_contain_text("这个绑定码不对")


@pytest.mark.parametrize("by", ["token", "number"])
def test_a_scan_gives_the_verdict_wherever_the_focus_is(
    phone: Page, session: Session, shop: Shop, card: Card, by: str
) -> None:
    pair(phone, session, shop)
    phone.locator("[data-open=today]").focus()

    origin = phone.evaluate("() => location.origin")
    scan(phone, f"{origin}/C/{card.token}".upper() if by == "token" else number_of(card.serial))

    expect(phone.locator("[data-answer]")).to_have_attribute("data-tone", "yes")
    expect(phone.locator("[data-word]")).to_have_text("有效")


def test_a_sale_from_scan_to_the_days_list_and_its_void_in_two_taps(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-word]")).to_have_text("有效")

    phone.keyboard.type("12.9", delay=100)
    expect(phone.locator("[data-payable]")).to_have_text("10.96")
    expect(phone.locator("[data-saved]")).to_have_text("1.94")
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-word]")).to_have_text("已记账")
    assert session.scalars(select(Redemption.payable_fen)).all() == [1096]

    phone.locator("[data-open=today]").click()
    entry = phone.locator(".entry")
    expect(entry.locator("[data-sum]")).to_have_text("10.96")
    entry.get_by_role("button").click()
    entry.get_by_role("button").click()
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


def test_without_network_a_card_is_amber_until_it_can_be_checked(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    phone.context.set_offline(offline=True)
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-answer]")).to_have_attribute("data-tone", "unsure")
    expect(phone.locator("[data-word]")).to_have_text("没能核验")

    phone.context.set_offline(offline=False)
    phone.locator("[data-confirm]").click()
    expect(phone.locator("[data-word]")).to_have_text("有效")


def test_a_sale_whose_answer_is_lost_is_amber_and_counts_once(
    phone: Page, session: Session, shop: Shop, card: Card, network: Network
) -> None:
    pair(phone, session, shop)
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-word]")).to_have_text("有效")
    phone.keyboard.type("10", delay=100)
    network.losing = "/api/v1/redemptions"
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-word]")).to_have_text("没有回音")
    expect(phone.locator("[data-answer]")).to_have_attribute("data-tone", "unsure")

    network.losing = None
    phone.locator("[data-confirm]").click()
    expect(phone.locator("[data-word]")).to_have_text("已记账")
    assert session.scalars(select(Redemption.payable_fen)).all() == [850]


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
