import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, Resident
from loyalty.services.actors import Role
from tests.given import given_community, given_resident, signed_in

DEEDS = "/api/v1/deeds"
KINDS = "/api/v1/deed-kinds"

pytestmark = pytest.mark.usefixtures("deed_kinds")


@pytest.fixture
def body(resident: Resident) -> dict[str, object]:
    return {
        "resident_id": str(resident.id),
        "kind": "volunteer_service",
        "date": "2026-01-16",
        "source": "签到表",
    }


@pytest.mark.parametrize(
    ("points", "kept"),
    [(1, "1.00"), (1.5, "1.50"), ("2.05", "2.05"), ("0.01", "0.01"), (1000, "1000.00")],
)
def test_points_are_a_number_or_a_text_and_come_back_with_two_places(
    client: FlaskClient, staff: dict[str, str], body: dict[str, object], points: object, kept: str
) -> None:
    answer = client.post(DEEDS, headers=staff, json={**body, "points": points})

    assert answer.status_code == 201, answer.json
    assert answer.json["points"] == kept
    assert answer.json["kind"] == "volunteer_service"


def test_a_deed_without_points_counts_one(
    client: FlaskClient, staff: dict[str, str], body: dict[str, object]
) -> None:
    assert client.post(DEEDS, headers=staff, json=body).json["points"] == "1.00"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"points": 0}, "/points"),
        ({"points": -1}, "/points"),
        ({"points": 1.001}, "/points"),
        ({"points": "1e2"}, "/points"),
        ({"points": 10**400}, "/points"),
        ({"points": 1000.01}, "/points"),
        ({"points": True}, "/points"),
        ({"points": None}, "/points"),
        ({"kind": "gambling"}, "/kind"),
        ({"date": "2999-01-01"}, "/date"),
        ({"date": "yesterday"}, "/date"),
        ({"source": ""}, "/source"),
        ({"resident_id": "0198b0c0-0000-7000-8000-000000000000"}, "/resident_id"),
        ({"conduct": "bad"}, "/conduct"),
    ],
)
def test_a_member_that_makes_no_sense_is_named(
    client: FlaskClient,
    staff: dict[str, str],
    body: dict[str, object],
    change: dict[str, object],
    pointer: str,
) -> None:
    answer = client.post(DEEDS, headers=staff, json={**body, **change})

    assert answer.status_code == 422, answer.json
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]


def test_deeds_are_read_by_resident_and_month_the_newest_first(
    client: FlaskClient,
    session: Session,
    community: Community,
    staff: dict[str, str],
    body: dict[str, object],
) -> None:
    other = given_resident(session, community)
    session.commit()
    for day, resident_id in (
        ("2026-01-31", body["resident_id"]),
        ("2026-02-01", body["resident_id"]),
        ("2026-01-01", str(other.id)),
    ):
        change = {"date": day, "resident_id": resident_id}
        client.post(DEEDS, headers=staff, json={**body, **change})

    def days(**query: object) -> list[str]:
        answer = client.get(DEEDS, headers=staff, query_string=query)
        assert answer.status_code == 200, answer.json
        return [item["date"] for item in answer.json["items"]]

    assert days() == ["2026-01-01", "2026-02-01", "2026-01-31"]
    assert days(month="2026-01") == ["2026-01-01", "2026-01-31"]
    assert days(resident_id=str(other.id)) == ["2026-01-01"]
    first = client.get(DEEDS, headers=staff, query_string={"limit": 2}).json
    assert days(after=first["next"]) == ["2026-01-31"]


def test_a_manager_adds_a_kind_with_a_cap(client: FlaskClient, manager: dict[str, str]) -> None:
    kind = {"code": "tree", "name": "种树", "points": "1.5", "monthly_cap": 6}

    answer = client.post(KINDS, headers=manager, json=kind)

    assert answer.status_code == 201, answer.json
    assert (answer.json["points"], answer.json["monthly_cap"]) == ("1.50", "6.00")
    assert client.post(KINDS, headers=manager, json=kind).status_code == 409
    listed = client.get(KINDS, headers=manager).json["items"]
    assert "tree" in [item["code"] for item in listed]
    assert len(listed) == 7


