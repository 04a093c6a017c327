"""While the database is away, everybody is told to try again a little later."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import errors
from sqlalchemy.exc import OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoConnectionLeftError
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from loyalty.database import is_away
from loyalty.rules.card_number import number_of
from loyalty.services.actors import Role
from tests.given import (
    given_card,
    given_community,
    given_shop,
    paired_till,
    sale_key,
    signed_in,
)
from tests.given_late_sales import SYNC, late_sale
from tests.given_sales import SALES
from tests.kept_database import name_of, named, plain
from tests.pages.visits import enter, this_month


@dataclass(frozen=True)
class Operator:
    """Somebody at the database's server."""

    name: str
    connection: psycopg.Connection

    def order(self, what: str) -> None:
        self.connection.execute(f"ALTER DATABASE {self.name} {what}")

    def shut(self) -> None:
        """Let nobody in any more, and put out whoever is in."""
        self.order("ALLOW_CONNECTIONS false")
        self.connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            (self.name,),
        )

    def reopen(self) -> None:
        self.order("ALLOW_CONNECTIONS true")


@pytest.fixture
def operator(app: Flask, database: str) -> Iterator[Operator]:
    # A test's app shows what breaks instead of answering, unless it is told that it is none.
    app.testing = False
    with psycopg.connect(plain(named(database, "postgres")), autocommit=True) as connection:
        operator = Operator(name_of(database), connection)
        yield operator
        operator.reopen()
        operator.order("RESET ALL")
    app.testing = True


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Every page and call of the service, with whatever id."""
    for rule in app.url_map.iter_rules():
        for verb in sorted({"GET", "POST", "PATCH", "DELETE"} & (rule.methods or set())):
            yield verb, address_of(app, rule)


def address_of(app: Flask, rule: Rule) -> str:
    examples: dict[str, Any] = {
        "action": "suspend",
        "filename": "nothing.css",
        "kind": "residents",
        "month": "2026-12",
        "side": "front",
        "slug": "market",
        "year": 2026,
    }
    values = {name: examples.get(name, uuid.uuid4()) for name in rule.arguments}
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)


def test_nothing_breaks_and_everything_works_again(
    client: FlaskClient, session: Session, operator: Operator
) -> None:
    community = given_community(session)
    card = given_card(session, community)
    till = paired_till(session, given_shop(session, community))
    manager = signed_in(session, community, Role.MANAGER)
    enter(client, session, community, Role.MANAGER)
    session.close()
    operator.shut()

    answers = {
        (verb, address, kind): client.open(address, method=verb, headers=headers)
        for verb, address in addresses(client.application)
        for kind, headers in (("till", till), ("manager", manager))
    }

    statuses = {answer.status_code for answer in answers.values()}
    broken = {what for what, answer in answers.items() if answer.status_code == 500}
    assert broken == set()
    assert 503 in statuses
    for answer in answers.values():
        if answer.status_code == 503:
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.mimetype in {"application/problem+json", "text/html"}
    operator.reopen()
    shown = {"code": card.token}
    assert client.post("/api/v1/validations", headers=till, json=shown).status_code == 200


@pytest.mark.parametrize(
    ("verb", "address"),
    [
        ("GET", "/readyz"),
        ("POST", "/api/v1/validations"),
        ("POST", SALES),
        ("POST", SYNC),
        ("POST", "/api/v1/card-checks"),
        ("GET", "/shops"),
        ("GET", "/staff"),
        ("GET", "/staff/residents"),
    ],
)
def test_it_is_told_with_words(
    client: FlaskClient, session: Session, operator: Operator, verb: str, address: str
) -> None:
    community = given_community(session)
    till = paired_till(session, given_shop(session, community))
    enter(client, session, community, Role.STAFF)
    session.close()
    operator.shut()
    body = {"items": [late_sale("x")]} if address == SYNC else {"code": number_of("000000000001")}
    sent: Any = {"json": body} if verb == "POST" else {}

    answer = client.open(address, method=verb, headers={**till, **sale_key()}, **sent)

    assert answer.status_code == 503, answer.get_data(as_text=True)
    assert answer.headers["Retry-After"] == "2"
    if answer.mimetype == "application/problem+json":
        assert answer.json["type"] == "/problems/busy"
    else:
        assert "系统正忙" in answer.get_data(as_text=True)


def test_a_server_that_has_become_a_standby_is_asked_no_more(
    client: FlaskClient, session: Session, operator: Operator
) -> None:
    community = given_community(session)
    card = given_card(session, community, valid_from=this_month())
    till = paired_till(session, given_shop(session, community))
    session.close()
    sale = {"code": card.token, "total_fen": 1000}
    operator.order("SET default_transaction_read_only = on")
    operator.shut()
    operator.reopen()
    client.post(SALES, headers={**till, **sale_key()}, json=sale)
    while_reading = client.post(SALES, headers={**till, **sale_key()}, json=sale)
    operator.order("RESET default_transaction_read_only")

    written = client.post(SALES, headers={**till, **sale_key()}, json=sale)

    assert (while_reading.status_code, written.status_code) == (503, 201)


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (errors.AdminShutdown(), True),
        (errors.CannotConnectNow(), True),
        (errors.ConnectionFailure(), True),
        (errors.DeadlockDetected(), True),
        (errors.DiskFull(), True),
        (errors.ReadOnlySqlTransaction(), True),
        (errors.SerializationFailure(), True),
        (errors.TooManyConnections(), True),
        (psycopg.InterfaceError("the connection is closed"), True),
        (psycopg.OperationalError("connection refused"), True),
        (OperationalError("SELECT 1", {}, errors.AdminShutdown()), True),
        (PendingRollbackError(), True),
        (NoConnectionLeftError(), True),
        (errors.InFailedSqlTransaction(), False),
        (errors.NumericValueOutOfRange(), False),
        (errors.UndefinedTable(), False),
        (errors.UniqueViolation(), False),
        (KeyError(), False),
    ],
    ids=repr,
)
def test_what_is_the_databases_trouble(error: Exception, *, away: bool) -> None:
    assert is_away(error) is away
