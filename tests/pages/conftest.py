from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from flask import Flask, g
from flask.testing import FlaskClient

from loyalty.app import create_app
from loyalty.database import db


@pytest.fixture(autouse=True)
def clock(clock: time_machine.Traveller) -> time_machine.Traveller:
    """The clock of the service, standing at noon in every test of a page."""
    return clock


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader. Each request begins with nothing remembered, though the tests share a context."""
    app.before_request_funcs.setdefault(None, []).insert(0, forget)
    return app.test_client()


def forget() -> None:
    for name in list(g):
        g.pop(name)


@pytest.fixture
def reader_of(app: Flask) -> Iterator[Callable[..., FlaskClient]]:
    """A reader of the same service under other settings."""
    others: list[Flask] = []

    def make(**values: Any) -> FlaskClient:
        settings = replace(app.extensions["loyalty.settings"], **values)
        others.append(create_app(settings))
        return others[-1].test_client()

    yield make
    for other in others:
        with other.app_context():
            for engine in db.engines.values():
                engine.dispose()
