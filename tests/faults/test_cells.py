"""Two cells behind HAProxy, each with its own service and PostgreSQL: one dies, the other sells."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from werkzeug.serving import make_server

from loyalty.app import create_app
from loyalty.clock import community_now
from loyalty.database import db
from loyalty.embedded import embedded_database, keep_running, leave_embedded_database
from loyalty.models import Card
from loyalty.rules.calendar import Month
from loyalty.rules.card_number import number_of
from loyalty.settings import Settings
from tests.given import SECRET, given_card, given_community, given_shop, paired_till, sale_key
from tests.kept_database import new_database, plain
from tests.prepared_server import copy_server
from tests.serving import PROJECT, free_port, new_data_folder, postmasters_in, until

CONFIGURATION = PROJECT / "deploy" / "haproxy-cells.cfg"
COMMON = "card.example.org"
HOSTS = {"cell_1": "k1.card.example.org", "cell_2": "k2.card.example.org"}
FIRST_NUMBERS = {"cell_1": 100_001, "cell_2": 200_001}
TIMEZONE = "Asia/Shanghai"
LONGEST_END = 120


@dataclass(frozen=True)
class Market:
    """One community of a cell: its till, and a card."""

    slug: str
    number: int
    till: Mapping[str, str]
    token: str
    card_number: str


@dataclass(frozen=True)
class Cell:
    """A service that listens, with its own database."""

    name: str
    folder: Path
    """Of its database, where that is its own PostgreSQL."""
    port: int
    markets: list[Market]


@dataclass(frozen=True)
class Town:
    """Both cells, and the door before them."""

    east: Cell
    west: Cell
    address: str

    def ask(self, path: str, *, host: str = COMMON, **how: Any) -> httpx.Response:
        """Ask at the door as a browser or a till does."""
        headers = {**how.pop("headers", {}), "Host": host}
        verb = "POST" if "json" in how else "GET"
        return httpx.request(
            verb, self.address + path, headers=headers, timeout=30, trust_env=False, **how
        )

    def verdict(self, till: Mapping[str, str], code: str) -> str:
        """Show a card at a till."""
        answer = self.ask("/api/v1/validations", headers=till, json={"code": code})
        return str(answer.json()["verdict"])

    def sell(self, market: Market, key: Mapping[str, str] | None = None) -> int:
        """Sell with the market's own card at its own till."""
        sale = {"code": market.token, "total_fen": 1000}
        headers = {**market.till, **(key or sale_key())}
        return self.ask("/api/v1/redemptions", headers=headers, json=sale).status_code


@pytest.fixture(scope="module")
def town(server: str, prepared: Path) -> Iterator[Town]:
    """The east with two communities on the tests' PostgreSQL, the west with one on its own."""
    with ExitStack() as stack:
        own = stack.enter_context(new_data_folder())
        copy_server(prepared, own)
        shared = stack.enter_context(new_database(server))
        database = embedded_database(own)
        stack.callback(leave_embedded_database, own)
        east = stack.enter_context(serving_cell("cell_1", shared, own, "dongshi", "nanshi"))
        west = stack.enter_context(serving_cell("cell_2", database, own, "xishi"))
        yield Town(east, west, stack.enter_context(door_before(east, west, own / "maps")))


@contextmanager
def serving_cell(name: str, database: str, folder: Path, *slugs: str) -> Iterator[Cell]:
    """Serve communities of a database, whose numbers no other cell gives."""
    with psycopg.connect(plain(database)) as connection:
        connection.execute(
            f"ALTER TABLE community ALTER COLUMN number RESTART WITH {FIRST_NUMBERS[name]}"
        )
    app = create_app(
        Settings(
            data_dir=folder,
            database_url=database,
            secret_key=SECRET,
            base_url=f"http://{HOSTS[name]}",
            limit_rates=False,
        )
    )
    with app.app_context():
        markets = [given_market(slug) for slug in slugs]
        db.session.remove()
    listener = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=listener.serve_forever)
    thread.start()
    try:
        yield Cell(name, folder, listener.server_port, markets)
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def given_market(slug: str) -> Market:
    """A community with a till and a card of this month and the next, which may begin meanwhile."""
    session = db.session()
    community = given_community(session, slug=slug, uses_per_shop_day=None)
    month = Month.of(community_now(TIMEZONE).date())
    card: Card = given_card(
        session,
        community,
        valid_from=month.first,
        valid_until=month.plus(1).last,
        state="active",
    )
    till = paired_till(session, given_shop(session, community))
    return Market(slug, community.number, till, card.token, number_of(card.serial))


