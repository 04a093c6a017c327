"""The client in docs/examples, run as it stands against the really running service."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from uuid import uuid4

import httpx
import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.rules.calendar import Month
from loyalty.rules.card_number import group_digits, number_of
from tests.given import SECRET, given_card, given_community, given_shop, paired_till
from tests.kept_database import KeptDatabase, plain
from tests.serving import LONGEST_END, PROJECT, free_port, start, stop

CLIENT = PROJECT / "docs" / "examples" / "till_client.py"
TIMEZONE = "Asia/Shanghai"
SALE = "/api/v1/redemptions"
LOSSES = ("cut", "bad gateway", "sign in page", "cut short")
"""How an answer gets lost."""


@dataclass
class Road:
    """The way to the service. Answers get lost on it after the service has done its work."""

    service: str
    address: str = ""
    losses: dict[str, list[str]] = field(default_factory=dict)
    """How the next answers below a path get lost, in turn; later ones arrive."""
    travelled: list[str] = field(default_factory=list)
    """The path of each request that reached the service."""

    def loss_of(self, path: str) -> str | None:
        """Return how the answer to this request gets lost; None if it arrives."""
        self.travelled.append(path)
        left = next((ways for start, ways in self.losses.items() if path.startswith(start)), [])
        return left.pop(0) if left else None


def proxy_on(road: Road) -> type[BaseHTTPRequestHandler]:
    """Return what passes requests on, and answers back as the road lets them."""

    class Proxy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told = {name: self.headers[name] for name in ("Authorization", "Content-Type")}
            if key := self.headers["Idempotency-Key"]:
                told["Idempotency-Key"] = key
            url = road.service + self.path
            answer = httpx.post(url, content=body, headers=told, trust_env=False)
            loss = road.loss_of(self.path)
            if loss == "cut":
                return
            self.send_response(502 if loss == "bad gateway" else answer.status_code)
            content = b"<html>Sign in to this network</html>" if loss else answer.content
            self.send_header("Content-Length", str(len(content) + 100 * (loss == "cut short")))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Proxy


@dataclass(frozen=True)
class Shop:
    """A shop's till on the way to a service that runs."""

    road: Road
    token: str
    number: str
    database: str

    def book(self) -> list[tuple[str, int]]:
        """Return the entries of the book: kind and what was paid."""
        with psycopg.connect(plain(self.database)) as connection:
            query = "SELECT kind, payable_fen FROM redemption ORDER BY id"
            return [(kind, payable) for kind, payable in connection.execute(query)]


@pytest.fixture(scope="module")
def service(kept_database: KeptDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the service, started once; the tests find its database empty."""
    port = free_port()
    environ = {
        "LOYALTY_DATABASE_URL": kept_database.url,
        "LOYALTY_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "LOYALTY_SECRET_KEY": SECRET,
    }
    process = start(environ, port, "--workers", "1")
    yield f"http://127.0.0.1:{port}"
    stop(process)


@pytest.fixture
def shop(service: str, database: str) -> Iterator[Shop]:
    engine = create_engine(database)
    with Session(engine, expire_on_commit=False) as session:
        community = given_community(session, uses_per_shop_day=None)
        today = community_now(TIMEZONE).date()
        card = given_card(session, community, valid_from=Month.of(today).first)
        till = paired_till(session, given_shop(session, community))
    engine.dispose()
    road = Road(service)
    with ThreadingHTTPServer(("127.0.0.1", 0), proxy_on(road)) as proxy:
        road.address = f"http://127.0.0.1:{proxy.server_port}"
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        number = group_digits(number_of(card.serial))
        yield Shop(road, till["Authorization"].removeprefix("Bearer "), number, database)
        proxy.shutdown()
        thread.join()


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The client as a module, as a shop's own program would use it."""
    spec = spec_from_file_location("till_client", CLIENT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    # A busy machine is no reason to send again.
    monkeypatch.setattr(module, "PATIENCE", LONGEST_END)
    return module


def test_the_client_asks_sells_once_though_its_answer_is_lost_and_voids(shop: Shop) -> None:
    shop.road.losses[SALE] = ["cut"]

    ran = subprocess.run(  # noqa: S603  # our own example
        [sys.executable, "-W", "error", CLIENT, shop.road.address, shop.number, "1290"],
        env={**os.environ, "LOYALTY_TILL_TOKEN": shop.token, "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=True,
    )

    asked, sold, voided = ran.stdout.splitlines()
    assert "'payable_fen': 1096" in asked
    assert "'status': 200" in sold
    assert "'kind': 'void'" in voided
    assert [path for path in shop.road.travelled if path == SALE] == [SALE, SALE]
    assert shop.book() == [("sale", 1096), ("void", -1096)]


def test_however_an_answer_is_lost_each_sale_is_recorded_once(
    shop: Shop, client: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    till = client.Till(shop.road.address, shop.token)

    for loss in LOSSES:
        shop.road.losses[SALE] = [loss]
        sold = till.redeem(shop.number, 1290, str(uuid4()))
        assert (sold["verdict"], sold["payable_fen"], sold["status"]) == ("ok", 1096, 200), loss

    assert len(shop.road.travelled) == 2 * len(LOSSES)
    assert shop.book() == [("sale", 1096)] * len(LOSSES)


def test_a_sale_that_is_never_answered_is_kept_by_its_key_and_sent_later(
    shop: Shop, client: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(client, "TRIES", 1)
    shop.road.losses[SALE] = ["cut"]
    till, key = client.Till(shop.road.address, shop.token), str(uuid4())

    with pytest.raises(ConnectionError, match="keep the sale with its key"):
        till.redeem(shop.number, 1290, key)

    assert till.redeem(shop.number, 1290, key)["verdict"] == "ok"
    assert shop.book() == [("sale", 1096)]


def test_a_void_whose_answer_is_lost_is_told_by_the_next_try(
    shop: Shop, client: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    till = client.Till(shop.road.address, shop.token)
    sold = till.redeem(shop.number, 1290, str(uuid4()))
    shop.road.losses[f"{SALE}/"] = ["cut"]

    voided = till.void(sold["id"], "打错金额")

    assert (voided["status"], voided["type"]) == (409, "/problems/reversal-refused")
    assert shop.book() == [("sale", 1096), ("void", -1096)]


def test_a_refusal_is_an_answer_and_is_not_sent_again(
    shop: Shop, client: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    till = client.Till(shop.road.address, shop.token)

    refused = till.redeem("6901234567892", 1290, str(uuid4()))

    assert (refused["status"], refused["verdict"]) == (409, "bad_code")
    assert shop.road.travelled == [SALE]
    assert shop.book() == []


def test_integrating_shows_the_client_as_it_is_run() -> None:
    manual = (PROJECT / "docs" / "integrating.md").read_text("utf-8")

    assert f"```python\n{CLIENT.read_text('utf-8')}```" in manual
