"""Tills that sell all the time, each sale sent again under its key until it is acknowledged."""

import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import uuid4

import httpx
import psycopg
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.models import Community
from loyalty.rules.calendar import Month
from tests.given import given_card, given_community, given_shop, given_till
from tests.kept_database import plain

BETWEEN_TRIES = 0.05
"""Seconds."""

TRY_AGAIN = {HTTPStatus.SERVICE_UNAVAILABLE}


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
        return [at for begun, at in list(self.times) if begun > moment]

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
    crowd = Crowd(service)
    threads = [threading.Thread(target=crowd.sell, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    try:
        yield crowd
    finally:
        crowd.over.set()
        for thread in threads:
            thread.join()


def book_of(database: str) -> tuple[Mapping[str, str], int]:
    """Return the receipts of the recorded sales by keys, and how many uses are counted."""
    with psycopg.connect(plain(database)) as connection:
        sales = connection.execute("SELECT idempotency_key::text, receipt FROM redemption")
        recorded = sales.fetchall()
        row = connection.execute(
            "SELECT coalesce(sum(uses.value::int), 0) FROM card_month,"
            " jsonb_each_text(card_month.uses) AS uses WHERE uses.key NOT LIKE '%/%'"
        ).fetchone()
    assert row is not None
    assert len(dict(recorded)) == len(recorded)
    return dict(recorded), int(row[0])
