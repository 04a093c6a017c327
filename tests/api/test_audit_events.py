import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.services.actors import Role
from tests.given import given_community, signed_in

EVENTS = "/api/v1/audit-events"
RESIDENT = {"name": "张小明", "unit": "3号楼", "adult": True, "household_ref": "H-1"}


def test_a_manager_reads_what_was_done_the_newest_first(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    manager = signed_in(session, community, Role.MANAGER)
    resident = client.post("/api/v1/residents", headers=manager, json=RESIDENT).json
    client.post("/api/v1/areas", headers=manager, json={"name": "东区"})

    first = client.get(EVENTS, headers=manager, query_string={"limit": 1}).json
    rest = client.get(EVENTS, headers=manager, query_string={"after": first["next"]}).json

    assert [event["action"] for event in first["items"]] == ["area.created"]
    assert [event["action"] for event in rest["items"]] == ["resident.created"]
    assert rest["items"][0]["subject_id"] == resident["id"]
    assert rest["items"][0]["actor_kind"] == "staff"


def test_the_trace_holds_no_name_address_or_number(
    client: FlaskClient, manager: dict[str, str]
) -> None:
    resident = client.post(
        "/api/v1/residents", headers=manager, json={**RESIDENT, "phone": "13800138000"}
    ).json
    client.patch(
        f"/api/v1/residents/{resident['id']}",
        headers={**manager, "If-Match": '"1"'},
        json={"name": "李四", "phone": "13900139000"},
    )

    answer = client.get(EVENTS, headers=manager)

    assert len(answer.json["items"]) == 2
    for secret in ("张", "李四", "3号楼", "1380013", "1390013", "H-1"):
        assert secret not in answer.get_data(as_text=True).encode().decode("unicode_escape")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MANAGER])
def test_only_a_manager_reads_the_trace(client: FlaskClient, session: Session, role: Role) -> None:
    assert (
        client.get(EVENTS, headers=signed_in(session, given_community(session), role)).status_code
        == 403
    )


def test_an_outsider_reads_nothing(
    client: FlaskClient, session: Session, manager: dict[str, str]
) -> None:
    client.post("/api/v1/areas", headers=manager, json={"name": "东区"})
    elsewhere = signed_in(session, given_community(session), Role.MANAGER)

    assert client.get(EVENTS, headers=elsewhere).json["items"] == []
    assert client.get(EVENTS).status_code == 401
