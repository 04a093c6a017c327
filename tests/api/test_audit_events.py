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


def test_who_looks_at_residents_leaves_a_trace_without_a_name(
    client: FlaskClient, manager: dict[str, str]
) -> None:
    one = client.post("/api/v1/residents", headers=manager, json=RESIDENT).json["id"]
    path = f"/api/v1/residents/{one}"
    month = {"month": "2026-12"}

    found = client.get("/api/v1/residents", headers=manager)
    assert [person["id"] for person in found.json["items"]] == [one]
    for looked_at, query in (("", {}), ("/consents", {}), ("/points", month)):
        answer = client.get(path + looked_at, headers=manager, query_string=query)
        assert answer.status_code == 200
    client.get(f"{path}/personal-data", headers=manager)

    events = client.get(EVENTS, headers=manager).json["items"]
    assert [(event["action"], event["subject_id"]) for event in reversed(events)] == [
        ("resident.created", one),
        ("residents.shown", None),
        *[("resident.opened", one)] * 3,
        ("resident.exported", one),
    ]
    assert events[-2]["detail"] == {"shown": [one], "searched": False}
    assert "小明" not in str(events)


def test_a_list_without_anybody_has_shown_nobody(
    client: FlaskClient, manager: dict[str, str]
) -> None:
    client.get("/api/v1/residents", headers=manager)
    client.get("/api/v1/residents/01a20000-0000-7000-8000-000000000000", headers=manager)

    assert client.get(EVENTS, headers=manager).json["items"] == []
