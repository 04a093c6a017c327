"""Which contributions are written down is a community's own decision."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import Role
from tests.given import given_community, signed_in
from tests.given_contributions import Headers, faults, kind_called, matrix, record

KINDS = "/api/v1/contribution-kinds"


def change(client: FlaskClient, headers: Headers, kind_id: object, **values: Any) -> Any:
    version = values.pop("version", 1)
    return client.patch(
        f"{KINDS}/{kind_id}", headers={**headers, "If-Match": f'"{version}"'}, json=values
    )


@pytest.fixture
def promotion(session: Session, community: Community) -> str:
    """The id of the kind of promotions."""
    return str(kind_called(session, community, "promotion").id)


def test_a_kind_is_renamed_in_three_languages_and_its_entries_stay(
    client: FlaskClient, staff: Headers, manager: Headers, promotion: str
) -> None:
    record(client, staff)
    names = {"zh_Hans": "节日促销", "zh_Hant": "節日促銷", "en": "Holiday promotions"}

    answer = change(client, manager, promotion, names=names, giver="enterprises")

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (answer.json["names"], answer.json["giver"]) == (names, "enterprises")
    assert matrix(client, staff) == [("community", "shops", "attested", 9_000_000)]
    later = record(client, staff, evidence="另一份").json
    assert later["giver"] == "enterprises"


def test_a_retired_kind_takes_nothing_new_until_it_is_taken_up_again(
    client: FlaskClient, staff: Headers, manager: Headers, promotion: str
) -> None:
    entry = record(client, staff).json
    change(client, manager, promotion, active=False)

    assert faults(record(client, staff, evidence="另一份")) == ["/kind"]
    url = f"/api/v1/contributions/{entry['id']}"
    kept = client.patch(url, headers={**staff, "If-Match": '"1"'}, json={"amount_fen": 100})
    assert kept.status_code == 200
    change(client, manager, promotion, version=2, active=True)
    assert record(client, staff, evidence="另一份").status_code == 201


def test_a_kind_may_ask_for_a_second_person_earlier(
    client: FlaskClient, staff: Headers, manager: Headers, promotion: str
) -> None:
    change(client, manager, promotion, alone_fen=5_000_000)

    most = record(client, staff, amount_fen=5_000_000, evidence="一份").json
    more = record(client, staff, amount_fen=5_000_001, evidence="另一份").json

    assert (most["state"], more["state"]) == ("counted", "waiting")


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"alone_fen": 10_000_001}, "/alone_fen"),
        ({"alone_fen": -1}, "/alone_fen"),
        ({"units": ["tons"]}, "/units/0"),
        ({"units": ["visits", "visits"]}, "/units"),
        ({"giver": "everybody"}, "/giver"),
        ({"names": {"zh_Hans": ""}}, "/names/zh_Hans"),
        ({"code": "other"}, "/code"),
    ],
)
def test_what_no_kind_can_be_is_refused(
    client: FlaskClient, manager: Headers, promotion: str, values: dict[str, Any], pointer: str
) -> None:
    assert faults(change(client, manager, promotion, **values)) == [pointer]


def test_two_kinds_never_have_one_name_nor_does_one_overwrite_another_unseen(
    client: FlaskClient, manager: Headers, promotion: str
) -> None:
    taken = change(client, manager, promotion, names={"zh_Hans": " 夜 市"})
    assert taken.status_code == 409
    assert change(client, manager, promotion, version=7, active=False).status_code == 412
    new = {"code": "night", "names": {"zh_Hans": "夜市"}, "giver": "shops", "receiver": "shops"}
    assert client.post(KINDS, headers=manager, json=new).status_code == 409


def test_a_manager_of_the_community_changes_them_and_nobody_else(
    client: FlaskClient, session: Session, staff: Headers, promotion: str
) -> None:
    theirs = signed_in(session, given_community(session), Role.MANAGER)

    assert change(client, staff, promotion, active=False).status_code == 403
    assert change(client, theirs, promotion, active=False).status_code == 404
