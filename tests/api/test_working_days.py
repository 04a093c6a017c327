from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.services.actors import Role
from tests.given import given_community, signed_in

URL = "/api/v1/working-days"
HOLIDAY = {"day": "2027-02-08", "works": False, "note": "春节调休"}


@pytest.mark.parametrize(("year", "official"), [(2026, True), (2099, False)])
def test_staff_read_whether_a_years_calendar_is_published(
    client: FlaskClient, staff: dict[str, str], year: int, *, official: bool
) -> None:
    answer = client.get(f"{URL}?year={year}", headers=staff)

    assert (answer.status_code, answer.json) == (
        200,
        {"year": year, "official": official, "items": []},
    )


def test_a_manager_sets_all_days_of_a_year_at_once(
    client: FlaskClient, manager: dict[str, str]
) -> None:
    saturday = {"day": "2027-02-20", "works": True, "note": None}

    first = client.put(f"{URL}?year=2027", headers=manager, json={"items": [saturday, HOLIDAY]})
    second = client.put(f"{URL}?year=2027", headers=manager, json={"items": [HOLIDAY]})

    assert first.status_code == 200, first.json
    assert first.json["items"] == [HOLIDAY, saturday]
    assert second.json["items"] == [HOLIDAY]
    assert client.get(f"{URL}?year=2027", headers=manager).json == second.json
    assert client.get(f"{URL}?year=2026", headers=manager).json["items"] == []


def test_each_community_has_days_of_its_own(
    client: FlaskClient, session: Session, manager: dict[str, str]
) -> None:
    neighbour = signed_in(session, given_community(session), Role.MANAGER)
    client.put(f"{URL}?year=2027", headers=manager, json={"items": [HOLIDAY]})
    client.put(f"{URL}?year=2027", headers=neighbour, json={"items": []})

    assert client.get(f"{URL}?year=2027", headers=manager).json["items"] == [HOLIDAY]
    assert client.get(f"{URL}?year=2027", headers=neighbour).json["items"] == []


@pytest.mark.parametrize(
    ("items", "pointer"),
    [
        ([{**HOLIDAY, "day": "2026-12-31"}], "/items/0/day"),
        ([HOLIDAY, {**HOLIDAY, "day": "2028-01-01"}], "/items/1/day"),
        ([HOLIDAY, HOLIDAY], "/items/1/day"),
        ([{**HOLIDAY, "day": "2027-02-30"}], "/items/0/day"),
        ([{**HOLIDAY, "works": "no"}], "/items/0/works"),
        ([{**HOLIDAY, "note": "a\u0000"}], "/items/0/note"),
        ([HOLIDAY] * 367, "/items"),
        (None, "/items"),
    ],
)
def test_a_table_that_makes_no_sense_is_named(
    client: FlaskClient, manager: dict[str, str], items: Any, pointer: str
) -> None:
    answer = client.put(f"{URL}?year=2027", headers=manager, json={"items": items})

    assert answer.status_code == 422, answer.json
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]
    assert client.get(f"{URL}?year=2027", headers=manager).json["items"] == []


@pytest.mark.parametrize("query", ["", "?year=1999", "?year=2200", "?year=soon", "?year=20270"])
def test_a_year_is_named(client: FlaskClient, staff: dict[str, str], query: str) -> None:
    assert client.get(URL + query, headers=staff).status_code == 422


@pytest.mark.parametrize(
    ("role", "reads", "sets"),
    [
        (Role.STAFF, 200, 403),
        (Role.MANAGER, 200, 200),
        (Role.PANEL, 403, 403),
        (Role.COUNCIL, 403, 403),
        (Role.SHOP_OWNER, 403, 403),
    ],
)
def test_staff_read_and_a_manager_sets(
    client: FlaskClient, session: Session, role: Role, reads: int, sets: int
) -> None:
    headers = signed_in(session, given_community(session), role)

    assert client.get(f"{URL}?year=2027", headers=headers).status_code == reads
    put = client.put(f"{URL}?year=2027", headers=headers, json={"items": [HOLIDAY]})
    assert put.status_code == sets
    assert client.put(f"{URL}?year=2027", json={"items": []}).status_code == 401
