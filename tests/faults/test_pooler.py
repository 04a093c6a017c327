"""The service behind PgBouncer, which hands each connection on after every transaction."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL, make_url
from sqlalchemy.exc import OperationalError

from loyalty.app import create_app
from loyalty.clock import community_now
from loyalty.commands.backup_file import BackupError
from loyalty.commands.dump import contents_of
from loyalty.commands.work import carry_out_next
from loyalty.database import db, migrate, transaction
from loyalty.models import Community
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from loyalty.settings import Settings
from tests.commands.test_work import given_batch
from tests.given import (
    AUTHENTICATOR,
    SECRET,
    given_account,
    given_card,
    given_community,
    given_round,
    given_shop,
    paired_till,
    quick_hash,
    sale_key,
    signed_in,
)
from tests.given_tables import HEADINGS, act, text, upload
from tests.kept_database import named, plain
from tests.present import present
from tests.serving import free_port

CONNECTIONS, CALLERS, TURNS = 2, 8, 8
"""Connections to PostgreSQL, how many share them, and how often each does what it does: more often
than psycopg runs a statement before it prepares it.
"""
TIMEZONE = "Asia/Shanghai"
PASSWORD = "a long enough password"

CONFIGURATION = """
[databases]
* = host={host} port={port} user={user} connect_query='{asked}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listens}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
"""
ASKED = "SET timezone TO UTC; SET statement_timeout TO 60000; SET random_page_cost TO 1.1"
LONGEST_START = 120


@pytest.fixture
def pooled(server: str) -> Iterator[str]:
    """The address of a database without tables behind a pooler, as the handbook sets it up."""
    name, port = f"pooled_{uuid4().hex}", free_port()
    execute(server, f"CREATE DATABASE {name} TEMPLATE template0")
    # Not below pytest's own folder, which is shut to the database's user.
    folder = Path(tempfile.mkdtemp(prefix="loyalty-pooler-"))
    folder.chmod(0o755)
    where = make_url(server)
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(
        CONFIGURATION.format(
            host=where.query.get("host") or where.host,
            port=where.port or 5432,
            user=where.username,
            asked=ASKED,
            listens=port,
            connections=CONNECTIONS,
        ),
        "utf-8",
    )
    process = subprocess.Popen(  # noqa: S603  # as the handbook starts it
        [found_pooler(), "--quiet", configuration], user=database_user(where)
    )
    try:
        url = URL.create(
            "postgresql+psycopg", where.username, host="127.0.0.1", port=port, database=name
        ).render_as_string()
        await_pooler(url)
        yield url
    finally:
        process.terminate()
        process.wait(LONGEST_START)
        shutil.rmtree(folder)
        execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def found_pooler() -> str:
    """Return where PgBouncer is; `make test` installs it."""
    found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found is not None, "make pgbouncer"
    return found


def database_user(where: URL) -> str | None:
    """Return who may reach the database's socket, for PgBouncer does not run as root."""
    if os.getuid() != 0:
        return None
    host = where.query.get("host")
    return Path(str(host)).owner() if host else "nobody"


def await_pooler(url: str) -> None:
    """Wait until it answers."""
    deadline = time.monotonic() + LONGEST_START
    while True:
        try:
            psycopg.connect(plain(url)).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


def execute(server: str, statement: str) -> None:
    """Run a statement beside the pooler."""
    with psycopg.connect(plain(named(server, "postgres")), autocommit=True) as connection:
        connection.execute(statement)


def service_on(url: str, folder: Path, *, pooled: bool) -> Flask:
    """Return the service on a database."""
    return create_app(
        Settings(
            data_dir=folder,
            database_url=url,
            secret_key=SECRET,
            base_url="http://loyalty.test",
            limit_rates=False,
            pooled=pooled,
        )
    )


@pytest.fixture
def service(pooled: str, tmp_path: Path) -> Iterator[Flask]:
    """The service behind the pooler, which made its tables through it."""
    migrate(pooled)
    app = service_on(pooled, tmp_path, pooled=True)
    with app.app_context():
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def town(service: Flask) -> Community:
    """A community in it."""
    assert service
    community = given_community(db.session(), uses_per_shop_day=None)
    db.session.commit()
    return community


def all_at_once(
    service: Flask, turn: Callable[[FlaskClient, int], int], *, turns: int = TURNS
) -> list[int]:
    """Let all callers take their turns at the same time; return the status of each."""

    def take_turns(caller: int) -> list[int]:
        client = service.test_client()
        return [turn(client, caller * turns + place) for place in range(turns)]

    with ThreadPoolExecutor(CALLERS) as callers:
        return [status for some in callers.map(take_turns, range(CALLERS)) for status in some]


