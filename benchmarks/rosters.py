"""What the roster of a till costs: to be built, to be asked, and to be guessed from, in one run.

    .venv/bin/python -m benchmarks.rosters [--cards 50000] [--rounds 5]

A community of so many living cards has a shop with a till. Its pack is built, written as JSON and
compressed, as the service answers it. A guess is timed as whoever steals a pack makes it at the
best: all hashes of one number at the speed at which OpenSSL hashes long texts on one core. Then a
number that is on the roster is looked for by the till's own module in a Chromium whose processor is
slowed down. It ends with 1 where a goal is missed.
"""

import functools
import gzip
import json
import math
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from playwright.sync_api import sync_playwright
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benchmarks.communities import empty_town
from benchmarks.figures import Figure, run
from benchmarks.issuing import COPIES
from loyalty.cards.roster import MARK_BYTES, SALT_BYTES
from loyalty.database import db, hot_connection
from loyalty.models import Card
from loyalty.rules.card_number import SERIAL_DIGITS
from loyalty.services.checkout.memory import Directory
from loyalty.services.tills.offline_pack import build_offline_pack
from tests.given import NOON, given_card, given_community, given_shop, paired_till

LONGEST_BUILD = 0.5
"""Seconds, for 50,000 cards."""
LONGEST_UNCHANGED = 5
"""Milliseconds until a till is told that what it has is the newest."""
LARGEST = 400
"""KB of 1,000 bytes, compressed."""
LEAST_CORE_HOURS = 10_000
LONGEST_SEARCH = 1_000
"""Milliseconds, on a slow phone."""
SLOWER = 6
"""How many times as slow as here the page's processor is made."""

UNKEPT = 256
BLOCK = 64
LONG = bytes(2**24)
SEARCHES = 20
PACK = "/api/v1/till/offline-pack"
STATIC = Path(__file__).parents[1] / "loyalty" / "till" / "static"

SEARCH = """async ({ pack, serials }) => {
    const { readRoster, findOnRoster, marksOf } = await import("/judge/roster.js");
    const roster = readRoster(pack.roster_salt, pack.roster);
    const waits = [];
    for (const serial of serials) {
        const began = performance.now();
        const group = findOnRoster(roster, await marksOf(crypto.subtle, roster, serial));
        waits.push(performance.now() - began);
        if (group === null) throw new Error(`${serial} was not found`);
    }
    return waits;
}"""


COPIES_OF_CARD = """
INSERT INTO card
SELECT (jsonb_populate_record(card, jsonb_build_object(
           'id', gen_random_uuid(), 'resident_id', resident.id,
           'serial', lpad((row_number() OVER () * 19999981)::text, 12, '0')))).*
  FROM card JOIN resident
    ON resident.community_id = card.community_id AND resident.id <> card.resident_id
 WHERE card.community_id = :community_id AND card.id = :card_id
"""


class _Quiet(SimpleHTTPRequestHandler):
    """Hands out the till's modules, and says nothing of it."""

    def log_message(self, *_: object) -> None:
        pass


def measure(*, cards: int = 50_000, rounds: int = 5) -> list[Figure]:
    """Return what the roster of a community of its own costs."""
    with empty_town() as (app, _):
        with app.app_context():
            token = issue(db.session(), cards)
            figures = judge(db.session(), token, cards, rounds)
        unchanged = ask_again(app, token, 10 * rounds)
    name = "pack that a till has already, 304"
    return [*figures, Figure(name, unchanged, "ms", LONGEST_UNCHANGED)]


