from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from loyalty.models import Community, Deed, DeedKind, Resident
from loyalty.services.actors import Role
from loyalty.services.deeds.deeds import ensure_default_kinds
from tests.given import NOBODY, given_community, given_resident, signed_in

SHEET = "/api/v1/deeds/sheet"

pytestmark = pytest.mark.usefixtures("deed_kinds")


@pytest.fixture
def people(session: Session, community: Community) -> list[Resident]:
    return [given_resident(session, community) for _ in range(3)]


def sheet(*people: object, **values: Any) -> dict[str, Any]:
    """A sign-in sheet of a volunteer day."""
    return {
        "date": "2026-01-16",
        "kind": "volunteer_service",
        "source": "一月志愿日签到表",
        "entries": [{"resident_id": str(getattr(one, "id", one))} for one in people],
        **values,
    }


def faults(answer: Any) -> list[str]:
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/invalid-request")
    return [fault["pointer"] for fault in answer.json["errors"]]


def recorded(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Deed)) or 0


def test_a_sheet_is_written_down_in_whole(
    client: FlaskClient, people: list[Resident], staff: dict[str, str]
) -> None:
    body = sheet(*people)
    body["entries"][1]["points"] = "2.5"

    answer = client.post(SHEET, headers=staff, json=body)

    assert answer.status_code == 201, answer.json
    assert [deed["points"] for deed in answer.json["items"]] == ["1.00", "2.50", "1.00"]
    assert {deed["resident_id"] for deed in answer.json["items"]} == {str(one.id) for one in people}


def test_every_bad_row_is_named_and_nothing_is_written(
    client: FlaskClient, session: Session, people: list[Resident], staff: dict[str, str]
) -> None:
    stranger = given_resident(session, given_community(session))
    session.commit()
    body = sheet(people[0], NOBODY, people[1], people[0], stranger)

    answer = client.post(SHEET, headers=staff, json=body)

    assert faults(answer) == [f"/entries/{row}/resident_id" for row in (1, 3, 4)]
    assert recorded(session) == 0


def test_a_sheet_that_is_entered_again_counts_once(
    client: FlaskClient, session: Session, people: list[Resident], staff: dict[str, str]
) -> None:
    first, second, third = people
    client.post(SHEET, headers=staff, json=sheet(first, second))

    again = client.post(SHEET, headers=staff, json=sheet(third, second))

    assert faults(again) == ["/entries/1/resident_id"]
    assert recorded(session) == 2


@pytest.mark.parametrize(
    "change", [{"date": "2026-01-28"}, {"kind": "hygiene"}, {"source": "二号签到表"}]
)
def test_another_sheet_counts_beside_the_first(
    client: FlaskClient,
    session: Session,
    people: list[Resident],
    staff: dict[str, str],
    change: dict[str, str],
) -> None:
    client.post(SHEET, headers=staff, json=sheet(people[0]))

    assert client.post(SHEET, headers=staff, json=sheet(people[0], **change)).status_code == 201
    assert recorded(session) == 2


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"date": "2999-01-01"}, "/date"),
        ({"date": "16th"}, "/date"),
        ({"kind": "littering"}, "/kind"),
        ({"source": "a\u0000"}, "/source"),
        ({"entries": []}, "/entries"),
        ({"entries": [{"resident_id": NOBODY, "points": "-1"}]}, "/entries/0/points"),
        ({"entries": [{"resident_id": "张"}]}, "/entries/0/resident_id"),
        ({"deductions": []}, "/deductions"),
    ],
)
def test_a_sheet_that_makes_no_sense_is_named(
    client: FlaskClient, people: list[Resident], staff: dict[str, str], change: Any, pointer: str
) -> None:
    assert pointer in faults(client.post(SHEET, headers=staff, json=sheet(*people, **change)))


def test_the_points_of_a_month_are_shown_with_their_sources(
    client: FlaskClient,
    session: Session,
    community: Community,
    people: list[Resident],
    staff: dict[str, str],
) -> None:
    session.execute(
        update(DeedKind)
        .where(DeedKind.community_id == community.id, DeedKind.code == "hygiene")
        .values(monthly_cap_hundredths=150)
    )
    session.commit()
    person = people[0]
    for day, kind in (("01-02", "hygiene"), ("01-03", "hygiene"), ("01-31", "volunteer_service")):
        client.post(SHEET, headers=staff, json=sheet(person, date=f"2026-{day}", kind=kind))
    client.post(SHEET, headers=staff, json=sheet(person, date="2026-02-01"))
    url = f"/api/v1/residents/{person.id}/points"

    january = client.get(f"{url}?month=2026-01", headers=staff).json

    assert (january["month"], january["counted"]) == ("2026-01", "2.50")
    assert [(one["kind"], one["earned"], one["counted"]) for one in january["kinds"]] == [
        ("hygiene", "2.00", "1.50"),
        ("volunteer_service", "1.00", "1.00"),
    ]
    assert [deed["date"] for deed in january["kinds"][0]["deeds"]] == ["2026-01-02", "2026-01-03"]
    assert january["kinds"][0]["deeds"][0]["source"] == "一月志愿日签到表"
    march = client.get(f"{url}?month=2026-03", headers=staff).json
    assert march == {"month": "2026-03", "counted": "0.00", "kinds": []}
    assert faults(client.get(url, headers=staff)) == ["/query/month"]


def test_only_staff_of_the_community_see_points_and_enter_sheets(
    client: FlaskClient, session: Session, community: Community, people: list[Resident]
) -> None:
    url = f"/api/v1/residents/{people[0].id}/points?month=2026-01"
    body = sheet(people[0])
    stranger = given_community(session)
    ensure_default_kinds(session, stranger)
    outsider = signed_in(session, stranger, Role.MANAGER)

    assert client.get(url, headers=outsider).status_code == 404
    assert faults(client.post(SHEET, headers=outsider, json=body)) == ["/entries/0/resident_id"]
    assert client.get(url).status_code == client.post(SHEET, json=body).status_code == 401
    for role in (Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER):
        headers = signed_in(session, community, role)
        assert client.get(url, headers=headers).status_code == 403
        assert client.post(SHEET, headers=headers, json=body).status_code == 403
    assert recorded(session) == 0
