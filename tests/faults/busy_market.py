"""Tills that sell all the time, each sale sent again under its key until it is acknowledged."""

import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import takewhile
from uuid import uuid4

import httpx
import psycopg
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.data_keys import hold_data_keys
from loyalty.models import Community
from loyalty.rules.calendar import Month
from tests.given import SECRET, given_card, given_community, given_shop, given_till
from tests.kept_database import plain
from tests.present import present

BETWEEN_TRIES = 0.05
"""Seconds."""

TRY_AGAIN = {HTTPStatus.SERVICE_UNAVAILABLE}

SALES = "SELECT idempotency_key::text, receipt FROM redemption"

USES = """
SELECT coalesce(sum(uses.value::int), 0) FROM card_month,
       jsonb_each_text(card_month.uses) AS uses WHERE uses.key NOT LIKE '%/%'
"""


@dataclass(frozen=True)
class Till:
    """A till with the card of its one customer, who comes again and again."""

    token: str
    card: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def given_busy_market(database: str, *, tills: int) -> list[Till]:
    """Some tills, and as many cards that work from this month on without limits; commits them."""
    # Before any fixture has, where this file is the first that runs.
    hold_data_keys([SECRET])
    engine = create_engine(database)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        community = given_community(session, uses_per_shop_day=None)
        shop = given_shop(session, community)
        month = Month.of(community_now(community.timezone).date())
        made = [Till(f"till_{uuid4().hex}", _card(session, community, month)) for _ in range(tills)]
        for till in made:
            digest = hashlib.sha256(till.token.encode()).digest()
            given_till(session, shop, token_hash=digest)
    engine.dispose()
    return made


def _card(session: Session, community: Community, month: Month) -> str:
    """A card that works next month, too, which may begin while the tills sell."""
    first, last = month.first, month.plus(1).last
    card = given_card(session, community, valid_from=first, valid_until=last, state="active")
    return card.token


@dataclass
class Crowd:
    """What the tills have been told."""

    service: str
    tills: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Receipts by keys."""
    times: list[tuple[float, float]] = field(default_factory=list)
    """When each sale was begun, and acknowledged."""
    strange: list[str] = field(default_factory=list)
    """Answers that are neither a sale nor a request to try again."""
    over: threading.Event = field(default_factory=threading.Event)

    def sell(self, till: Till) -> None:
        """Sell until it is over, but finish what was begun."""
        with httpx.Client(headers=till.headers, timeout=10, trust_env=False) as line:
            while not self.over.is_set():
                key, begun = str(uuid4()), time.monotonic()
                while (receipt := self._send(line, till, key)) is None:
                    time.sleep(BETWEEN_TRIES)
                self.acknowledged[key] = receipt
                self.times.append((begun, time.monotonic()))

    def acknowledged_after(self, moment: float) -> list[float]:
        """Return when sales were acknowledged that were begun after a moment."""
        # The newest are the last; there may be a million.
        newest = takewhile(lambda times: times[1] > moment, reversed(self.times.copy()))
        return [at for begun, at in newest if begun > moment]

    def _send(self, line: httpx.Client, till: Till, key: str) -> str | None:
        """Send one sale; return its receipt, or None where it is to be sent again."""
        sale = {"code": till.card, "total_fen": 1290}
        url = f"{self.service}/api/v1/redemptions"
        try:
            answer = line.post(url, headers={"Idempotency-Key": key}, json=sale)
        except httpx.TransportError:
            return None
        if answer.status_code in {HTTPStatus.CREATED, HTTPStatus.OK}:
            return str(answer.json()["receipt"])
        if answer.status_code not in TRY_AGAIN or "Retry-After" not in answer.headers:
            self.strange.append(f"{answer.status_code} {answer.text[:200]}")
            self.over.set()
            return ""
        return None


@contextmanager
def selling(service: str, tills: list[Till]) -> Iterator[Crowd]:
    """Let all tills sell while something happens."""
    crowd = Crowd(service, len(tills))
    threads = [threading.Thread(target=crowd.sell, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    try:
        yield crowd
    finally:
        crowd.over.set()
        for thread in threads:
            thread.join()


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with a book of sales; nothing is."""

    lost: int = 0
    """Acknowledged, and not there, or there under another receipt."""
    doubled: int = 0
    """There, and no till was told, although each has finished what it had begun."""
    miscounted: int = 0
    """By how much the uses that cards have counted differ from the sales."""


def find_faults(database: str, crowd: Crowd, *, before: int = 0) -> Faults:
    """Compare the book with what the tills were told, once they have stopped.

    Args:
        before: how many sales stood there before they began.
    """
    with psycopg.connect(plain(database)) as connection:
        rows = connection.execute(SALES).fetchall()
        (counted,) = present(connection.execute(USES).fetchone())
    lost = list_lost(crowd.acknowledged, dict(rows))
    here = len(crowd.acknowledged) - len(lost)
    return Faults(len(lost), len(rows) - before - here, abs(int(counted) - len(rows)))


def list_lost(acknowledged: Mapping[str, str], recorded: Mapping[str, str]) -> list[str]:
    """Return the keys of the sales that were acknowledged, and are not recorded as they were."""
    return [key for key, receipt in acknowledged.items() if recorded.get(key) != receipt]


def count_sales(database: str) -> int:
    """Return how many sales stand in the book."""
    with psycopg.connect(plain(database)) as connection:
        (count,) = present(connection.execute("SELECT count(*) FROM redemption").fetchone())
    return int(count)
