"""What the till keeps on the device: sales, through whatever happens to it; of people, nothing."""

from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy.orm import Session

from loyalty.cards.revocations import hash_serial
from loyalty.models import Card, Community, Resident, Shop
from loyalty.rules.card_number import number_of
from loyalty.till import assets
from tests.browser.books import cases, sales
from tests.browser.conftest import FLAGS, Network, ServiceWorkers, chromium
from tests.browser.counter import pair, pairing_code
from tests.browser.still_till import LONGEST_WAIT, StillTill, everything_kept, until

pytestmark = pytest.mark.usefixtures("unlimited")

NAME, PHONE = "欧阳若兰", "13812345678"
NEWER = "0123456789ab"

INSTALLED = """async (version) => {
  const { installing, waiting, active } = await navigator.serviceWorker.getRegistration("/till");
  const cache = await caches.open(`loyalty-till-${version}`);
  const files = (await cache.keys()).map(({ url }) => url);
  const whole = files.some((url) => url.endsWith("/till")) &&
    files.some((url) => url.endsWith(`${version}/vendor/zxing/zxing_reader.wasm`));
  return whole && !installing && !waiting && active.state === "activated";
}"""


@pytest.fixture
def service_workers() -> ServiceWorkers:
    """The till is installed, as on a device that has opened it before."""
    return "allow"


def test_a_newer_memory_takes_over_the_waiting_sales(
    till: StillTill, card: Card, network: Network
) -> None:
    till.go_offline()
    till.sell(card.token)

    network.losing = "/api/v1/redemptions"
    till.go_online()

    newer = StillTill.on(till.page.context.new_page())
    kept = newer.run(
        """(async () => {
            const { openStore, STEPS } = await import(`${assets}/keep/store.js`);
            const more = (database) => database.createObjectStore("more");
            const store = await openStore({ steps: [...STEPS, more] });
            return (await store.items()).map((item) => item.sale.code);
        })()"""
    )

    # The tab of the older version has given way, and begins anew.
    till.page.wait_for_function("() => window.till === undefined")
    assert kept == [card.token]


def test_a_tab_begins_anew_when_another_one_is_signed_out_or_the_memory_is_cleared(
    till: StillTill,
) -> None:
    other = StillTill.open(till.page.context.new_page())
    assert till.run("till.teller.unpair()") is True
    other.page.wait_for_function("() => window.till === undefined")

    other.open_modules()
    assert other.run("localStorage.getItem('loyalty.till')") is None
    origin = other.run("location.origin")
    browser_itself = other.page.context.new_cdp_session(other.page)
    browser_itself.send(
        "Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "indexeddb"}
    )
    other.page.wait_for_function("() => window.till === undefined")


def test_practice_in_one_tab_is_practice_in_all(phone: Page, session: Session, shop: Shop) -> None:
    pair(phone, session, shop)
    other = phone.context.new_page()
    other.goto("/till")
    other.locator(".tabs [data-open=settings]").click()
    other.locator("[data-choice=training]").check()

    expect(phone.locator("[data-training-banner]")).to_be_visible()


def test_a_pairing_that_the_browsers_late_memory_brings_back_gives_way(till: StillTill) -> None:
    pairing = till.run("localStorage.getItem('loyalty.till')")
    bring_back = "localStorage.setItem('loyalty.till', '{\"token\": \"till_earlier\"}')"
    till.run(bring_back)
    till.reopen()
    assert till.run("localStorage.getItem('loyalty.till')") == pairing

    assert till.run("till.teller.unpair()") is True
    till.run(bring_back)
    till.reopen()
    assert till.run("localStorage.getItem('loyalty.till')") is None


