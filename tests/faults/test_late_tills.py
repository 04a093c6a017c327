"""Tills come back after a week without network: each sale counts once, and the doubtful are listed.

``LOYALTY_LATE_TILLS=20x500`` asks for as many tills, and sales of each, as the programme promises;
`make late` sets it.
"""

import hashlib
import os
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from http import HTTPStatus
from itertools import combinations
from math import floor
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from psycopg import Cursor
from psycopg.rows import dict_row
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.models import Card, Community, Shop
from loyalty.rules.calendar import Month
from loyalty.rules.offline import IMPOSSIBLE_WITHIN
from loyalty.services.actors import Role
from tests.conftest import SECRET, plain
from tests.given import given_card, given_community, given_shop, given_till, signed_in
from tests.given_late_sales import Device, late_sale
from tests.serving import free_port, start, stop, workers_of

TILLS, SALES = map(int, os.environ.get("LOYALTY_LATE_TILLS", "6x100").split("x"))
LONGEST_UPLOAD = 60
"""Seconds for everything."""

DAYS = 7
USES_A_DAY = 2
SALES_A_CARD = 10
"""In the week, on average: enough for some cards to go over their limit on some days."""
SALES_AN_UPLOAD = SALES // 2
UPLOADERS = 8
TIMEZONE = "Asia/Shanghai"
CHANCE = Random(20261209)  # noqa: S311  # the same week in every run, and no secret


@dataclass(frozen=True, slots=True)
class LateTill:
    """A till with what it sold in the week."""

    id: UUID
    shop_id: UUID
    token: str
    items: Sequence[dict[str, Any]]
    """Numbered, chained and signed in the order they were sold."""


@dataclass(frozen=True, slots=True)
class Week:
    """Everything that was sold without network."""

    database: str
    tills: Sequence[LateTill]
    cards: Mapping[str, UUID]
    """Ids by their tokens; the first one was revoked meanwhile."""
    staff: dict[str, str]


