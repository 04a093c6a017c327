from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import CertificationEvent, Community, Shop
from loyalty.services.actors import Role
from tests.given import NOON, given_community, given_shop, signed_in

TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)
IN_A_YEAR = date(2027, 12, 9)

LEADS = {
    ("applied", "inspect"): "inspected",
    ("inspected", "publish"): "notice",
    ("notice", "certify"): "certified",
    ("certified", "warn"): "warned",
    ("certified", "suspend"): "suspended",
    ("certified", "renew"): "certified",
    ("warned", "suspend"): "suspended",
    ("warned", "reinstate"): "certified",
    ("suspended", "withdraw"): "withdrawn",
    ("suspended", "reinstate"): "certified",
    ("withdrawn", "apply"): "applied",
    ("lapsed", "apply"): "applied",
    ("lapsed", "renew"): "certified",
}
"""Every step there is; the states' other actions are refused."""


@pytest.fixture(autouse=True)
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
    """Build a shop in a state that nothing but the state keeps from any step."""

    def build(state: str, **values: Any) -> Shop:
        stored = "certified" if state == "lapsed" else state
        until = YESTERDAY if state == "lapsed" else TODAY
        dates = {"certified_until": until, "notice_last": YESTERDAY} | values
        shop = given_shop(session, community, state=stored, **dates)
        session.commit()
        return shop

    return build


def address(shop: Shop) -> str:
    return f"/api/v1/shops/{shop.id}/certification"


def test_staff_take_the_steps_that_are_not_the_managers(
    client: FlaskClient, session: Session, community: Community, shop_in: Callable[..., Shop]
) -> None:
    staff = signed_in(session, community, Role.STAFF)

    answers = {
        action: client.post(
            address(shop_in(state)), headers=staff, json={"action": action, "reason": "检查"}
        )
        for state, action in LEADS
    }

    refused = {action for action, answer in answers.items() if answer.status_code == 403}
    assert refused == {"certify", "suspend", "withdraw", "reinstate"}
    assert {answers[action].status_code for action in answers.keys() - refused} == {200}


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.PANEL, Role.SHOP_OWNER])
def test_an_outsider_takes_no_step(
    client: FlaskClient,
    session: Session,
    community: Community,
    shop_in: Callable[..., Shop],
    role: Role,
) -> None:
    shop = shop_in("applied")
    inspection = {"action": "inspect"}

    answer = client.post(
        address(shop), headers=signed_in(session, community, role), json=inspection
    )

    assert answer.status_code == 403
    assert client.post(address(shop), json=inspection).status_code == 401
    assert session.scalars(select(CertificationEvent)).all() == []


@pytest.mark.parametrize(("version", "status"), [('"1"', 200), ('"2"', 412)])
def test_a_step_that_names_a_version_insists_on_it(
    client: FlaskClient,
    manager: dict[str, str],
    shop_in: Callable[..., Shop],
    version: str,
    status: int,
) -> None:
    shop = shop_in("applied")

    answer = client.post(
        address(shop), headers=manager | {"If-Match": version}, json={"action": "inspect"}
    )

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("step", "pointer"),
    [
        ({}, "/action"),
        ({"action": "close"}, "/action"),
        ({"action": ["inspect"]}, "/action"),
        ({"action": "inspect", "reason": "a\u0000"}, "/reason"),
        ({"action": "inspect", "state": "certified"}, "/state"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(
    client: FlaskClient,
    manager: dict[str, str],
    shop_in: Callable[..., Shop],
    step: dict[str, object],
    pointer: str,
) -> None:
    shop = shop_in("applied")

    answer = client.post(address(shop), headers=manager, json=step)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]
