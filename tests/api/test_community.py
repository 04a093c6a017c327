import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.services.actors import Role
from tests.given import given_community, signed_in

POLICY = "/api/v1/community"


def test_staff_read_the_policy_with_its_version(client: FlaskClient, staff: dict[str, str]) -> None:
    answer = client.get(POLICY, headers=staff)

    assert answer.status_code == 200
    assert answer.json["band_min_permille"] == 800
    assert answer.json["limits"]["uses_per_shop_day"] == 3
    assert answer.headers["ETag"] == '"1"'


def test_a_manager_changes_the_policy(client: FlaskClient, manager: dict[str, str]) -> None:
    answer = client.patch(
        POLICY, headers={**manager, "If-Match": '"1"'}, json={"limits": {"uses_per_day": 5}}
    )

    assert answer.status_code == 200, answer.json
    assert answer.json["limits"]["uses_per_day"] == 5
    assert answer.json["limits"]["uses_per_shop_day"] == 3
    assert answer.headers["ETag"] == '"2"'


def test_all_cards_wait_for_the_last_answer_until_a_manager_decides_otherwise(
    client: FlaskClient, manager: dict[str, str]
) -> None:
    before = client.get(POLICY, headers=manager)

    answer = client.patch(
        POLICY, headers={**manager, "If-Match": '"1"'}, json={"undisputed_cards_wait": False}
    )

    assert before.json["undisputed_cards_wait"] is True
    assert answer.json["undisputed_cards_wait"] is False


@pytest.mark.parametrize("telephone", ["0991-1234567", "0" * 40, None])
def test_a_community_has_a_telephone_or_none(
    client: FlaskClient, manager: dict[str, str], telephone: str | None
) -> None:
    assert client.get(POLICY, headers=manager).json["telephone"] is None

    client.patch(POLICY, headers={**manager, "If-Match": '"1"'}, json={"telephone": telephone})

    assert client.get(POLICY, headers=manager).json["telephone"] == telephone


def test_the_second_of_two_changes_is_told_to_look_again(
    client: FlaskClient, manager: dict[str, str]
) -> None:
    client.patch(POLICY, headers={**manager, "If-Match": '"1"'}, json={"name": "东市"})

    second = client.patch(POLICY, headers={**manager, "If-Match": '"1"'}, json={"name": "西市"})

    assert second.status_code == 412
    assert second.json["type"] == "/problems/stale-record"
    assert client.get(POLICY, headers=manager).json["name"] == "东市"


def test_a_change_without_a_version_is_refused(
    client: FlaskClient, manager: dict[str, str]
) -> None:
    assert client.patch(POLICY, headers=manager, json={"name": "东市"}).status_code == 428


@pytest.mark.parametrize(
    ("role", "status"), [(Role.STAFF, 403), (Role.COUNCIL, 403), (Role.MANAGER, 200)]
)
def test_only_a_manager_changes_the_policy(
    client: FlaskClient, session: Session, role: Role, status: int
) -> None:
    headers = signed_in(session, given_community(session), role)

    answer = client.patch(POLICY, headers={**headers, "If-Match": '"1"'}, json={"name": "东市"})

    assert answer.status_code == status


def test_an_outsider_reads_nothing(client: FlaskClient) -> None:
    answer = client.get(POLICY, headers={"Authorization": "Bearer nothing"})

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert client.get(POLICY).status_code == 401


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"band_min_permille": 0}, "/band_min_permille"),
        ({"band_min_permille": 851}, "/band_min_permille"),
        ({"limits": {"uses_per_day": -1}}, "/limits/uses_per_day"),
        ({"card_months": 2}, "/card_months"),
        ({"discount": 15}, "/discount"),
        ({"name": "a\u0000b"}, "/name"),
        ({"rounding": "up"}, "/rounding"),
        ({"telephone": "0" * 41}, "/telephone"),
        ({"telephone": ""}, "/telephone"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(
    client: FlaskClient, manager: dict[str, str], body: dict[str, object], pointer: str
) -> None:
    answer = client.patch(POLICY, headers={**manager, "If-Match": '"1"'}, json=body)

    assert answer.status_code == 422
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]


@pytest.mark.parametrize("body", [b"{", b'{"name": NaN}', b"[" * 60_000, b"\xff"])
def test_malformed_json_is_refused(
    client: FlaskClient, manager: dict[str, str], body: bytes
) -> None:
    answer = client.patch(
        POLICY, headers={**manager, "If-Match": '"1"'}, data=body, content_type="application/json"
    )

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


def test_a_body_over_64_kib_is_refused(client: FlaskClient, manager: dict[str, str]) -> None:
    answer = client.patch(
        POLICY, headers={**manager, "If-Match": '"1"'}, json={"name": "x" * 70_000}
    )

    assert answer.status_code == 413
