from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import CertificationEvent, Community, Shop
from loyalty.services.actors import Role
from tests.api.certification import LEADS, address
from tests.given import signed_in


def test_staff_take_the_steps_that_are_not_the_managers(
    client: FlaskClient, staff: dict[str, str], shop_in: Callable[..., Shop]
) -> None:
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
