"""Files as offices keep them, from ../shared/cases: each is read right or told of."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import Community, Resident
from loyalty.services.deeds.deeds import ensure_default_kinds
from tests.conftest import shared_data
from tests.given import given_resident
from tests.given_tables import act, faults, upload

SOMEBODY = "01a2265e-2e15-7219-984f-f24f4fee031c"
"""Whom the sheets of deeds name by id."""


@pytest.fixture
def resident(session: Session, community: Community) -> Resident:
    ensure_default_kinds(session, community)
    resident = given_resident(session, community, id=UUID(SOMEBODY), name="陈荣")
    session.commit()
    return resident


def sent(
    client: FlaskClient, staff: dict[str, str], name: str, kind: str = "residents"
) -> TestResponse:
    return upload(client, staff, shared_data(f"../cases/{name}").read_bytes(), kind=kind)


def points(client: FlaskClient, staff: dict[str, str], answer: TestResponse) -> list[str]:
    act(client, staff, answer.json, "apply", only_valid=True)
    return [deed["points"] for deed in client.get("/api/v1/deeds", headers=staff).json["items"]]


def residents(client: FlaskClient, staff: dict[str, str], answer: TestResponse) -> list[Any]:
    act(client, staff, answer.json, "apply", only_valid=True)
    found: list[Any] = client.get("/api/v1/residents", headers=staff).json["items"]
    return found


@pytest.mark.usefixtures("resident")
def test_a_formula_that_went_wrong_is_told_by_row_column_and_text(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    answer = sent(client, staff, "deeds-error-cell.xlsx", "deeds")

    assert faults(answer) == [(2, "时长", "error_cell")]
    assert "#N/A" in answer.json["errors"][0]["message"]
    assert answer.json["valid"] == 0


@pytest.mark.usefixtures("resident")
def test_thirty_minutes_in_a_column_of_hours_are_half_a_point(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    answer = sent(client, staff, "deeds-minutes.xlsx", "deeds")

    assert faults(answer) == []
    assert points(client, staff, answer) == ["0.50"]


@pytest.mark.usefixtures("resident")
def test_a_number_is_what_excel_shows_of_it(client: FlaskClient, staff: dict[str, str]) -> None:
    answer = sent(client, staff, "deeds-float.xlsx", "deeds")

    assert faults(answer) == []
    assert points(client, staff, answer) == ["3.30"]


def test_a_stray_quotation_mark_refuses_its_row_alone(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    answer = sent(client, staff, "unbalanced-quote.csv")

    assert faults(answer) == [(2, "姓名", "stray_quote"), (4, "姓名", "stray_quote")]
    assert {one["name"] for one in residents(client, staff, answer)} == {"吴二测", "郑一测"}


def test_no_telephone_number_becomes_another(client: FlaskClient, staff: dict[str, str]) -> None:
    answer = sent(client, staff, "phones.xlsx")

    assert faults(answer) == [
        (2, "电话", "inexact_number"),
        (4, "电话", "not_a_phone"),
        (7, "电话", "inexact_number"),
    ]
    assert {one["phone"] for one in residents(client, staff, answer)} == {"+8613800138000"}


def test_a_title_does_not_decide_how_columns_are_told_apart(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    answer = sent(client, staff, "title-then-tabs.txt")

    assert faults(answer) == []
    assert answer.json["valid"] == 1


def test_a_web_page_is_called_one(client: FlaskClient, staff: dict[str, str]) -> None:
    answer = sent(client, staff, "html-table.xls")

    assert answer.status_code == 422
    assert answer.json["detail"].startswith("This is a web page")


def test_a_register_lacks_nothing_but_what_must_be_asked(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    answer = sent(client, staff, "register-as-an-office-keeps-it.xlsx")

    assert {code for _, _, code in faults(answer)} == {"missing_heading"}
    assert {column for _, column, _ in faults(answer)} == {"成年", "户号"}
    assert answer.json["rows"] == 5
    assert [note["code"] for note in answer.json["notes"]] == [
        "ignored_column",
        "ignored_column",
        "read_as",
        "passed_over",
    ]


def test_an_address_in_three_columns_is_one(client: FlaskClient, staff: dict[str, str]) -> None:
    answer = sent(client, staff, "register-house-flat-room.csv")

    assert {column for _, column, _ in faults(answer)} == {"成年", "户号"}
    assert answer.json["rows"] == 1


def test_what_excel_made_a_date_of_is_told(client: FlaskClient, staff: dict[str, str]) -> None:
    answer = sent(client, staff, "register-turned-into-dates.xlsx")

    assert faults(answer) == [
        (2, "住址", "turned_date"),
        (2, "户号", "turned_date"),
        (3, "住址", "turned_date"),
        (4, "住址", "turned_number"),
        (5, "住址", "turned_date"),
        (6, "住址", "required"),
        (6, "户号", "required"),
    ]
    assert "2001-03-02" in answer.json["errors"][0]["message"]


@pytest.mark.usefixtures("resident")
def test_a_day_without_a_year_is_of_the_year_of_the_sheet(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    answer = sent(client, staff, "signin-sheet-as-kept.xlsx", "deeds")

    assert answer.json["valid"] == 1
    assert {code for _, _, code in faults(answer)} == {"repeated_row"}
    assert {fault["row"] for fault in answer.json["errors"]} == set(range(4, 11))


def test_a_name_with_something_between_its_letters_is_one_person(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    answer = sent(client, staff, "name-with-blank.xlsx")

    assert [(row, code) for row, _, code in faults(answer)] == [
        (3, "repeated_row"),
        (4, "repeated_row"),
    ]
    assert [one["name"] for one in residents(client, staff, answer)] == ["王芳"]


def test_a_household_is_one_with_and_without_leading_zeros(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    answer = sent(client, staff, "household-leading-zeros.xlsx")

    assert faults(answer) == []
    assert {one["household_ref"] for one in residents(client, staff, answer)} == {"0012"}
