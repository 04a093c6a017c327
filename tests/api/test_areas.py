import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.services.actors import Role
from tests.given import given_community, signed_in

AREAS = "/api/v1/areas"
GROUPS = "/api/v1/household-groups"


def test_staff_add_an_area_and_its_household_groups(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    area = client.post(AREAS, headers=staff, json={"name": "第一责任区"})
    group = client.post(GROUPS, headers=staff, json={"name": "1号单元", "area_id": area.json["id"]})

    assert area.status_code == group.status_code == 201, group.json
    assert client.get(AREAS, headers=staff).json == {"items": [area.json], "next": None}
    assert client.get(GROUPS, headers=staff).json == {"items": [group.json], "next": None}


@pytest.mark.parametrize("path", [AREAS, GROUPS])
def test_a_name_stands_once_in_a_community(
    client: FlaskClient, session: Session, staff: dict[str, str], path: str
) -> None:
    elsewhere = signed_in(session, given_community(session), Role.STAFF)

    assert client.post(path, headers=staff, json={"name": "东"}).status_code == 201
    assert client.post(path, headers=staff, json={"name": "东"}).status_code == 409
    assert client.post(path, headers=elsewhere, json={"name": "东"}).status_code == 201


def test_a_group_lies_in_an_area_of_its_own_community(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    elsewhere = signed_in(session, given_community(session), Role.STAFF)
    foreign = client.post(AREAS, headers=elsewhere, json={"name": "东"}).json["id"]

    answer = client.post(GROUPS, headers=staff, json={"name": "1", "area_id": foreign})

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["/area_id"]


@pytest.mark.parametrize("path", [AREAS, GROUPS])
@pytest.mark.parametrize(
    ("body", "pointer"), [({}, "/name"), ({"name": " "}, "/name"), ({"name": "a", "x": 1}, "/x")]
)
def test_a_malformed_member_is_named(
    client: FlaskClient, staff: dict[str, str], path: str, body: dict[str, object], pointer: str
) -> None:
    answer = client.post(path, headers=staff, json=body)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize("path", [AREAS, GROUPS])
def test_an_outsider_sees_and_adds_nothing(
    client: FlaskClient, session: Session, staff: dict[str, str], path: str
) -> None:
    community = given_community(session)
    council = signed_in(session, community, Role.COUNCIL)
    elsewhere = signed_in(session, community, Role.STAFF)
    client.post(path, headers=staff, json={"name": "东"})

    assert client.get(path, headers=elsewhere).json["items"] == []
    assert client.get(path, headers=council).status_code == 403
    assert client.post(path, headers=council, json={"name": "西"}).status_code == 403
    assert client.get(path).status_code == 401
    assert client.post(path, json={"name": "西"}).status_code == 401


@pytest.mark.parametrize("path", [AREAS, GROUPS])
def test_a_part_is_renamed_and_its_history_tells_who_and_why(
    client: FlaskClient, staff: dict[str, str], path: str
) -> None:
    made = client.post(path, headers=staff, json={"name": "东"})
    address, tag = f"{path}/{made.json['id']}", {"If-Match": made.headers["ETag"]}

    answer = client.patch(address, headers=staff | tag, json={"name": "东一", "reason": "重新划片"})

    assert (answer.status_code, answer.json["name"]) == (200, "东一"), answer.json
    assert client.get(address, headers=staff).json == answer.json
    (told,) = client.get(f"{address}/changes", headers=staff).json["items"]
    assert (told["member"], told["before"], told["after"]) == ("name", "东", "东一")
    assert told["reason"] == "重新划片"
    assert client.patch(address, headers=staff | tag, json={"name": "南"}).status_code == 412
    assert client.patch(address, headers=staff, json={"name": "南"}).status_code == 428


@pytest.mark.parametrize("path", [AREAS, GROUPS])
def test_no_part_takes_the_name_of_another_and_what_stays_is_no_change(
    client: FlaskClient, staff: dict[str, str], path: str
) -> None:
    client.post(path, headers=staff, json={"name": "西"})
    made = client.post(path, headers=staff, json={"name": "东"})
    address, headers = f"{path}/{made.json['id']}", staff | {"If-Match": made.headers["ETag"]}

    assert client.patch(address, headers=headers, json={"name": " 西"}).status_code == 409
    assert client.patch(address, headers=headers, json={"name": "东"}).status_code == 200
    assert client.get(f"{address}/changes", headers=staff).json["items"] == []


def test_a_group_is_moved_to_another_area_and_to_none(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    area = client.post(AREAS, headers=staff, json={"name": "东"}).json["id"]
    elsewhere = signed_in(session, given_community(session), Role.STAFF)
    foreign = client.post(AREAS, headers=elsewhere, json={"name": "东"}).json["id"]
    group = client.post(GROUPS, headers=staff, json={"name": "1"}).json["id"]
    address = f"{GROUPS}/{group}"

    moved = client.patch(address, headers=staff | {"If-Match": '"1"'}, json={"area_id": area})
    refused = client.patch(address, headers=staff | {"If-Match": '"2"'}, json={"area_id": foreign})
    out = client.patch(address, headers=staff | {"If-Match": '"2"'}, json={"area_id": None})

    assert (moved.json["area_id"], out.json["area_id"]) == (area, None)
    assert [fault["pointer"] for fault in refused.json["errors"]] == ["/area_id"]
    changes = client.get(f"{address}/changes", headers=staff).json["items"]
    assert [(one["before"], one["after"]) for one in changes] == [(area, None), (None, area)]
