"""Tills come back after a week without network: each sale counts once, and the doubtful are listed.

``LOYALTY_LATE_TILLS=20x500`` asks for as many tills, and sales of each, as the programme promises;
`make late` sets it.
"""

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import Cursor
from psycopg.rows import dict_row
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from tests.faults.late_week import (
    LateTill,
    Week,
    assert_every_number_has_arrived,
    assert_the_week_is_recorded_once,
    given_week,
    shuffled_uploads,
)
from tests.given import SECRET
from tests.kept_database import new_database, plain
from tests.serving import free_port, start, stop, workers_of

TILLS, SALES = map(int, os.environ.get("LOYALTY_LATE_TILLS", "6x100").split("x"))
QUIET = "LOYALTY_LATE_TILLS" in os.environ
"""Whether nothing runs beside these tests, so that seconds may be judged."""
LONGEST_UPLOAD = 60
"""Seconds for everything."""
UPLOADERS = 8

DISTURBANCES = 5


@pytest.fixture(scope="module")
def market(server: str) -> Iterator[str]:
    """The address of a database for all tests here."""
    with new_database(server) as url:
        yield url


@pytest.fixture(scope="module")
def service(market: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the service, really running in two processes."""
    port = free_port()
    environ = {
        "LOYALTY_DATABASE_URL": market,
        "LOYALTY_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "LOYALTY_SECRET_KEY": SECRET,
    }
    process = start(environ, port, "--workers", "2")
    yield f"http://127.0.0.1:{port}/api/v1"
    assert [bool(worker.net_connections()) for worker in workers_of(process)] == [True, True]
    stop(process)


@pytest.fixture
def week(market: str) -> Week:
    engine = create_engine(market)
    with Session(engine, expire_on_commit=False) as session:
        week = given_week(session, tills=TILLS, sales=SALES)
    engine.dispose()
    return week


@pytest.fixture
def book(market: str) -> Iterator[Cursor[dict[str, Any]]]:
    """The tables, read past the service."""
    with psycopg.connect(plain(market), row_factory=dict_row, autocommit=True) as connection:
        yield connection.cursor()


def upload_all(week: Week, service: str) -> Mapping[str, Sequence[Any]]:
    """Upload everything doubled, from several tills at once; return the answers by key.

    An upload in which the service breaks has no answers: its till would send it again.
    """
    answers = defaultdict(list)
    with (
        httpx.Client(base_url=service, timeout=LONGEST_UPLOAD, trust_env=False) as line,
        ThreadPoolExecutor(UPLOADERS) as crowd,
    ):
        for results in crowd.map(partial(_upload, line), shuffled_uploads(week)):
            for result in results:
                answers[result["idempotency_key"]].append(result)
    return answers


def _upload(line: httpx.Client, upload: tuple[LateTill, Sequence[Any]]) -> Sequence[Any]:
    till, items = upload
    headers = {"Authorization": f"Bearer {till.token}"}
    answer = line.post("/redemptions/sync", headers=headers, json={"items": items})
    if answer.is_server_error:
        return []
    assert answer.status_code == HTTPStatus.OK, answer.text
    results: list[Any] = answer.json()["results"]
    return results


def test_a_week_without_network_is_recorded_once(
    week: Week, service: str, book: Cursor[dict[str, Any]]
) -> None:
    began = time.monotonic()

    answers = upload_all(week, service)

    took = time.monotonic() - began
    kinds = Counter(case["kind"] for case in book.execute("SELECT kind FROM sale_case"))
    print(f"{TILLS} x {SALES} sales, each sent twice: {took:.1f} s, {dict(kinds)}")  # noqa: T201  # the figures `make late` is for
    assert not QUIET or took <= LONGEST_UPLOAD
    for row in book.execute("SELECT idempotency_key, receipt, flag FROM redemption").fetchall():
        answered = answers[str(row["idempotency_key"])]
        outcomes = ["flagged" if row["flag"] else "recorded", "replayed"]
        assert sorted(answer["outcome"] for answer in answered) == outcomes
        assert {answer["receipt"] for answer in answered} == {row["receipt"]}
    assert_the_week_is_recorded_once(week, book)
    assert_every_number_has_arrived(week, service)


def test_uploads_that_are_cut_off_anywhere_lose_nothing(
    week: Week, service: str, book: Cursor[dict[str, Any]]
) -> None:
    with ThreadPoolExecutor(1) as tills:
        uploads = tills.submit(upload_all, week, service)
        for share in range(1, DISTURBANCES + 1):
            enough = TILLS * SALES * share // (DISTURBANCES * 2)
            while _recorded(book, week) < enough and not uploads.done():
                time.sleep(0.001)
            book.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        answers = uploads.result()
    assert sum(map(len, answers.values())) < 2 * TILLS * SALES

    # A till sends again what was not answered; the first to do so meet connections that are dead.
    answered: set[str] = set()
    for _ in range(3):
        answered |= upload_all(week, service).keys()
    assert len(answered) == TILLS * SALES

    assert_the_week_is_recorded_once(week, book)
    assert_every_number_has_arrived(week, service)


def _recorded(book: Cursor[dict[str, Any]], week: Week) -> int:
    row = book.execute(
        "SELECT count(*) AS sales FROM redemption WHERE community_id = %s", (week.community_id,)
    ).fetchone()
    assert row is not None
    return int(row["sales"])
