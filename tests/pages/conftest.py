from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from loyalty.app import create_app
from loyalty.database import db
from loyalty.services.checkout.memory import Directory
from loyalty.settings import Settings
from tests.given import SEALING_KEY


@pytest.fixture(autouse=True)
def clock(clock: time_machine.Traveller) -> time_machine.Traveller:
    """The clock of the service, standing at noon in every test of a page."""
    return clock


class OtherServices:
    """Services of the same database under other settings; made once, for that takes half a second.

    None keeps anything of a test but the directory in its memory, which each test finds empty.
    """

    def __init__(self) -> None:
        self._made: list[tuple[Settings, Flask]] = []

    def take(self, settings: Settings, *, taken: Collection[Flask]) -> Flask:
        """Return a service under these settings that is not one of those taken already."""
        for under, other in self._made:
            if under == settings and other not in taken:
                return other
        self._made.append((settings, create_app(settings)))
        return self._made[-1][1]


@pytest.fixture(scope="session")
def other_services() -> OtherServices:
    """What is made once for all tests that read under other settings."""
    return OtherServices()


@pytest.fixture
def reader_of(app: Flask, other_services: OtherServices) -> Iterator[Callable[..., FlaskClient]]:
    """A reader under other settings; each time one of another process, as it were."""
    taken: list[Flask] = []

    def make(**values: Any) -> FlaskClient:
        settings = replace(app.extensions["loyalty.settings"], **values)
        other = other_services.take(settings, taken=taken)
        other.extensions["loyalty.directory"] = Directory(SEALING_KEY)
        taken.append(other)
        return other.test_client()

    yield make
    for other in taken:
        with other.app_context():
            for engine in db.engines.values():
                engine.dispose()