def test_a_kept_sale_survives_the_killing_of_the_browser(
    browser: Browser, service: str, session: Session, *, shop: Shop, card: Card, tmp_path: Path
) -> None:
    def start() -> BrowserContext:
        return browser.browser_type.launch_persistent_context(
            tmp_path,
            executable_path=chromium(),
            args=list(FLAGS),
            base_url=service,
            service_workers="block",
        )

    till = StillTill.open(start().new_page(), pairing_code(session, shop))
    till.go_offline()
    assert till.sell(card.token)["outcome"] == "kept"
    processes = [
        process
        for process in psutil.process_iter(["cmdline"])
        if f"--user-data-dir={tmp_path}" in (process.info["cmdline"] or ())
    ]
    for process in processes:
        # The others may end by themselves when the first is gone.
        with suppress(psutil.NoSuchProcess):
            process.kill()
    assert psutil.wait_procs(processes, LONGEST_WAIT)[1] == []

    with closing(start()) as context:
        StillTill.open(context.new_page()).waits_for("state.waiting === 0")
    assert (sales(session), cases(session)) == (1, [])


def test_nothing_on_the_device_tells_of_a_person(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    resident = session.get_one(Resident, (card.community_id, card.resident_id))
    resident.name, resident.phone = NAME, PHONE
    session.commit()
    pair(phone, session, shop)
    phone.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    till = StillTill(phone)
    till.open_modules()
    till.go_offline()
    till.sell(card.token)
    till.sell(number_of(card.serial))

    waiting = everything_kept(phone)
    assert card.token in waiting["queue"]
    assert not any(card.token in text for place, text in waiting.items() if place != "queue")

    till.go_online()
    till.waits_for("state.waiting === 0")
    kept = everything_kept(phone)
    assert {"facts", "queue", "uses", "localStorage"} <= set(kept)
    assert any(place.startswith("cache ") for place in kept)
    slug = session.get_one(Community, card.community_id).slug
    soon_guessed = hash_serial(slug, card.serial)
    number = number_of(card.serial)
    personal = (NAME, PHONE, resident.unit, card.token, number, card.serial, soon_guessed)
    assert [(place, word) for place in kept for word in personal if word in kept[place]] == []


def fifty_waiting(phone: Page, session: Session, shop: Shop, card: Card) -> StillTill:
    """Pair the phone, cut the network, and sell fifty times."""
    pair(phone, session, shop)
    phone.wait_for_function("() => navigator.serviceWorker.controller !== null")
    till = StillTill(phone)
    till.open_modules()
    till.go_offline()
    till.run(f"Promise.all(Array.from({{length: 50}}, () => sell('{card.token}')))")
    return till


def expect_fifty_after_reload(phone: Page) -> None:
    phone.reload()
    expect(phone.locator(".line")).to_contain_text("50笔待传")


def test_fifty_waiting_sales_survive_reloads_without_network_and_with_a_broken_service(
    phone: Page, session: Session, shop: Shop, card: Card, network: Network
) -> None:
    till = fifty_waiting(phone, session, shop, card)
    expect_fifty_after_reload(phone)

    network.losing = "/"
    till.go_online()
    expect_fifty_after_reload(phone)

    network.losing = None
    phone.reload()
    expect(phone.locator(".line")).to_contain_text("名单")
    expect(phone.locator(".line")).not_to_contain_text("待传")
    assert (sales(session), cases(session)) == (50, [])


def test_fifty_waiting_sales_survive_a_new_version_of_the_till(
    phone: Page, session: Session, shop: Shop, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = fifty_waiting(phone, session, shop, card)
    monkeypatch.setattr(assets, "version", lambda: NEWER)
    phone.route("**/redemptions/sync", lambda route: route.abort())
    till.go_online()
    expect_fifty_after_reload(phone)
    until(phone, INSTALLED, NEWER)

    till.go_offline()
    expect_fifty_after_reload(phone)
    assert NEWER in (phone.locator("script[type=module]").get_attribute("src") or "")

    phone.unroute("**/redemptions/sync")
    till.go_online()
    # A page that was loaded without network is not told by this browser that it is back.
    phone.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(phone.locator(".line")).not_to_contain_text("待传")
    assert (sales(session), cases(session)) == (50, [])