@contextmanager
def door_before(east: Cell, west: Cell, maps: Path) -> Iterator[str]:
    """Run HAProxy with the sample configuration, and the maps that docs/scale.md describes."""
    maps.mkdir()
    cells = (east, west)
    for name, lines in {
        "hosts": [f"{HOSTS[cell.name]} {cell.name}" for cell in cells],
        "homes": [f"{cell.name} http://{HOSTS[cell.name]}" for cell in cells],
        "slugs": [f"{one.slug} {cell.name}" for cell in cells for one in cell.markets],
        "numbers": [f"{one.number} {cell.name}" for cell in cells for one in cell.markets],
    }.items():
        (maps / f"{name}.map").write_text("\n".join([*lines, ""]), "utf-8")
    port = free_port()
    environ = {
        **os.environ,
        "LISTEN": f"127.0.0.1:{port}",
        "MAPS": str(maps),
        "CELL_1": f"127.0.0.1:{east.port}",
        "CELL_2": f"127.0.0.1:{west.port}",
    }
    program = found_haproxy()
    subprocess.run([program, "-c", "-q", "-f", CONFIGURATION], env=environ, check=True)  # noqa: S603  # as the handbook has it
    process = subprocess.Popen([program, "-db", "-q", "-f", CONFIGURATION], env=environ)  # noqa: S603  # likewise
    try:
        address = f"http://127.0.0.1:{port}"
        until(lambda: answers(address))
        yield address
    finally:
        process.terminate()
        process.wait(LONGEST_END)


def answers(address: str) -> bool:
    """Return whether the door and both cells behind it answer."""
    try:
        found = [
            httpx.get(f"{address}/readyz", headers={"Host": host}, trust_env=False).status_code
            for host in HOSTS.values()
        ]
    except httpx.TransportError:
        return False
    return found == [HTTPStatus.OK] * 2


def found_haproxy() -> str:
    """Return where HAProxy is; `make test` installs it."""
    found = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found is not None, "make haproxy"
    return found


def test_a_token_leads_to_its_cell(town: Town) -> None:
    for market in (*town.east.markets, *town.west.markets):
        assert town.sell(market) == HTTPStatus.CREATED


def test_a_short_name_leads_to_its_cell(town: Town) -> None:
    for cell in (town.east, town.west):
        for slug in (one.slug for one in cell.markets):
            listed = town.ask(f"/api/v1/public/{slug}/shops")
            (key,) = town.ask(f"/keys/{slug}.json").json()["keys"]
            page = town.ask(f"/{slug}/shops?trade=food")
            sign_in = town.ask(f"/staff/sign-in?community={slug}")

            home = f"http://{HOSTS[cell.name]}"
            assert (listed.status_code, key["community"]) == (HTTPStatus.OK, slug)
            assert page.headers["Location"] == f"{home}/{slug}/shops?trade=food"
            assert sign_in.headers["Location"] == f"{home}/staff/sign-in?community={slug}"
            at_home = town.ask(f"/{slug}/shops", host=HOSTS[cell.name])
            assert at_home.status_code == HTTPStatus.OK


def test_a_name_that_nobody_has_leads_nowhere(town: Town) -> None:
    assert town.ask("/beishi/shops").status_code == HTTPStatus.NOT_FOUND
    assert town.ask("/").status_code == HTTPStatus.NOT_FOUND


def test_a_card_of_one_cell_is_unknown_in_the_other(town: Town) -> None:
    ours, neighbour = town.east.markets
    (foreign,) = town.west.markets
    forged = ours.token[:-1] + ("A" if ours.token[-1] != "A" else "B")

    assert town.verdict(ours.till, ours.token) == "ok"
    assert town.verdict(ours.till, neighbour.token) == "other_community"
    assert town.verdict(ours.till, forged) == "forged"
    for shown in (foreign.token, foreign.card_number):
        assert town.verdict(ours.till, shown) == "unknown"
        assert town.verdict(foreign.till, shown) == "ok"
    assert town.verdict(foreign.till, ours.token) == "unknown"


def test_one_dies_and_the_other_sells(town: Town) -> None:
    (dying,), living, key = town.west.markets, town.east.markets[0], sale_key()
    (postmaster,) = postmasters_in(town.west.folder)

    postmaster.kill()
    until(lambda: not postmaster.is_running())
    sold = [(town.sell(dying, key), town.sell(living)) for _ in range(5)]

    assert sold == [(HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.CREATED)] * 5
    with keep_running(town.west.folder):
        until(lambda: town.sell(dying, key) in {HTTPStatus.CREATED, HTTPStatus.OK})
        assert town.sell(dying, key) == HTTPStatus.OK
