from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, CertificationEvent, Community, Shop
from loyalty.rules.certification import CertificationAction, CertificationState
from loyalty.services.actors import Role
from tests.api.certification import LEADS, address
from tests.given import NOON, given_shop, signed_in

TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)
IN_A_YEAR = date(2027, 12, 9)


@pytest.mark.parametrize("state", CertificationState)
def test_a_state_allows_its_own_steps_and_no_others(
    client: FlaskClient,
    session: Session,
    manager: dict[str, str],
    shop_in: Callable[..., Shop],
    state: str,
) -> None:
    for action in CertificationAction:
        shop = shop_in(state)
        step = {"action": action, "reason": "检查记录第3号"}

        answer = client.post(address(shop), headers=manager, json=step)

        read = client.get(f"/api/v1/shops/{shop.id}", headers=manager).json
        events = select(CertificationEvent.state).where(CertificationEvent.shop_id == shop.id)
        if expected := LEADS.get((state, action)):
            assert answer.status_code == 200, answer.json
            assert answer.json["state"] == read["state"] == expected
            assert session.scalars(events).all() == [expected]
        else:
            assert answer.status_code == 409
            assert answer.json["type"] == "/problems/certification-state"
            assert "wrong_state" in answer.json["missing"]
            assert read["state"] == state
            assert session.scalars(events).all() == []


def test_a_step_of_an_outdated_shop_is_refused(
    client: FlaskClient, manager: dict[str, str], shop_in: Callable[..., Shop]
) -> None:
    shop = shop_in("applied")
    headers = {**manager, "If-Match": '"1"'}

    first, second = (
        client.post(address(shop), headers=headers, json={"action": action})
        for action in ("inspect", "publish")
    )

    assert (first.status_code, second.status_code) == (200, 412)


def test_a_shop_goes_from_application_to_plaque(
    client: FlaskClient, session: Session, community: Community, manager: dict[str, str]
) -> None:
    members = {"name": "老王豆腐", "series": "蒲公英", "category": "豆制品"}
    shop_id = client.post("/api/v1/shops", headers=manager, json=members).json["id"]
    steps = f"/api/v1/shops/{shop_id}/certification"
    for action in ("inspect", "publish"):
        assert client.post(steps, headers=manager, json={"action": action}).status_code == 200

    with time_machine.travel(NOON.replace(day=16), tick=False):
        headers = signed_in(session, community, Role.MANAGER)
        last_day = client.post(steps, headers=headers, json={"action": "certify"})
    with time_machine.travel(NOON.replace(day=17), tick=False):
        headers = signed_in(session, community, Role.MANAGER)
        day_after = client.post(steps, headers=headers, json={"action": "certify"})

    assert last_day.status_code == 409
    assert last_day.json["missing"] == ["notice_running"]
    assert day_after.json == {
        "state": "certified",
        "plaque_number": "PGY-0001",
        "valid_until": "2027-12-17",
    }
    written = session.scalars(select(CertificationEvent).order_by(CertificationEvent.id)).all()
    assert [event.action for event in written] == ["apply", "inspect", "publish", "certify"]


@pytest.mark.parametrize(
    ("today", "state"), [(IN_A_YEAR, "certified"), (date(2027, 12, 10), "lapsed")]
)
def test_a_certification_lapses_after_its_last_day(
    client: FlaskClient, session: Session, community: Community, today: date, state: str
) -> None:
    shop = given_shop(session, community, certified_until=IN_A_YEAR)

    with time_machine.travel(NOON.replace(year=today.year, day=today.day), tick=False):
        headers = signed_in(session, community, Role.STAFF)
        read = client.get(f"/api/v1/shops/{shop.id}", headers=headers).json
        found = client.get(f"/api/v1/shops?state={state}", headers=headers).json["items"]

    assert read["state"] == state
    assert read["valid_until"] == "2027-12-09"
    assert found == [read]


