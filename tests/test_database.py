import psycopg
import pytest
from flask import Flask

from loyalty.database import hot_connection
from tests.conftest import plain


def test_connections_that_the_server_has_dropped_are_not_used_again(
    app: Flask, database: str
) -> None:
    assert app
    with hot_connection() as one, hot_connection() as other:
        assert one is not other
    with psycopg.connect(plain(database), autocommit=True) as operator:
        operator.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    with pytest.raises(psycopg.OperationalError), hot_connection() as dropped:
        dropped.execute("SELECT 1")

    for _ in range(3):
        with hot_connection() as fresh:
            assert fresh.execute("SELECT 1").fetchone() == (1,)
