"""What the tests of the API stand on: a community, its manager, a clock that stands still."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from loyalty.models import Community, Shop
from loyalty.services.actors import Role
from tests.given import NOON, given_community, given_shop, signed_in


@pytest.fixture
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def community(session: Session) -> Community:
    return given_community(session)


@pytest.fixture
def manager(session: Session, community: Community) -> dict[str, str]:
    return signed_in(session, community, Role.MANAGER)


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