def test_a_manager_changes_a_kind_and_recorded_deeds_keep_their_points(
    client: FlaskClient,
    manager: dict[str, str],
    staff: dict[str, str],
    body: dict[str, object],
) -> None:
    client.post(DEEDS, headers=staff, json=body)
    kind = kind_called(client, manager, "volunteer_service")
    path, change = f"{KINDS}/{kind['id']}", {"name": "志愿者日", "points": 2, "monthly_cap": "8"}

    answer = client.patch(path, headers={**manager, "If-Match": '"1"'}, json=change)

    assert answer.status_code == 200, answer.json
    assert answer.headers["ETag"] == '"2"'
    changed = {"name": "志愿者日", "points": "2.00", "monthly_cap": "8.00", "version": 2}
    assert answer.json == {**kind, **changed}
    assert client.get(DEEDS, headers=staff).json["items"][0]["points"] == "1.00"
    assert client.post(DEEDS, headers=staff, json=body).json["points"] == "2.00"


@pytest.mark.parametrize(
    ("tag", "change", "status"),
    [
        ({}, {"points": 2}, 428),
        ({"If-Match": '"2"'}, {"points": 2}, 412),
        ({"If-Match": '"1"'}, {"points": 0}, 422),
        ({"If-Match": '"1"'}, {"name": ""}, 422),
        ({"If-Match": '"1"'}, {"code": "other"}, 422),
    ],
)
def test_a_change_of_a_kind_without_version_or_sense_changes_nothing(
    client: FlaskClient,
    manager: dict[str, str],
    tag: dict[str, str],
    change: dict[str, object],
    status: int,
) -> None:
    kind = kind_called(client, manager, "hygiene")

    answer = client.patch(f"{KINDS}/{kind['id']}", headers={**manager, **tag}, json=change)

    assert answer.status_code == status, answer.json
    assert kind_called(client, manager, "hygiene") == kind


def kind_called(client: FlaskClient, headers: dict[str, str], code: str) -> dict[str, object]:
    """The kind with a code, as it is read."""
    items = client.get(KINDS, headers=headers).json["items"]
    found: dict[str, object] = next(item for item in items if item["code"] == code)
    return found


def test_an_outsider_changes_no_kind(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    elsewhere = signed_in(session, given_community(session), Role.MANAGER)
    kind = kind_called(client, staff, "hygiene")
    path, change = f"{KINDS}/{kind['id']}", {"points": 2}

    for headers, status in ((elsewhere, 404), (staff, 403), ({}, 401)):
        answer = client.patch(path, headers={**headers, "If-Match": '"1"'}, json=change)
        assert answer.status_code == status, answer.json
    assert kind_called(client, staff, "hygiene") == kind


def test_an_outsider_sees_and_writes_no_deeds(
    client: FlaskClient,
    session: Session,
    community: Community,
    staff: dict[str, str],
    body: dict[str, object],
) -> None:
    council = signed_in(session, community, Role.COUNCIL)
    elsewhere = signed_in(session, given_community(session), Role.STAFF)
    client.post(DEEDS, headers=staff, json=body)

    assert client.get(DEEDS, headers=elsewhere).json["items"] == []
    assert client.get(KINDS, headers=elsewhere).json["items"] == []
    assert client.post(DEEDS, headers=elsewhere, json=body).status_code == 422
    assert client.get(DEEDS, headers=council).status_code == 403
    assert client.post(DEEDS, headers=council, json=body).status_code == 403
    assert client.get(DEEDS).status_code == 401
    assert client.post(DEEDS, json=body).status_code == 401
    assert client.get(KINDS).status_code == 401
    assert client.post(KINDS, headers=staff, json={"code": "x", "name": "x"}).status_code == 403