def judge(session: Session, token: str, cards: int, rounds: int) -> list[Figure]:
    """Return what building, guessing and looking for a number costs."""
    build = building(session, token)
    pack, took = build(), [timed(build) for _ in range(rounds)]
    serials = list(session.scalars(select(Card.serial).limit(SEARCHES)))
    body = json.dumps(pack, separators=(",", ":")).encode()
    waits = search(pack, serials)
    hours = guess_all()
    fitting = 10**SERIAL_DIGITS * UNKEPT / 256**MARK_BYTES
    size = len(gzip.compress(body)) / 1000
    passed, computed = (median(figures) for figures in zip(*took, strict=True))
    return [
        Figure(f"pack of {cards:,} cards, built", passed, "s", LONGEST_BUILD),
        Figure(f"pack of {cards:,} cards, CPU of the service", computed, "s"),
        Figure(f"pack of {cards:,} cards, compressed", size, "KB", LARGEST),
        Figure(f"typed number, {SLOWER} x slower, median", median(waits), "ms", LONGEST_SEARCH),
        Figure(f"typed number, {SLOWER} x slower, longest", max(waits), "ms", LONGEST_SEARCH),
        Figure("trying all numbers", hours, "core-hours", LEAST_CORE_HOURS, at_least=True),
        Figure("trying until one fits a card", hours * 3600 / cards / fitting, "core-seconds"),
        Figure("numbers that fit a mark, one of which is a card's", fitting, ""),
    ]


def issue(session: Session, cards: int) -> str:
    """Issue cards in a community with a shop; return the token of its till."""
    community = given_community(session)
    shop = given_shop(session, community)
    token = paired_till(session, shop)["Authorization"].partition(" ")[2]
    card = given_card(session, community)
    copy_card(session, card, cards - 1)
    return token


def building(session: Session, token: str) -> Callable[[], dict[str, Any]]:
    """Return what builds a till's pack as the service does, JSON and compression included."""
    with hot_connection() as connection:
        counter = Directory().counter(connection, token)

    def build() -> dict[str, Any]:
        pack = build_offline_pack(session, counter, now=NOON)
        gzip.compress(json.dumps(pack, separators=(",", ":")).encode())
        session.rollback()
        return pack

    return build


def ask_again(app: Flask, token: str, times: int) -> float:
    """Return in how many milliseconds a till that has the newest pack is told so, by half."""
    client, waits = app.test_client(), []
    headers = {"Authorization": f"Bearer {token}"}
    headers["If-None-Match"] = client.get(PACK, headers=headers).headers["ETag"]
    for _ in range(times):
        began = time.perf_counter()
        answer = client.get(PACK, headers=headers)
        waits.append(1000 * (time.perf_counter() - began))
        if answer.status_code != HTTPStatus.NOT_MODIFIED:
            raise SystemExit(f"the pack was answered by {answer.status_code}")
    return median(waits)


def guess_all() -> float:
    """Return in how many hours one core tries all serials, at the best of some tries."""
    seconds = []
    for _ in range(20):
        began = time.process_time()
        sha256(LONG).digest()
        seconds.append(time.process_time() - began)
    a_block = min(seconds) / (len(LONG) / BLOCK)
    hashed = SERIAL_DIGITS + 1 + SALT_BYTES + 9  # SHA-256 adds nine bytes at least.
    blocks = UNKEPT * math.ceil(hashed / BLOCK)
    return 10.0**SERIAL_DIGITS * blocks * a_block / 3600


def search(pack: dict[str, Any], serials: list[str]) -> list[float]:
    """Return the milliseconds in which a slow browser finds each serial on the roster."""
    with serving(STATIC) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page()
        page.goto(f"{address}/judge/roster.js")
        throttle = page.context.new_cdp_session(page)
        throttle.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        waits: list[float] = page.evaluate(SEARCH, {"pack": pack, "serials": serials})
        browser.close()
    return waits


def copy_card(session: Session, card: Card, copies: int) -> None:
    """Give copies of a holder a copy of the card each, past what triggers look at."""
    session.execute(text(COPIES), {"copies": copies, "community_id": card.community_id})
    session.execute(text("ALTER TABLE card DISABLE TRIGGER USER"))
    session.execute(text(COPIES_OF_CARD), {"card_id": card.id, "community_id": card.community_id})
    session.execute(text("ALTER TABLE card ENABLE TRIGGER USER"))
    session.commit()
    session.execute(text("ANALYZE"))
    session.commit()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder to this machine, and return its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def timed(deed: Callable[[], object]) -> tuple[float, float]:
    """Return how many seconds pass until a deed is done, and how many of them it computes."""
    began, computing = time.perf_counter(), time.process_time()
    deed()
    return time.perf_counter() - began, time.process_time() - computing


if __name__ == "__main__":
    run(measure, __doc__)
