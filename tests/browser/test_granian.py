"""The service as an operator starts it, and a real browser: a till that sells, and the desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Shop
from loyalty.till.assets import asset_names, version
from tests.browser.books import cases, sales
from tests.browser.conftest import ServiceWorkers
from tests.browser.counter import pair, scan, sell, url_of
from tests.browser.still_till import until
from tests.browser.test_device_memory import INSTALLED
from tests.browser.test_tally import sign_in
from tests.given import SECRET
from tests.serving import free_port, start, stop

MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}

COMPILE = "(path) => WebAssembly.compileStreaming(fetch(path)).then(() => true)"
"""Browsers refuse this where the file comes under another type than its own."""


@pytest.fixture
def service_workers() -> ServiceWorkers:
    """The till is installed, as on a device that has opened it before."""
    return "allow"


@pytest.fixture
def service(database: str, tmp_path: Path) -> Iterator[str]:
    """The address of `loyalty serve`, running on a database of its own."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environ = {
        "LOYALTY_DATABASE_URL": database,
        "LOYALTY_DATA_DIR": str(tmp_path),
        "LOYALTY_SECRET_KEY": SECRET,
        "LOYALTY_BASE_URL": address,
    }
    process = start(environ, port, "--workers", "1")
    yield address
    stop(process)
    assert process.returncode == 0


def test_a_till_sells_and_opens_without_network_and_staff_sign_in(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    line = phone.locator(".line")
    assets = f"/till/assets/{version()}"
    pair(phone, session, shop)
    sell(phone, card, "12.9")
    assert sales(session) == 1
    # Past the page's worker, which answers from what it keeps.
    served = {name: phone.request.get(f"{assets}/{name}") for name in asset_names()}
    assert {
        name: answer.headers["content-type"].split(";")[0] for name, answer in served.items()
    } == {name: MEDIA_TYPES[Path(name).suffix] for name in served}
    assert phone.evaluate(COMPILE, f"{assets}/vendor/zxing/zxing_reader.wasm")

    until(phone, INSTALLED, version())
    phone.context.set_offline(offline=True)
    phone.reload()
    # A scan before the page has opened its memory would be nobody's.
    expect(line).to_contain_text("名单")
    scan(phone, url_of(phone, card))
    expect(phone.locator("[data-word]")).to_have_text("有效（离线）")
    phone.keyboard.type("8")
    phone.keyboard.press("Enter")
    expect(line).to_contain_text("1笔待传")

    phone.context.set_offline(offline=False)
    # A page that was loaded without network is not told by this browser that it is back.
    phone.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(line).not_to_contain_text("待传")
    assert (sales(session), cases(session)) == (2, [])
    sign_in(phone, session, session.get_one(Community, shop.community_id))
