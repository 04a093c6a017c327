import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from loyalty.database import hot_connection, transaction
from tests.conftest import plain


def drop_connections(database: str) -> None:
    """End every connection from the server's side, as its restart does."""
    with psycopg.connect(plain(database), autocommit=True) as operator:
        operator.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_request_does_not_notice_that_the_server_was_restarted(app: Flask, database: str) -> None:
    assert app
    with transaction() as session:
        session.execute(text("SELECT 1"))
    drop_connections(database)

    with transaction() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_connections_that_the_server_has_dropped_are_not_used_again(
    app: Flask, database: str
) -> None:
    assert app
    with hot_connection() as one, hot_connection() as other:
        assert one is not other
    drop_connections(database)

    with pytest.raises(psycopg.OperationalError), hot_connection() as dropped:
        dropped.execute("SELECT 1")

    for _ in range(3):
        with hot_connection() as fresh:
            assert fresh.execute("SELECT 1").fetchone() == (1,)
