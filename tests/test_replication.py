"""While the wait for another machine is cut short, nobody is told that something is done.

The other machine is one that does not exist, so that every commit waits until it is cut short.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.database import forget_connections
from loyalty.models import Community, Redemption, Resident
from loyalty.replication import SureConnection, UnreplicatedError
from loyalty.services.actors import Role
from tests.given import given_card, given_shop, paired_till, signed_in
from tests.given_sales import SALES
from tests.kept_database import name_of, named, plain

CUT_SHORT = """
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
WHERE wait_event = 'SyncRep' AND datname = %s
"""

Answering = Callable[[], TestResponse]


class Standby:
    """Another machine, which every commit waits for."""

    def __init__(self, database: str, connection: psycopg.Connection) -> None:
        self.name = name_of(database)
        self.connection = connection

    def order(self, what: str) -> None:
        self.connection.execute(what)
        self.connection.execute("SELECT pg_reload_conf()")

    def is_away(self) -> None:
        self.order(f"ALTER DATABASE {self.name} SET synchronous_commit = on")
        self.order("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        forget_connections()

    def is_back(self) -> None:
        self.order("ALTER SYSTEM RESET synchronous_standby_names")
        self.order(f"ALTER DATABASE {self.name} RESET synchronous_commit")

    def cut_waits_short(self, answer: Future[Any]) -> int:
        """Cut short every wait until there is an answer; return how many there were."""
        cut = 0
        while not answer.done():
            cut += self.connection.execute(CUT_SHORT, (self.name,)).rowcount
        return cut


@pytest.fixture
def standby(app: Flask, session: Session, database: str) -> Iterator[Standby]:
    app.testing = False
    with psycopg.connect(plain(named(database, "postgres")), autocommit=True) as connection:
        standby = Standby(database, connection)
        yield standby
        standby.is_back()
    session.close()
    forget_connections()
    app.testing = True


def answered(standby: Standby, ask: Answering) -> tuple[TestResponse, int]:
    """Return an answer, and how many waits were cut short for it."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask)
        cut = standby.cut_waits_short(answer)
        return answer.result(), cut


@pytest.fixture
def asks(
    request: pytest.FixtureRequest, app: Flask, session: Session, community: Community
) -> Answering:
    """A call that records something under a key, sent the same each time."""
    key = {"Idempotency-Key": str(uuid4())}
    body: dict[str, Any]
    if request.param is Redemption:
        card = given_card(session, community)
        till = paired_till(session, given_shop(session, community))
        address, headers = SALES, {**till, **key}
        body = {"code": card.token, "total_fen": 1000}
    else:
        staff = signed_in(session, community, Role.MANAGER)
        address, headers = "/api/v1/residents", {**staff, **key}
        body = {"name": "单雪梅", "unit": "3号楼501", "adult": True, "household_ref": "H-1"}
    session.commit()
    return lambda: FlaskClient(app).post(address, headers=headers, json=body)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("asks", "model"), [(Redemption, Redemption), (Resident, Resident)], indirect=["asks"]
)
def test_it_is_told_as_not_done_until_another_machine_has_it(
    session: Session, standby: Standby, asks: Answering, model: type[Redemption | Resident]
) -> None:
    before = session.scalar(select(func.count()).select_from(model))
    session.close()
    standby.is_away()

    first, cut_first = answered(standby, asks)
    again, cut_again = answered(standby, asks)
    standby.is_back()
    at_last = asks()

    assert (first.status_code, again.status_code) == (503, 503)
    assert int(first.headers["Retry-After"]) > 0
    assert min(cut_first, cut_again) > 0
    assert at_last.status_code in {200, 201}
    assert session.scalar(select(func.count()).select_from(model)) == (before or 0) + 1


def test_psycopg_alone_would_take_it_for_done(standby: Standby, database: str) -> None:
    """The control: without our looking at the warning there is no error."""

    def commit(kind: type[psycopg.Connection[Any]]) -> None:
        with kind.connect(plain(database)) as connection:
            connection.execute("CREATE TEMPORARY TABLE written ()")
            connection.execute("SELECT pg_logical_emit_message(true, 'test', 'one')")
            connection.commit()

    standby.is_away()
    for kind, refused in ((psycopg.Connection, False), (SureConnection, True)):
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(commit, kind)
            standby.cut_waits_short(done)
        assert isinstance(done.exception(), UnreplicatedError) is refused
