"""What the tests of the API stand on: who calls, and a clock that stands still."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, Shop
from loyalty.services.actors import Role
from tests.described_answers import DescribedClient
from tests.given import NOON, given_shop, signed_in
from tests.given_late_sales import LateMarket, given_late_market
from tests.served_by_role import served_by_its_role


@pytest.fixture(autouse=True)
def _answers_are_described(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test of the API asks, the answer is as /api/openapi.json tells it."""
    monkeypatch.setattr(app, "test_client_class", DescribedClient)


@pytest.fixture(autouse=True)
def clock(clock: time_machine.Traveller) -> time_machine.Traveller:
    """The clock of the service, standing at noon in every test of the API."""
    return clock


@pytest.fixture(autouse=True)
def _served_by_its_role(app: Flask) -> Iterator[None]:  # noqa: ARG001  # its engines
    """Whatever is asked is answered by the role that serves, which owns nothing."""
    with served_by_its_role():
        yield


@pytest.fixture
def staff(session: Session, community: Community) -> dict[str, str]:
    return signed_in(session, community, Role.STAFF)


@pytest.fixture
def manager(session: Session, community: Community) -> dict[str, str]:
    return signed_in(session, community, Role.MANAGER)


@pytest.fixture
def market(client: FlaskClient, session: Session) -> LateMarket:
    return given_late_market(client, session)


@pytest.fixture
def shop_in(session: Session, community: Community) -> Callable[..., Shop]:
    """Build a shop in a state that at noon nothing but the state keeps from any step."""

    def build(state: str, **values: Any) -> Shop:
        today = NOON.date()
        yesterday = today - timedelta(days=1)
        stored = "certified" if state == "lapsed" else state
        until = yesterday if state == "lapsed" else today
        dates = {"certified_until": until, "notice_last": yesterday} | values
        shop = given_shop(session, community, state=stored, **dates)
        session.commit()
        return shop

    return build
