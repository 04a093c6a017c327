import pytest
import time_machine
from flask import Flask, g
from flask.testing import FlaskClient


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
