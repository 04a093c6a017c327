"""However many communities there are, no statement reads rows of others on its way to its own."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from http import HTTPStatus
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from psycopg import Connection, Cursor
from sqlalchemy.orm import Session

from loyalty.database import db
from loyalty.prepared import fetch_one
from loyalty.services.actors import Role
from loyalty.services.checkout import appraisal, sale
from loyalty.services.checkout.appraisal import CARD_BY_SERIAL
from loyalty.services.checkout.sale import RECORD_SALE
from tests.api.test_two_communities import calls
from tests.given import given_card, given_shop, paired_till, sale_key, signed_in
from tests.given_late_sales import SYNC, late_sale
from tests.given_sales import SALES
from tests.kept_database import KeptDatabase, plain
from tests.many_communities import columns_that_tell_apart, copy_communities, tables_of_communities
from tests.pages.test_two_communities import pages
from tests.pages.visits import enter
from tests.two_communities import Two, copied_two, filled, ids_for

COPIES = 150
"""Of two communities: with three hundred an index is the nearer way already."""

CONTROLS = (
    ("SELECT id FROM redemption WHERE month = %s ORDER BY id", (date(2026, 12, 1),)),
    ("SELECT * FROM resident WHERE id = %s", (UUID(int=0),)),
    (
        """SELECT * FROM card JOIN resident ON resident.id = card.resident_id
            WHERE card.community_id = %s""",
        (UUID(int=0),),
    ),
)
"""Statements that have forgotten whose rows they want, and are caught."""

PLANNED = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}
"""How statements begin which have a plan."""

OF_ALL = re.compile(
    r"FROM signing_key JOIN community|SELECT community.id\s+FROM community\s+LIMIT"
    r"|FROM community JOIN oversight"
)
"""The set of all keys, which is published whole, whether there is more than one community, and
which of them an account above them reads."""

BROKEN = 500
"""The status from which on an answer says that something of ours is broken."""

TENANTS = {table.name: table for table in tables_of_communities()}

Statements = dict[str, Any]
"""What was asked → with which values."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """What is sent to the database from now on."""
    found: Statements = {}
    run = Cursor.execute

    def note(cursor: Any, query: Any, params: Any = None, **options: Any) -> Any:
        if isinstance(query, str) and query.split()[0] in PLANNED:
            found.setdefault(query, params)
        return run(cursor, query, params, **options)

    def note_prepared(connection: Any, query: str, params: Any) -> Any:
        found.setdefault(query, params)
        return fetch_one(connection, query, params)

    monkeypatch.setattr(Cursor, "execute", note)
    for module in (appraisal, sale):
        monkeypatch.setattr(module, "fetch_one", note_prepared)
    return found


def is_held(table: str, condition: str) -> bool:
    """Return whether a condition of an index leads to rows of one community alone.

    It names the community, or a value that no two communities share.
    """
    telling = {"community_id", *columns_that_tell_apart(TENANTS[table])}
    if table == "community":
        telling.add("id")
    return any(re.search(rf"\b{column}\b\)?(::text)? = ", condition) for column in telling)


def is_narrow(node: Mapping[str, Any], table: str) -> bool:
    """Return whether a node of a plan finds its rows by an index, among those of one community."""
    found = [is_narrow(one, table) for one in node.get("Plans", []) if "Bitmap" in one["Node Type"]]
    if node["Node Type"] == "BitmapAnd":
        return any(found)
    return all(found) if found else is_held(table, node.get("Index Cond", ""))


def read_beyond(node: Mapping[str, Any]) -> Iterator[str]:
    """Yield how a plan reads rows of other communities."""
    table = node.get("Relation Name")
    if table in TENANTS and node["Node Type"] != "ModifyTable" and not is_narrow(node, table):
        yield f"{node['Node Type']} of {table}: {node.get('Index Cond')} / {node.get('Filter')}"
    for below in node.get("Plans", []):
        yield from read_beyond(below)


def plan_of(connection: Connection[Any], statement: str, values: Any) -> Mapping[str, Any]:
    """Return how the database would carry a statement out."""
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}", values).fetchone()
    assert row is not None
    plan: Mapping[str, Any] = row[0][0]["Plan"]
    return plan


def send_all(app: Flask, session: Session, two: Two) -> None:
    """Make every call of the API, open every page of the console, and let a till sell."""
    card = given_card(session, two.community, state="active")
    till = paired_till(session, given_shop(session, two.community))
    client = app.test_client()
    enter(client, session, two.community, *Role)
    for page in pages(app, "GET"):
        assert client.get(filled(page, ids_for(page, two.ours))).status_code < BROKEN, page
    client = app.test_client()
    for query in ("?month=2026-12", "?flagged=true", "?shop_id=<shop_id>", "?card_id=<card_id>"):
        staff = signed_in(session, two.community, *Role)
        listed = client.get(filled(f"{SALES}{query}", two.ours.ids), headers=staff)
        assert listed.status_code == HTTPStatus.OK
    for code in (card.token, card.token, "not a card"):
        asked = {"code": code, "total_fen": 1000}
        client.post("/api/v1/validations", headers=till, json=asked)
        client.post(SALES, headers={**till, **sale_key()}, json=asked)
    late = {"items": [late_sale(card.token), late_sale("not a card")]}
    client.post(SYNC, headers=till, json=late)
    for path in ("/api/v1/till/today", "/api/v1/till/offline-pack"):
        assert client.get(path, headers=till).status_code == HTTPStatus.OK, path
    staff = signed_in(session, two.community, *Role)
    for call in calls():
        call.send(two, staff, ids_for(call.path, two.ours))


@pytest.mark.usefixtures("clock")
def test_each_statement_finds_its_rows_among_those_of_one_community(
    app: Flask, session: Session, kept_database: KeptDatabase, database: str, asked: Statements
) -> None:
    two = copied_two(app, session, kept_database, with_theirs=True)
    asked.clear()
    send_all(app, session, two)
    sent = dict(asked)
    db.session.remove()

    with psycopg.connect(plain(database), autocommit=True) as connection:
        copy_communities(connection, COPIES)
        connection.execute("ANALYZE")
        connection.execute("SET enable_seqscan = off")
        beyond = {
            statement: found
            for statement, values in sent.items()
            if (found := [*read_beyond(plan_of(connection, statement, values))])
        }
        controls = [
            [*read_beyond(plan_of(connection, control, values))] for control, values in CONTROLS
        ]

    assert {RECORD_SALE, CARD_BY_SERIAL} <= set(sent)
    assert len(sent) > 200
    assert {one: found for one, found in beyond.items() if not OF_ALL.search(one)} == {}
    assert all(controls)