def test_tills_ask_and_sell(service: Flask, town: Community) -> None:
    session = db.session()
    month = Month.of(community_now(TIMEZONE).date())
    cards = [given_card(session, town, valid_from=month.first).token for _ in range(CALLERS)]
    tills = [paired_till(session, given_shop(session, town)) for _ in range(CALLERS)]

    def sell(client: FlaskClient, turn: int) -> int:
        asked = {"code": cards[turn % CALLERS], "total_fen": 1000}
        till = tills[turn // TURNS]
        shown = client.post("/api/v1/validations", headers=till, json=asked)
        assert shown.json["verdict"] == "ok"
        return client.post(
            "/api/v1/redemptions", headers={**till, **sale_key()}, json=asked
        ).status_code

    assert all_at_once(service, sell) == [HTTPStatus.CREATED] * CALLERS * TURNS


def test_people_sign_in_and_take_tables_in(service: Flask, town: Community) -> None:
    session = db.session()
    clerks = [
        given_account(session, town, Role.STAFF, password_hash=quick_hash(PASSWORD))
        for _ in range(CALLERS * 2)
    ]
    usernames = [one.username for one in clerks]
    session.commit()

    def take_in(client: FlaskClient, turn: int) -> int:
        # The code of now: others may have been at it for longer than a code lasts.
        shown = {"username": usernames[turn], "password": PASSWORD, "totp": AUTHENTICATOR.now()}
        token = client.post("/api/v1/tokens", json=shown).json["token"]
        staff = {"Authorization": f"Bearer {token}"}
        person = ("张小明", f"3号楼{turn}", "是", f"H-{turn}")
        report = upload(client, staff, text(HEADINGS, person))
        assert report.status_code == HTTPStatus.CREATED, report.json
        return act(client, staff, report.json, "apply").status_code

    assert all_at_once(service, take_in, turns=2) == [HTTPStatus.OK] * CALLERS * 2


def test_rounds_move_on(service: Flask, town: Community) -> None:
    session = db.session()
    months = [Month(2027, 1).plus(place).first for place in range(CALLERS * TURNS)]
    rounds = [given_round(session, town, month=month).id for month in months]
    staff = signed_in(session, town, Role.STAFF)

    def open_round(client: FlaskClient, turn: int) -> int:
        address = f"/api/v1/rounds/{rounds[turn]}/actions"
        return client.post(address, headers=staff, json={"action": "open"}).status_code

    assert all_at_once(service, open_round) == [HTTPStatus.OK] * CALLERS * TURNS


def test_batches_are_drawn_by_two_workers_at_once(service: Flask, town: Community) -> None:
    session = db.session()
    jobs = [given_batch(session, town, 2, at_once=1, now=community_now(TIMEZONE))[0] for _ in "ab"]

    def work_on(_: int) -> None:
        with service.app_context():
            while carry_out_next():
                pass
            db.session.remove()

    with ThreadPoolExecutor(CONNECTIONS) as workers:
        list(workers.map(work_on, range(CONNECTIONS)))

    for job in jobs:
        session.refresh(job)
        assert (job.done, job.finished_at is not None) == (2, True)


def test_a_server_that_vanishes_is_given_up_before_its_callers_are(service: Flask) -> None:
    assert service
    connection = present(db.session().connection().connection.driver_connection)

    with socket.socket(fileno=os.dup(connection.fileno())) as line:
        silent = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        idle, between, times = (
            line.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        )
    assert (silent, idle + between * times) == (25_000, 25)


def test_without_the_setting_the_pooler_refuses_the_service(pooled: str, tmp_path: Path) -> None:
    app = service_on(pooled, tmp_path, pooled=False)

    refusal = pytest.raises(OperationalError, match="startup parameter")
    with app.app_context(), refusal, transaction() as session:
        session.connection()
    with pytest.raises(BackupError, match=r"could not be read: .+startup parameter"):
        contents_of(pooled)


def test_what_is_prepared_meets_another_connection(pooled: str) -> None:
    """The control: the connections are handed on in truth."""

    def ask_often(caller: int) -> None:
        with psycopg.connect(plain(pooled), autocommit=True) as connection:
            for _ in range(CALLERS * TURNS):
                connection.execute("SELECT %s::int", (caller,))

    lost = pytest.raises(psycopg.Error, match="prepared statement")
    with ThreadPoolExecutor(CALLERS) as callers, lost:
        list(callers.map(ask_often, range(CALLERS)))
