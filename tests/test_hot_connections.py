"""Connections that lie ready: who gets which, how many there are, and when they are closed."""

import psycopg
import pytest
from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.exc import TimeoutError as NoConnectionLeftError

from loyalty import hot_connections
from loyalty.database import HOT, db, forget_connections, hot_connection
from loyalty.hot_connections import ReadyConnections


def test_what_is_given_back_last_is_taken_first(app: Flask) -> None:
    assert app
    with hot_connection() as first, hot_connection() as second:
        assert first is not second

    with hot_connection() as again, hot_connection() as other:
        assert (again, other) == (first, second)


def test_a_thread_waits_while_all_are_in_use_and_no_longer_than_it_may(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot_connections, "LONGEST_WAIT", 0.05)
    with app.app_context():
        engine = db.engines[HOT]
        ready = ReadyConnections(1)
        only = ready.take(engine)

        with pytest.raises(NoConnectionLeftError):
            ready.take(engine)

        ready.give_back(only)
        assert ready.take(engine) is only
        ready.give_back(only)
        ready.close()


def test_one_that_has_lain_for_too_long_is_closed_and_another_one_opened(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        engine = db.engines[HOT]
        ready = ReadyConnections(2)
        lain = [ready.take(engine), ready.take(engine)]
        for one in lain:
            ready.give_back(one)
        monkeypatch.setattr(hot_connections, "LONGEST_IDLE", -1)

        fresh = ready.take(engine)

        assert fresh not in lain
        assert [one.closed for one in lain] == [True, True]
        ready.give_back(fresh)
        ready.close()


def test_a_place_is_free_again_where_no_connection_could_be_opened(app: Flask) -> None:
    nowhere = create_engine("postgresql+psycopg://127.0.0.1:1/nowhere")
    ready = ReadyConnections(1)

    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            ready.take(nowhere)

    with app.app_context():
        ready.give_back(ready.take(db.engines[HOT]))
        ready.close()


def test_forgotten_connections_are_closed_those_in_use_when_they_are_given_back(app: Flask) -> None:
    assert app
    with hot_connection() as in_use:
        with hot_connection() as idle:
            pass
        forget_connections()

        assert idle.closed
        assert in_use.execute("SELECT 1").fetchone() == (1,)

    assert in_use.closed
    with hot_connection() as fresh:
        assert fresh not in (in_use, idle)
