"""Every screen of the till in every size and look: it fits, it is read, and a thumb hits it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Shop
from loyalty.rules.card_number import number_of
from tests.browser.counter import TRAINING_NUMBER, pairing_code, scan, set_aside, url_of
from tests.pages.visits import card_of_today

SIZES: tuple[ViewportSize, ...] = (
    {"width": 360, "height": 640},
    {"width": 412, "height": 915},
    {"width": 1366, "height": 768},
)
LOOKS = {"plain": ("normal", "light"), "big": ("large", "light"), "dark": ("normal", "dark")}

PICTURES = os.environ.get("LOYALTY_PICTURES")
"""A folder for a picture of each screen, for whoever wants to look."""

WRONG = """([text, theme]) => {
    Object.assign(document.documentElement.dataset, { text, theme });
    const all = [...document.body.querySelectorAll("*")].filter(element =>
        element.checkVisibility() && !element.closest(".only-heard, .slip, .skip"));
    const shown = element => element.textContent.trim().slice(0, 20) || element.outerHTML;
    const wrong = (what, elements) => elements.map(element => `${what}: ${shown(element)}`);
    const scrolls = element => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
    const wide = all
        .filter(element => scrolls(element) && element.scrollWidth > element.clientWidth);
    const targets = [...document.body.querySelectorAll("button, a, input, select")]
        .map(target => target.closest("label.tick, label.photo") || target)
        .filter(target => all.includes(target));
    const low = targets.filter(target => target.getBoundingClientRect().height < 60);
    const written = all.filter(element =>
        [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()));
    const small = written.filter(element => parseFloat(getComputedStyle(element).fontSize) < 18);
    const { scrollWidth, clientWidth } = document.documentElement;
    return [
        ...wrong("sideways", scrollWidth > clientWidth ? [document.body] : wide),
        ...wrong("low", low),
        ...wrong("small", small),
    ];
}"""
"""Put the page into a look; return what is too wide, too low for a thumb, or too small to read."""


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_every_screen_fits_every_size_and_look(
    phone: Page, session: Session, shop: Shop, card: Card, language: str
) -> None:
    phone.goto(f"/till?lang={language}")
    wrong = []
    for screen in screens(phone, session, shop, card):
        for size in SIZES:
            phone.set_viewport_size(size)
            for look, dataset in LOOKS.items():
                case = f"{language}-{screen}-{size['width']}-{look}"
                wrong += [f"{case} {fault}" for fault in phone.evaluate(WRONG, dataset)]
                if PICTURES:
                    phone.screenshot(path=Path(PICTURES) / f"{case}.png")

    assert not wrong, "\n".join(wrong)


def screens(phone: Page, session: Session, shop: Shop, card: Card) -> Iterator[str]:
    """Go through all that a shopkeeper sees, from pairing on; stop at each screen."""
    community = session.get_one(Community, shop.community_id)
    revoked = card_of_today(session, community, state="revoked")
    form = phone.locator("[data-pair-form]")
    form.locator("input").fill("ABCD-2345")
    form.locator("button").click()
    expect(form.locator("[data-pair-fault]")).to_be_visible()
    yield "pairing"

    form.locator("input").fill(pairing_code(session, shop))
    form.locator("button").click()
    expect(phone.locator("[data-screen=sell]")).to_be_visible()
    set_aside(phone)
    expect(phone.locator("[data-badge]")).to_be_visible()
    expect(phone.locator("[data-contact]")).to_have_attribute("data-contact", "on")
    yield "ready"
    yield from with_network(phone, card, revoked)
    yield from without_network(phone, card)
    yield from beside_selling(phone)


def with_network(phone: Page, card: Card, revoked: Card) -> Iterator[str]:
    scan(phone, url_of(phone, card))
    expect(phone.locator("[data-confirmed]")).to_be_visible()
    yield "green"
    phone.keyboard.type("1234.5")
    phone.locator("[data-exclude]").click()
    phone.keyboard.type("100")
    expect(phone.locator("[data-excluded]")).to_contain_text("100")
    yield "green-priced"
    phone.locator("[data-confirm]").click()
    expect(phone.locator("[data-receipt]")).to_be_visible()
    yield "recorded"
    scan(phone, number_of(revoked.serial))
    expect(phone.locator("[data-answer]")).to_have_attribute("data-tone", "no")
    yield "red"


def without_network(phone: Page, card: Card) -> Iterator[str]:
    phone.context.set_offline(offline=True)
    scan(phone, number_of(card.serial))
    expect(phone.locator("[data-answer]")).to_have_attribute("data-tone", "unsure")
    yield "amber"
    scan(phone, url_of(phone, card))
    expect(phone.locator("[data-answer]")).to_have_attribute("data-tone", "yes")
    phone.keyboard.type("12.9")
    expect(phone.locator("[data-payable]")).to_have_text("10.96")
    yield "offline-priced"
    phone.locator("[data-confirm]").click()
    expect(phone.locator("[data-line]")).to_have_class("line busy")
    yield "kept"
    phone.locator("[data-camera-open]").click()
    expect(phone.locator("[data-camera-again]")).to_be_visible()
    yield "camera"
    phone.locator("[data-camera-close]").click()


def beside_selling(phone: Page) -> Iterator[str]:
    phone.route("**/redemptions/sync", lambda route: route.abort())
    phone.context.set_offline(offline=False)
    phone.locator(".tabs [data-open=today]").click()
    expect(phone.locator("[data-entries] .entry")).to_have_count(2)
    yield "today"
    phone.locator("[data-return]").first.click()
    yield "today-return"
    phone.locator(".tabs [data-open=shop]").click()
    yield "shop"
    phone.locator(".tabs [data-open=settings]").click()
    yield "settings"
    phone.locator("[data-choice=training]").check()
    phone.locator("[data-unpair]").click()
    phone.locator("[data-unpair]").click()
    expect(phone.locator("[data-unpair-said]")).to_be_visible()
    yield "settings-refused"
    phone.locator("[data-open=scanner-test]").click()
    scan(phone, TRAINING_NUMBER)
    expect(phone.locator("[data-scan-result]")).to_be_visible()
    yield "scanner-test"
