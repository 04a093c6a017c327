"""Statements of the hot path give what psycopg gives, and fail as it fails."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from loyalty.database import hot_connection
from loyalty.prepared import fetch_one

ECHO = """
SELECT %(uuid)s::uuid AS uuid, %(text)s::text AS text, %(number)s::int8 %% 1000 AS number,
       %(day)s::date AS day, %(moment)s::timestamptz AS moment, %(said)s::boolean AS said,
       %(bytes)s::bytea AS bytes, %(json)s::jsonb AS json, %(none)s::int AS none,
       %(text)s::text AS again
"""
VALUES = {
    "uuid": UUID(int=7),
    "text": "馕 'and' %(text)s",
    "number": 2**40,
    "day": date(2026, 12, 9),
    "moment": datetime(2026, 12, 9, 4, tzinfo=UTC),
    "said": False,
    "bytes": b"\0\xff",
    "json": Jsonb({"a": [1, None]}),
    "none": None,
    "of somebody else": 1,
}
COUNT_PREPARED = """
SELECT count(*) AS prepared FROM pg_prepared_statements WHERE starts_with(name, 'loyalty_')
"""


def count_prepared(connection: psycopg.Connection[Any]) -> int:
    (count,) = connection.execute(COUNT_PREPARED).fetchone() or (0,)
    return int(count)


def test_values_and_rows_are_those_of_psycopg(app: Flask) -> None:
    with app.app_context(), hot_connection() as connection:
        cursor = connection.cursor(row_factory=dict_row)

        rows = [fetch_one(connection, ECHO, VALUES) for _ in range(2)]

        assert rows == [cursor.execute(ECHO, VALUES).fetchone()] * 2
        assert fetch_one(connection, "SELECT 1 AS one WHERE %(said)s", {"said": False}) is None


def test_a_statement_is_prepared_once(app: Flask) -> None:
    with app.app_context(), hot_connection() as connection:
        before = count_prepared(connection)
        for number in range(3):
            fetch_one(connection, "SELECT %(number)s::int AS number", {"number": number})

        assert count_prepared(connection) - before == 1


def test_an_error_is_that_of_psycopg_and_the_connection_goes_on(app: Flask) -> None:
    with app.app_context(), hot_connection() as connection:
        for statement, error in (
            ("SELECT 1 / %(number)s::int", psycopg.errors.DivisionByZero),
            ("SELECT nothing", psycopg.errors.UndefinedColumn),
        ):
            with pytest.raises(error):
                fetch_one(connection, statement, {"number": 0})

        assert fetch_one(connection, "SELECT 1 AS one", {}) == {"one": 1}


def test_a_lost_connection_is_told_as_such(app: Flask) -> None:
    end = "SELECT pg_terminate_backend(pg_backend_pid())"

    with app.app_context(), hot_connection() as connection:
        with pytest.raises(psycopg.OperationalError):
            fetch_one(connection, end, {})

        assert connection.closed
        with pytest.raises(psycopg.OperationalError):
            fetch_one(connection, "SELECT 1 AS one", {})


def test_nothing_is_prepared_for_a_pooler_or_within_a_transaction(app: Flask) -> None:
    with app.app_context(), hot_connection() as connection:
        connection.prepare_threshold = None
        assert fetch_one(connection, ECHO, VALUES) is not None
        connection.prepare_threshold = 5
        connection.autocommit = False
        assert fetch_one(connection, COUNT_PREPARED, {}) == {"prepared": 0}
        connection.rollback()
        connection.autocommit = True
