"""The till without network: what it says, what it keeps, and that nothing is lost or doubled."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, QuarantinedSale, Redemption, Resident, SaleCase, Shop
from loyalty.rules.card_number import number_of
from loyalty.services.actors import Role
from loyalty.services.pairing import revoke_till
from loyalty.till import assets
from tests.browser.conftest import FLAGS, Network, chromium
from tests.browser.counter import pair, pairing_code
from tests.browser.still_till import StillTill, everything_kept
from tests.given import given_staff

NAME, PHONE = "欧阳若兰", "13812345678"


@pytest.fixture(autouse=True)
def unlimited(session: Session, shop: Shop) -> None:
    """A community whose cards may be used as often as a test needs."""
    session.get_one(Community, shop.community_id).uses_per_shop_day = None


@pytest.fixture
def context(browser: Browser, service: str) -> Iterator[BrowserContext]:
    """A browser that has never seen the till, and in which no worker stands before the network."""
    context = browser.new_context(base_url=service, locale="zh-CN", service_workers="block")
    yield context
    context.close()


@pytest.fixture
def till(
    context: BrowserContext,
    session: Session,
    shop: Shop,
    card: Card,  # noqa: ARG001  # is on the roster
) -> StillTill:
    """A paired till with its pack, of which the card is part."""
    return StillTill.open(context.new_page(), pairing_code(session, shop))


def sales(session: Session) -> int:
    """Return how many sales the service has recorded."""
    session.rollback()
    return session.scalar(select(func.count()).select_from(Redemption)) or 0


def cases(session: Session) -> list[str]:
    """Return the kinds of the cases that wait for staff."""
    session.rollback()
    return list(session.scalars(select(SaleCase.kind)))


def test_green_needs_a_signature_and_red_needs_to_be_known(till: StillTill, card: Card) -> None:
    till.go_offline()
    number = number_of(card.serial)
    forged = card.token[:-1] + ("A" if card.token[-1] != "A" else "B")

    verdicts = {
        code: till.check(code) for code in (card.token, number, number_of("000000000001"), forged)
    }

    assert [
        [(answer["from"], answer["verdict"], answer["mayRecord"]) for answer in answers]
        for answers in verdicts.values()
    ] == [
        [("device", "ok_offline", True)],
        [("device", "cannot_verify_offline", True)],
        [("device", "cannot_verify_offline", False)],
        [("device", "forged", False)],
    ]


def test_a_card_revoked_meanwhile_is_flagged_and_the_shop_sees_no_error(
    till: StillTill, session: Session, card: Card
) -> None:
    till.go_offline()
    assert till.sell(card.token)["outcome"] == "kept"
    card.state = "revoked"
    session.commit()

    till.go_online()

    till.waits_for("state.waiting === 0")
    assert till.state()["attention"] == 0
    assert session.scalars(select(Redemption.flag)).all() == ["revoked"]
    assert cases(session) == ["flagged"]


def test_no_answer_whatever_loses_or_doubles_a_sale(
    till: StillTill, session: Session, card: Card
) -> None:
    till.go_offline()
    for _ in range(3):
        till.sell(card.token)

    faults: list[tuple[int, str] | None] = [
        *((status, "{}") for status in (400, 401, 403, 404, 409, 413, 422, 429, 500, 503)),
        (200, "{}"),
        (200, '{"results": [{"idempotency_key": "other", "outcome": "recorded"}]}'),
        (200, "<html>"),
        None,
    ]
    told: list[tuple[int, str] | None] = [None]

    def answer(route: Route) -> None:
        if told[0] is None:
            route.abort()
        else:
            status, body = told[0]
            route.fulfill(status=status, body=body, content_type="application/json")

    till.page.route("**/redemptions/sync", answer)
    till.go_online()
    for fault in faults:
        told[0] = fault
        till.upload()
        state = till.state()
        if state["revoked"]:
            till.reopen()
        assert state["waiting"] + state["attention"] == 3, fault
    assert sales(session) == 0

    till.page.unroute("**/redemptions/sync")
    till.upload()
    assert till.state()["waiting"] + till.state()["attention"] == 0
    assert (sales(session), cases(session)) == (3, [])


def test_two_tabs_upload_once(till: StillTill, session: Session, card: Card) -> None:
    other = StillTill.open(till.page.context.new_page())
    sent: list[int] = []

    def slowly(route: Route) -> None:
        sent.append(len(json.loads(route.request.post_data or "")["items"]))
        time.sleep(0.3)
        route.continue_()

    till.page.context.route("**/redemptions/sync", slowly)
    till.go_offline()
    for _ in range(5):
        till.sell(card.token)

    till.go_online()

    for tab in (till, other):
        tab.upload()
        tab.waits_for("state.waiting === 0")
    assert (sent, sales(session)) == ([5], 5)


def test_an_answer_lost_after_the_commit_makes_one_sale(
    till: StillTill, session: Session, card: Card, network: Network
) -> None:
    network.losing = "/api/v1/redemptions"
    assert till.sell(card.token)["outcome"] == "kept"
    till.upload()
    assert (till.state()["waiting"], sales(session)) == (1, 1)

    network.losing = None
    till.upload()

    assert (till.state()["waiting"], sales(session), cases(session)) == (0, 1, [])


def test_a_till_with_a_sale_is_not_signed_out_and_a_revoked_one_hands_its_sales_in(
    till: StillTill, session: Session, shop: Shop, card: Card
) -> None:
    till.go_offline()
    till.sell(card.token)
    assert till.run("till.teller.unpair()") is False
    assert "till_" in till.run("localStorage.getItem('loyalty.till')")
    staff = given_staff(session, session.get_one(Community, shop.community_id), Role.STAFF)
    revoke_till(session, staff, till.id(), now=datetime.now(UTC))
    session.commit()

    till.go_online()

    till.waits_for("state.revoked && state.attention === 1")
    assert (sales(session), cases(session)) == (0, ["quarantined"])
    assert session.scalar(select(func.count()).select_from(QuarantinedSale)) == 1
    assert till.run("till.teller.unpair()") is True


def test_a_clock_eleven_minutes_fast_is_told_and_sells_at_the_right_time(
    context: BrowserContext, session: Session, shop: Shop, card: Card
) -> None:
    page = context.new_page()
    page.add_init_script("{ const now = Date.now; Date.now = () => now() + 11 * 60000; }")
    till = StillTill.open(page, pairing_code(session, shop))

    assert 10.9 * 60000 < till.state()["clockOffMs"] < 11.1 * 60000
    till.go_offline()
    assert till.check(card.token)[0]["verdict"] == "clock_wrong"
    till.sell(card.token)
    till.go_online()
    till.waits_for("state.waiting === 0")
    assert session.scalars(select(Redemption.flag)).all() == [None]


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
            const { openStore, STEPS } = await import(`${assets}/store.js`);
            const more = (database) => database.createObjectStore("more");
            const store = await openStore({ steps: [...STEPS, more] });
            return (await store.items()).map((item) => item.sale.code);
        })()"""
    )

    # The tab of the older version has given way, and begins anew.
    till.page.wait_for_function("() => window.till === undefined")
    assert kept == [card.token]


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
    for process in psutil.process_iter(["cmdline"]):
        if f"--user-data-dir={tmp_path}" in (process.info["cmdline"] or ()):
            process.kill()
            process.wait(10)

    with closing(start()) as context:
        StillTill.open(context.new_page()).waits_for("state.waiting === 0")
    assert (sales(session), cases(session)) == (1, [])


