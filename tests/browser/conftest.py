"""A real browser against a really running service: nothing here is imitated."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from werkzeug.serving import ThreadedWSGIServer

from loyalty.app import create_app
from loyalty.database import forget_connections
from loyalty.models import Card, Community, Shop
from loyalty.services.checkout.memory import Directory
from loyalty.settings import Settings
from tests.browser.counter import pairing_code
from tests.browser.still_till import LONGEST_WAIT, StillTill
from tests.conftest import leave_idle_connections
from tests.given import NOON, SEALING_KEY, SECRET, given_community, given_shop
from tests.kept_database import KeptDatabase
from tests.pages.visits import card_of_today
from tests.serving import answers

# A busy machine is no reason to fail.
expect.set_options(timeout=LONGEST_WAIT * 1000)

NO_ANSWER_TOO_LATE = "AbortController.prototype.abort = () => {};"
"""Else a till whose service is as busy as this machine may go on without its answer."""

ServiceWorkers = Literal["allow", "block"]

LOOKS_FOR_ITS_END = 0.02
"""How often the service looks whether it is to end, in seconds."""

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


def chromium() -> str:
    """Return where Debian's Chromium is, which ``make test`` installs.

    Best without the frame of windows and tabs, which nobody sees here, at half of the work.
    """
    found = map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))
    path = next(filter(None, found), None)
    if path is None:
        pytest.fail("needs Chromium; as root: apt-get install chromium fonts-noto-cjk")
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser, without a camera."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield browser
        browser.close()


def wait_long(context: BrowserContext) -> BrowserContext:
    """Have whatever is done in a context wait as long as what is expected there; return it."""
    context.set_default_timeout(LONGEST_WAIT * 1000)
    return context


def close(context: BrowserContext) -> None:
    """Close the pages of a test; what they have still asked for fails no other test."""
    for page in context.pages:
        page.unroute_all(behavior="ignoreErrors")
    context.unroute_all(behavior="ignoreErrors")
    context.close()


@contextmanager
def _closed(body: Any) -> Iterator[Any]:
    """Give the body of an answer, and close it afterwards where there is something to close."""
    try:
        yield body
    finally:
        if hasattr(body, "close"):
            body.close()


class Network:
    """The way between phone and service; answers can get lost on it after the work is done."""

    def __init__(self) -> None:
        self.losing: str | None = None
        """Beginning of the paths whose answers are lost at present."""
        self.open = threading.Event()
        """Answers come through; while it is not set they are underway."""
        self.open.set()
        self._lines = 0
        self._changed = threading.Condition()

    def await_silence(self, port: int) -> None:
        """Wait until every line to the service is closed, so that none asks in the next test."""
        # Lines are taken up in their order: after this one, none is left to be counted.
        answers(port)
        with self._changed:
            assert self._changed.wait_for(lambda: self._lines == 0, LONGEST_WAIT)

    def count(self, change: int) -> None:
        """Count a line that is taken up, or closed."""
        with self._changed:
            self._lines += change
            self._changed.notify_all()

    def around(self, app: Any) -> Any:
        """Return the app as a proxy shows it: what is lost has status 502."""

        def answer(environ: dict[str, Any], start_response: Any) -> Any:
            losing = self.losing is not None and environ["PATH_INFO"].startswith(self.losing)
            # Read to its end here: a browser that goes away leaves no file open.
            with _closed(app(environ, (lambda *_: None) if losing else start_response)) as body:
                whole = b"".join(body)
            self.open.wait(LONGEST_WAIT)
            if losing:
                start_response("502 Bad Gateway", [("Content-Length", "0")])
            return [] if losing else [whole]

        return answer


class CountingServer(ThreadedWSGIServer):
    """A server that has the network count its lines."""

    # Closing waits for the last answers.
    daemon_threads = False

    def __init__(self, way: Network, listener: socket.socket, app: Any) -> None:
        self.way = way
        host, port = listener.getsockname()
        super().__init__(host, port, app, fd=listener.fileno())

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take up a line."""
        self.way.count(1)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer on a line until it is closed."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.way.count(-1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock of the service, going on from noon; the browser keeps its own."""
    with time_machine.travel(NOON, tick=True) as traveller:
        yield traveller


@pytest.fixture(scope="session")
def way() -> Network:
    """The way to the service of this process's tests."""
    return Network()


@pytest.fixture
def network(way: Network) -> Iterator[Network]:
    """The way between phone and service."""
    yield way
    way.losing = None
    way.open.set()


@pytest.fixture(scope="session")
def running(
    kept_database: KeptDatabase, tmp_path_factory: pytest.TempPathFactory, way: Network
) -> Iterator[Flask]:
    """The service, started once; the tests find its database empty."""
    # Bound from the beginning: a port that is only chosen may be somebody else's by then.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        app = create_app(
            Settings(
                data_dir=tmp_path_factory.mktemp("data"),
                database_url=kept_database.url,
                secret_key=SECRET,
                base_url=f"http://127.0.0.1:{port}",
                limit_rates=False,
            )
        )
        server = CountingServer(way, listener, way.around(app.wsgi_app))
        thread = threading.Thread(target=server.serve_forever, args=(LOOKS_FOR_ITS_END,))
        thread.start()
        yield app
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            forget_connections()


@pytest.fixture
def service(running: Flask, database: str, network: Network) -> Iterator[str]:  # noqa: ARG001  # is served
    """The address of the service, with nothing remembered of earlier tests."""
    running.extensions["loyalty.directory"] = Directory(SEALING_KEY)
    address = running.extensions["loyalty.settings"].base_url
    yield address
    network.await_silence(int(address.rpartition(":")[2]))
    with running.app_context():
        leave_idle_connections()


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    """A session beside the service, to build what a test is about."""
    engine = create_engine(database)
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()


@pytest.fixture
def service_workers() -> ServiceWorkers:
    """Whether the till's worker is installed, which fetches all its files once more."""
    return "block"


@pytest.fixture
def phone(browser: Browser, service: str, service_workers: ServiceWorkers) -> Iterator[Page]:
    """A cheap phone; every fault its console tells fails the test."""
    context = browser.new_context(
        base_url=service,
        viewport={"width": 360, "height": 640},
        locale="zh-CN",
        service_workers=service_workers,
    )
    wait_long(context).add_init_script(NO_ANSWER_TOO_LATE)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "policy" in said.text else None)
    yield page
    close(context)
    assert faults == []


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


@pytest.fixture
def unlimited(session: Session, shop: Shop) -> None:
    """A community whose cards may be used as often as a test needs."""
    session.get_one(Community, shop.community_id).uses_per_shop_day = None


@pytest.fixture
def context(browser: Browser, service: str) -> Iterator[BrowserContext]:
    """A browser that has never seen the till, and in which no worker stands before the network."""
    context = browser.new_context(base_url=service, locale="zh-CN", service_workers="block")
    yield wait_long(context)
    close(context)


@pytest.fixture
def till(
    context: BrowserContext,
    session: Session,
    shop: Shop,
    card: Card,  # noqa: ARG001  # is on the roster
) -> StillTill:
    """A paired till with its pack, of which the card is part."""
    context.add_init_script(NO_ANSWER_TOO_LATE)
    return StillTill.open(context.new_page(), pairing_code(session, shop))
