"""Fifty tills at once, and a card with one use left."""

import hashlib
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.models import Community
from loyalty.rules.calendar import Month
from loyalty.rules.discount import Basket
from loyalty.rules.money import Fen
from loyalty.rules.verdict import Verdict
from loyalty.services.checkout import sale as sale_module
from loyalty.services.checkout.appraisal import ShownCard, appraise
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.redeeming import redeem
from loyalty.services.checkout.sale import RECORD_SALE, RedeemCard
from tests.given import SECRET, given_card, given_community, given_shop, given_till
from tests.kept_database import plain
from tests.serving import free_port, start, stop, workers_of

TILLS = 50
ROUNDS = int(os.environ.get("LOYALTY_LAST_USES", "15"))
"""Cards of which one use is left; `make faults` tries fifty."""
ROUNDS_OF_THE_CONTROL = 5
USES_A_DAY = 3
TIMEZONE = "Asia/Shanghai"

GUARD = """     WHERE (%(saved_limit)s::int IS NULL
            OR used.saved_fen + excluded.saved_fen <= %(saved_limit)s::int)
       AND (%(day_limit)s::int IS NULL
            OR coalesce((used.uses ->> %(of_day)s)::int, 0) < %(day_limit)s::int)
       AND (%(shop_limit)s::int IS NULL
            OR coalesce((used.uses ->> %(at_shop)s)::int, 0) < %(shop_limit)s::int)
"""
"""The condition of the sale's statement that a control leaves out."""


@dataclass(frozen=True)
class Market:
    """Fifty tills of ten shops, and cards that work this month."""

    database: str
    tokens: list[str]
    cards: list[str]
    ids: list[str]


@pytest.fixture
def market(database: str) -> Market:
    tokens = [f"till_{uuid4().hex}" for _ in range(TILLS)]
    engine = create_engine(database)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        community = given_community(session, uses_per_day=USES_A_DAY, uses_per_shop_day=None)
        shops = [given_shop(session, community) for _ in range(10)]
        for place, token in enumerate(tokens):
            given_till(
                session, shops[place % 10], token_hash=hashlib.sha256(token.encode()).digest()
            )
        cards = [_card(session, community) for _ in range(ROUNDS)]
    engine.dispose()
    return Market(database, tokens, [card for card, _ in cards], [id_ for _, id_ in cards])


def _card(session: Session, community: Community) -> tuple[str, str]:
    month = Month.of(community_now(TIMEZONE).date())
    card = given_card(session, community, valid_from=month.first, state="active")
    return card.token, str(card.id)


def recorded(market: Market, place: int) -> int:
    with psycopg.connect(plain(market.database)) as connection:
        row = connection.execute(
            "SELECT count(*) FROM redemption WHERE card_id = %s", (market.ids[place],)
        ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    """Fifty people at fifty tills."""
    with ThreadPoolExecutor(TILLS) as pool:
        yield pool


def at_once(crowd: ThreadPoolExecutor, act: Callable[[int], str]) -> Counter[str]:
    """Let all act at the same moment; return how often each answer came."""
    line = threading.Barrier(TILLS)

    def one(place: int) -> str:
        line.wait()
        return act(place)

    return Counter(crowd.map(one, range(TILLS)))


def test_with_one_use_left_fifty_tills_at_once_record_one(
    market: Market, crowd: ThreadPoolExecutor, tmp_path: Path
) -> None:
    port = free_port()
    environ = {
        "LOYALTY_DATABASE_URL": market.database,
        "LOYALTY_DATA_DIR": str(tmp_path),
        "LOYALTY_SECRET_KEY": SECRET,
    }
    service = start(environ, port, "--workers", "2")
    url = f"http://127.0.0.1:{port}/api/v1/redemptions"
    tills = [
        httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=120, trust_env=False)
        for token in market.tokens
    ]

    def sell(place: int, card: str) -> str:
        answer = tills[place].post(
            url,
            json={"code": card, "total_fen": 1290},
            headers={"Idempotency-Key": str(uuid4())},
        )
        return str(answer.json()["verdict"])

    for place, card in enumerate(market.cards):
        assert [sell(till, card) for till in range(USES_A_DAY - 1)] == ["ok"] * (USES_A_DAY - 1)

        verdicts = at_once(crowd, partial(sell, card=card))

        assert verdicts == {"ok": 1, "over_limit": TILLS - 1}
        assert recorded(market, place) == USES_A_DAY
    assert [bool(worker.net_connections()) for worker in workers_of(service)] == [True, True]
    for till in tills:
        till.close()
    stop(service)


def test_looking_before_writing_records_more(
    market: Market, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what the service would do if it looked first and wrote without a condition."""
    unguarded = RECORD_SALE.replace(GUARD, "")
    assert unguarded != RECORD_SALE
    monkeypatch.setattr(sale_module, "RECORD_SALE", unguarded)
    now = community_now(TIMEZONE)
    connections = [psycopg.connect(plain(market.database), autocommit=True) for _ in range(TILLS)]
    directories = [Directory() for _ in range(TILLS)]

    def sell(place: int, card: str) -> str:
        connection, directory, token = connections[place], directories[place], market.tokens[place]
        shown = ShownCard(card, Basket(Fen(1290)))
        verdict = appraise(connection, directory, token, shown, at=now).verdict
        if verdict is Verdict.OK:
            redeem(connection, directory, token, RedeemCard(shown, uuid4()), now=now)
        return verdict.value

    one_by_one, *raced = market.cards[: ROUNDS_OF_THE_CONTROL + 1]
    assert Counter(sell(till, one_by_one) for till in range(TILLS)) == {
        "ok": USES_A_DAY,
        "over_limit": TILLS - USES_A_DAY,
    }
    for card in raced:
        at_once(crowd, partial(sell, card=card))
    for connection in connections:
        connection.close()

    sales = [recorded(market, place) for place in range(1, ROUNDS_OF_THE_CONTROL + 1)]
    assert max(sales) > USES_A_DAY