@pytest.mark.parametrize(
    ("state", "action"),
    [("certified", "warn"), ("certified", "suspend"), ("suspended", "withdraw")],
)
def test_a_step_against_the_shop_needs_a_reason(
    client: FlaskClient,
    manager: dict[str, str],
    shop_in: Callable[..., Shop],
    state: str,
    action: str,
) -> None:
    shop = shop_in(state)

    answer = client.post(address(shop), headers=manager, json={"action": action})

    assert answer.status_code == 409
    assert answer.json["missing"] == ["no_reason"]


@pytest.mark.parametrize(
    ("withdrawn_on", "status"), [(date(2024, 12, 9), 409), (date(2024, 12, 8), 200)]
)
def test_a_withdrawn_shop_waits_24_months(
    client: FlaskClient,
    manager: dict[str, str],
    shop_in: Callable[..., Shop],
    withdrawn_on: date,
    status: int,
) -> None:
    shop = shop_in("withdrawn", withdrawn_on=withdrawn_on)

    answer = client.post(address(shop), headers=manager, json={"action": "apply"})

    assert answer.status_code == status
    assert answer.json.get("missing", []) == (["withdrawn_recently"] if status == 409 else [])


def test_a_withdrawn_certification_holds_until_no_day(
    client: FlaskClient,
    session: Session,
    manager: dict[str, str],
    shop_in: Callable[..., Shop],
) -> None:
    shop = shop_in("suspended")
    step = {"action": "withdraw", "reason": "检查记录第3号"}

    answer = client.post(address(shop), headers=manager, json=step)

    assert answer.json == {
        "state": "withdrawn",
        "plaque_number": shop.plaque_number,
        "valid_until": None,
    }
    assert (
        session.get_one(Shop, (shop.community_id, shop.id), populate_existing=True).withdrawn_on
        == TODAY
    )


def test_waiting_does_not_lead_around_a_suspension(
    client: FlaskClient, manager: dict[str, str], shop_in: Callable[..., Shop]
) -> None:
    shop = shop_in("suspended", certified_until=YESTERDAY)

    renewal = client.post(address(shop), headers=manager, json={"action": "renew"})
    reinstated = client.post(address(shop), headers=manager, json={"action": "reinstate"})

    assert renewal.status_code == 409
    assert reinstated.json["state"] == "lapsed"


def test_the_trace_of_a_step_holds_codes_alone(
    client: FlaskClient,
    session: Session,
    manager: dict[str, str],
    shop_in: Callable[..., Shop],
) -> None:
    shop = shop_in("certified")

    client.post(
        address(shop), headers=manager, json={"action": "warn", "reason": "王老板多收两分钱"}
    )

    traced = session.scalars(select(AuditEvent).where(AuditEvent.subject_id == shop.id)).one()
    assert traced.action == "certification.warn"
    assert traced.detail == {"state": "warned"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [({}, "2026-12-24"), ({"put_right_by": "2026-12-09"}, "2026-12-09")],
)
def test_a_warned_shop_has_a_day_to_put_things_right(
    client: FlaskClient,
    manager: dict[str, str],
    shop_in: Callable[..., Shop],
    sent: dict[str, str],
    kept: str,
) -> None:
    shop = shop_in("certified")
    step = {"action": "warn", "reason": "秤少二两", **sent}

    assert client.post(address(shop), headers=manager, json=step).status_code == 200

    place = f"/api/v1/shops/{shop.id}"
    assert client.get(place, headers=manager).json["put_right_by"] == kept
    client.post(address(shop), headers=manager, json={"action": "reinstate"})
    assert client.get(place, headers=manager).json["put_right_by"] is None


def test_a_day_that_is_over_is_none_to_put_things_right(
    client: FlaskClient, manager: dict[str, str], shop_in: Callable[..., Shop]
) -> None:
    shop = shop_in("certified")
    step = {"action": "warn", "reason": "秤少二两", "put_right_by": YESTERDAY.isoformat()}

    answer = client.post(address(shop), headers=manager, json=step)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/put_right_by"
    assert client.get(f"/api/v1/shops/{shop.id}", headers=manager).json["state"] == "certified"