def test_nothing_on_the_device_tells_of_a_person(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    resident = session.get_one(Resident, card.resident_id)
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
    personal = (NAME, PHONE, resident.unit, card.token, number_of(card.serial), card.serial)
    assert [(place, word) for place in kept for word in personal if word in kept[place]] == []


def test_fifty_waiting_sales_survive_a_reload_and_a_new_version_without_network(
    phone: Page,
    session: Session,
    shop: Shop,
    card: Card,
    *,
    network: Network,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair(phone, session, shop)
    phone.wait_for_function("() => navigator.serviceWorker.controller !== null")
    till = StillTill(phone)
    till.open_modules()
    wasm = f"/till/assets/{assets.version()}/vendor/zxing/zxing_reader.wasm"
    phone.wait_for_function("async (file) => Boolean(await caches.match(file))", arg=wasm)
    till.go_offline()
    till.run(f"Promise.all(Array.from({{length: 50}}, () => sell('{card.token}')))")

    phone.reload()
    expect(phone.locator(".line")).to_contain_text("50笔待传")

    network.losing = "/"
    till.go_online()
    phone.reload()
    expect(phone.locator(".line")).to_contain_text("50笔待传")
    till.go_offline()
    network.losing = None

    monkeypatch.setattr(assets, "version", lambda: "0123456789ab")
    phone.route("**/redemptions/sync", lambda route: route.abort())
    till.go_online()
    phone.reload()
    kept_too = "async () => (await caches.keys()).includes('loyalty-till-0123456789ab')"
    phone.wait_for_function(kept_too)
    till.go_offline()
    phone.reload()
    expect(phone.locator(".line")).to_contain_text("50笔待传")

    phone.unroute("**/redemptions/sync")
    till.go_online()
    expect(phone.locator(".line")).not_to_contain_text("待传")
    assert (sales(session), cases(session)) == (50, [])