@pytest.fixture
def week(database: str) -> Iterator[Week]:
    now = community_now(TIMEZONE)
    engine = create_engine(database)
    with Session(engine, expire_on_commit=False) as session:
        community = given_community(session, uses_per_day=USES_A_DAY, uses_per_shop_day=None)
        cards = [_card(session, community, now) for _ in range(TILLS * SALES // SALES_A_CARD)]
        cards[0].state = "revoked"
        tokens = [card.token for card in cards]
        shops = [given_shop(session, community) for _ in range(TILLS // 2)]
        tills = [_till(session, shop, tokens, now) for shop in shops for _ in range(2)]
        staff = signed_in(session, community, Role.STAFF)
    engine.dispose()
    return Week(database, tills, {card.token: card.id for card in cards}, staff)


def _card(session: Session, community: Community, now: datetime) -> Card:
    first = Month.of((now - timedelta(days=DAYS + 1)).date()).first
    return given_card(session, community, valid_from=first, valid_until=Month.of(now.date()).last)


def _till(session: Session, shop: Shop, tokens: Sequence[str], now: datetime) -> LateTill:
    """A till that has sold all week, and to the last card when every other till did."""
    device, token = Device(), f"till_{uuid4().hex}"
    till = given_till(
        session,
        shop,
        token_hash=hashlib.sha256(token.encode()).digest(),
        device_public_key=device.public_key,
    )
    sales = [_sale(tokens, now) for _ in range(SALES - 1)]
    sales.append(_sale(tokens[-1:], now, ago=timedelta(hours=3)))
    sales.sort(key=itemgetter("happened_at"))
    return LateTill(till.id, shop.id, token, [device.seal(sale) for sale in sales])


def _sale(tokens: Sequence[str], now: datetime, *, ago: timedelta | None = None) -> dict[str, Any]:
    total = CHANCE.randint(1, 50_000)
    ago = ago or timedelta(seconds=CHANCE.randint(1, DAYS * 24 * 3600))
    return late_sale(
        CHANCE.choice(tokens),
        at=now - ago,
        total_fen=total,
        excluded_fen=CHANCE.choice([0, 0, total // 3]),
    )


@pytest.fixture
def service(week: Week, tmp_path: Path) -> Iterator[str]:
    """The address of the service, really running in two processes."""
    port = free_port()
    environ = {
        "LOYALTY_DATABASE_URL": week.database,
        "LOYALTY_DATA_DIR": str(tmp_path),
        "LOYALTY_SECRET_KEY": SECRET,
    }
    process = start(environ, port, "--workers", "2")
    yield f"http://127.0.0.1:{port}/api/v1"
    assert [bool(worker.net_connections()) for worker in workers_of(process)] == [True, True]
    stop(process)


@pytest.fixture
def book(week: Week) -> Iterator[Cursor[dict[str, Any]]]:
    """The tables, to be read past the service."""
    with psycopg.connect(plain(week.database), row_factory=dict_row) as connection:
        yield connection.cursor()


def uploads_of(till: LateTill) -> Iterator[tuple[LateTill, Sequence[dict[str, Any]]]]:
    """Every sale of a till twice, shuffled: some twice in one upload, some in two."""
    items = [*till.items, *till.items]
    CHANCE.shuffle(items)
    for begin in range(0, len(items), SALES_AN_UPLOAD):
        yield till, items[begin : begin + SALES_AN_UPLOAD]


def upload_all(week: Week, service: str) -> Mapping[str, Sequence[Any]]:
    """Upload everything doubled, from several tills at once; return the answers by key."""
    uploads = [upload for till in week.tills for upload in uploads_of(till)]
    CHANCE.shuffle(uploads)
    answers = defaultdict(list)

    def send(upload: tuple[LateTill, Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
        till, items = upload
        headers = {"Authorization": f"Bearer {till.token}"}
        answer = line.post("/redemptions/sync", headers=headers, json={"items": items})
        assert answer.status_code == HTTPStatus.OK, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    with (
        httpx.Client(base_url=service, timeout=LONGEST_UPLOAD, trust_env=False) as line,
        ThreadPoolExecutor(UPLOADERS) as crowd,
    ):
        for results in crowd.map(send, uploads):
            for result in results:
                answers[result["idempotency_key"]].append(result)
    return answers


def payable(item: Mapping[str, Any]) -> int:
    """What the customer pays at 8.5折, reckoned apart from our rules."""
    part = item["total_fen"] - item["excluded_fen"]
    return floor(Fraction(part) * 85 / 100) + int(item["excluded_fen"])


def test_a_week_without_network_is_recorded_once(
    week: Week, service: str, book: Cursor[dict[str, Any]]
) -> None:
    began = time.monotonic()
    answers = upload_all(week, service)
    took = time.monotonic() - began

    sales = {item["idempotency_key"]: (till, item) for till in week.tills for item in till.items}
    rows = {str(row["idempotency_key"]): row for row in book.execute("SELECT * FROM redemption")}
    cases = book.execute("SELECT * FROM sale_case").fetchall()
    kinds = Counter(case["kind"] for case in cases)
    print(f"{TILLS} x {SALES} sales, each sent twice: {took:.1f} s, {dict(kinds)}")  # noqa: T201  # the figures `make late` is for
    assert took <= LONGEST_UPLOAD
    assert answers.keys() == rows.keys() == sales.keys()
    for key, (till, item) in sales.items():
        assert_recorded_once(rows[key], till, item, answers[key])
    assert_sums_are_right(week, rows.values(), book)
    assert_flags_are_right(week, rows.values())
    assert_cases_are_right(rows.values(), cases)
    assert_numbers_are_whole(week, service)


def assert_recorded_once(
    row: Mapping[str, Any], till: LateTill, item: Mapping[str, Any], answers: Sequence[Any]
) -> None:
    outcomes = ["flagged" if row["flag"] else "recorded", "replayed"]
    assert sorted(answer["outcome"] for answer in answers) == outcomes
    assert {answer["receipt"] for answer in answers} == {row["receipt"]}
    assert (row["till_id"], row["shop_id"], row["offline"]) == (till.id, till.shop_id, True)
    assert row["happened_at"] == datetime.fromisoformat(item["happened_at"])
    assert (row["total_fen"], row["payable_fen"]) == (item["total_fen"], payable(item))


def assert_sums_are_right(
    week: Week, rows: Iterable[Mapping[str, Any]], book: Cursor[dict[str, Any]]
) -> None:
    """What each card saved is what was sold to it, and what its months have counted."""
    sold: Counter[UUID] = Counter()
    for till in week.tills:
        for item in till.items:
            sold[week.cards[item["code"]]] += item["total_fen"] - payable(item)
    recorded: Counter[UUID] = Counter()
    for row in rows:
        recorded[row["card_id"]] += row["saved_fen"]
    counted: Counter[UUID] = Counter()
    for month in book.execute("SELECT card_id, saved_fen FROM card_month"):
        counted[month["card_id"]] += month["saved_fen"]

    assert sold == recorded == counted


def assert_flags_are_right(week: Week, rows: Iterable[Mapping[str, Any]]) -> None:
    """Of the uses of a card on a day all but the first two are over the limit."""
    revoked = next(iter(week.cards.values()))
    uses: Counter[tuple[UUID, date]] = Counter()
    flags: dict[tuple[UUID, date], Counter[str | None]] = defaultdict(Counter)
    for row in rows:
        uses[row["card_id"], row["happened_on"]] += 1
        flags[row["card_id"], row["happened_on"]][row["flag"]] += 1
    for (card, day), times in uses.items():
        within = min(times, USES_A_DAY)
        wanted = (
            {"revoked": times} if card == revoked else {None: within, "over_limit": times - within}
        )
        assert flags[card, day] == Counter(wanted)
    assert {"revoked", "over_limit"} <= {flag for found in flags.values() for flag in +found}


def assert_cases_are_right(
    rows: Collection[Mapping[str, Any]], cases: Sequence[Mapping[str, Any]]
) -> None:
    """Each flagged sale is one case, and of two sales at impossible times the later to arrive."""
    about = defaultdict(list)
    for case in cases:
        about[case["kind"]].append(case["redemption_id"])
    impossible = [frozenset(pair) for pair in impossible_pairs(rows)]
    listed = [
        frozenset({case["redemption_id"], case["other_redemption_id"]})
        for case in cases
        if case["kind"] == "impossible_times"
    ]

    assert about.keys() == {"flagged", "impossible_times"}
    assert sorted(about["flagged"]) == sorted(row["id"] for row in rows if row["flag"])
    assert set(listed) <= set(impossible)
    assert all(pair & set(about["impossible_times"]) for pair in impossible)


def impossible_pairs(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[UUID, UUID]]:
    by_card = defaultdict(list)
    for row in rows:
        by_card[row["card_id"]].append(row)
    for sales in by_card.values():
        for one, other in combinations(sales, 2):
            apart = abs(one["happened_at"] - other["happened_at"])
            if one["shop_id"] != other["shop_id"] and apart < IMPOSSIBLE_WITHIN:
                yield one["id"], other["id"]


def assert_numbers_are_whole(week: Week, service: str) -> None:
    for till in week.tills:
        address = f"{service}/tills/{till.id}/numbering"
        report = httpx.get(address, headers=week.staff, trust_env=False).json()
        assert (report["arrived"], report["highest"]) == (SALES, SALES)
        assert report["gaps"] == report["clones"] == report["broken"] == []
