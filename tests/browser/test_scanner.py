"""A scanner at the till: heard wherever the focus is, however it was set up."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Request, expect
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Shop
from loyalty.rules.card_number import number_of
from tests.browser.counter import pair, scan, sell, stop_the_clock, url_of
from tests.browser.scanner_keys import Scanner
from tests.pages.visits import card_of_today
from tests.present import present

WECHAT = "134567890123456789"
ALIPAY = "2812345678901234"

MANNERS: dict[str, Callable[[Scanner, str], None]] = {
    "Enter": Scanner.plainly,
    "Enter of the number pad": lambda scanner, text: scanner.plainly(text, "NumpadEnter"),
    "Tab": lambda scanner, text: scanner.plainly(text, "Tab"),
    "nothing at the end": Scanner.at_once,
    "full-width digits": Scanner.in_full_width,
    "the kind of barcode first": Scanner.behind_an_aim_identifier,
    "Alt and numbers": Scanner.by_numbers,
}


@pytest.fixture(autouse=True)
def _stopped(phone: Page) -> None:
    stop_the_clock(phone)


@pytest.fixture
def cards(session: Session, shop: Shop) -> list[Card]:
    """Cards enough that none is shown twice within five seconds."""
    community = session.get_one(Community, shop.community_id)
    return [card_of_today(session, community) for _ in range(len(MANNERS))]


@pytest.fixture
def asked(phone: Page) -> list[str]:
    """The codes the service was asked about, in order."""
    codes: list[str] = []

    def note(request: Request) -> None:
        if "/validations" in request.url:
            codes.append(present(request.post_data_json)["code"])

    phone.on("request", note)
    return codes


def expect_accepted(page: Page) -> None:
    """See the verdict, then clear the screen for the next card."""
    expect(page.locator("[data-word]")).to_have_text("有效")
    expect(page.locator("[data-confirmed]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-word]")).to_have_text("请扫卡")


def field_of_a_return(page: Page) -> Locator:
    """Open the field for goods that come back, and put the focus there."""
    with page.expect_response("**/till/today"):
        page.locator("[data-tabs] [data-open=today]").click()
    entry = page.locator("[data-entries] .entry")
    entry.locator("[data-return]").click()
    field = entry.locator("[name=amount]")
    field.fill("1.5")
    return field


def test_every_manner_of_sending_is_understood(
    phone: Page, session: Session, shop: Shop, cards: list[Card], asked: list[str]
) -> None:
    pair(phone, session, shop)
    scanner = Scanner(phone)

    for send, card in zip(MANNERS.values(), cards, strict=True):
        send(scanner, number_of(card.serial))
        expect_accepted(phone)

    assert asked == [number_of(card.serial) for card in cards]


def test_it_is_heard_wherever_the_focus_is_and_presses_nothing(
    phone: Page, session: Session, shop: Shop, cards: list[Card], asked: list[str]
) -> None:
    pair(phone, session, shop)
    scanner = Scanner(phone)
    places = ("[data-tabs] [data-open=today]", "[data-deed=clear]", "[data-camera-open]", "body")

    for place, card in zip(places, cards, strict=False):
        phone.locator(place).evaluate("element => element.focus()")
        scanner.plainly(url_of(phone, card))
        expect_accepted(phone)
        expect(phone.locator("[data-viewfinder]")).to_be_hidden()
    phone.locator("[data-tabs] [data-open=settings]").click()
    scanner.under_caps_lock(url_of(phone, cards[len(places)]))
    expect_accepted(phone)

    assert asked == [url_of(phone, card) for card in cards[: len(places) + 1]]


def test_a_field_with_an_input_method_is_left_as_it_was(
    phone: Page, session: Session, shop: Shop, cards: list[Card], asked: list[str]
) -> None:
    pair(phone, session, shop)
    sell(phone, cards[0], "10")
    phone.keyboard.press("Escape")
    asked.clear()
    scanner = Scanner(phone)
    ways: list[Callable[[str], None]] = [
        scanner.plainly,
        scanner.by_numbers,
        scanner.through_an_input_method,
        lambda text: scanner.through_an_input_method(text, places=False),
    ]

    for way, card in zip(ways, cards[1:], strict=False):
        field = field_of_a_return(phone)
        way(number_of(card.serial))
        expect_accepted(phone)
        expect(field).to_have_value("1.5")

    assert asked == [number_of(card.serial) for card in cards[1 : len(ways) + 1]]


def test_the_same_card_within_five_seconds_is_one_look(
    phone: Page, session: Session, shop: Shop, cards: list[Card], asked: list[str]
) -> None:
    pair(phone, session, shop)
    scanner = Scanner(phone)
    one, other = number_of(cards[0].serial), number_of(cards[1].serial)

    scan(phone, one)
    scan(phone, one)
    expect(phone.locator("[data-confirmed]")).to_be_visible()
    scanner.at_once(one)
    scan(phone, other)
    expect(phone.locator("[data-confirmed]")).to_be_visible()

    assert asked == [one, other]


KEPT = """async () => {
    const kept = [JSON.stringify({ ...localStorage, ...sessionStorage }), document.cookie];
    for (const { name } of await indexedDB.databases()) {
        const base = await new Promise((resolve, reject) => {
            const opening = indexedDB.open(name);
            opening.onsuccess = () => resolve(opening.result);
            opening.onerror = reject;
        });
        for (const store of base.objectStoreNames) {
            kept.push(await new Promise(resolve => {
                const reading = base.transaction(store).objectStore(store).getAll();
                reading.onsuccess = () => resolve(JSON.stringify(reading.result));
            }));
        }
        base.close();
    }
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        kept.push(...(await cache.keys()).map(request => request.url));
    }
    const fields = [...document.querySelectorAll("input")].map(field => field.value);
    return [...kept, ...fields, document.documentElement.outerHTML].join(" ");
}"""
"""All that a page can keep: storage of every kind, its fields, and what it shows."""


@pytest.mark.parametrize("service_workers", ["allow"])
def test_a_payment_code_never_leaves_the_page_and_is_kept_nowhere(
    phone: Page, session: Session, shop: Shop, cards: list[Card]
) -> None:
    pair(phone, session, shop)
    sell(phone, cards[0], "10")
    said: list[str] = []
    phone.context.on(
        "request",
        lambda request: said.append(f"{request.url} {request.headers} {request.post_data}"),
    )
    phone.on("console", lambda message: said.append(message.text))
    scanner = Scanner(phone)

    for code in (WECHAT, ALIPAY):
        for send in MANNERS.values():
            send(scanner, code)
            expect(phone.locator("[data-word]")).to_have_text("这是付款码")
            phone.keyboard.press("Escape")
        field_of_a_return(phone)
        scanner.through_an_input_method(code)
        expect(phone.locator("[data-word]")).to_have_text("这是付款码")

    traces = " ".join([*said, phone.evaluate(KEPT)])
    # The till's list is kept, so all that is kept was seen.
    assert "issued_at" in traces
    # Not even the half of it.
    assert WECHAT[:9] not in traces
    assert WECHAT[9:] not in traces
    assert ALIPAY[:8] not in traces
    assert ALIPAY[8:] not in traces


def test_the_test_page_tells_how_a_scanner_is_set_up(
    phone: Page, session: Session, shop: Shop
) -> None:
    pair(phone, session, shop)
    phone.locator("[data-tabs] [data-open=settings]").click()
    phone.get_by_role("button", name="试一试扫码枪").click()
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    scanner = Scanner(phone)
    report = phone.locator("[data-scan-report]")
    samples = phone.locator("[data-sample]")
    barcode, qr = (sample.get_attribute("data-sample") or "" for sample in samples.all())
    assert samples.evaluate_all("images => images.every(image => image.naturalWidth > 0)")

    scanner.plainly(barcode)
    expect(report).to_contain_text("打折卡的条形码")
    expect(report).to_contain_text("一切正常")
    scanner.under_caps_lock(qr)
    expect(report).to_contain_text("打折卡的二维码")
    expect(report).to_contain_text("变成了小写")
    scanner.plainly(barcode[1:], "Tab")
    expect(report).to_contain_text("丢了几个字")
    scanner.at_once(WECHAT)
    expect(report).to_contain_text("这是付款码")
    expect(report).not_to_contain_text(WECHAT[:2])

    assert asked == []
