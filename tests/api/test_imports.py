from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, ImportJob, Resident
from loyalty.services.actors import Role
from loyalty.services.deeds.deeds import ensure_default_kinds
from tests.given import given_account, given_community, given_resident, signed_in
from tests.given_tables import (
    HEADINGS,
    IMPORTS,
    LI,
    ZHANG,
    act,
    faults,
    names,
    text,
    upload,
    workbook,
)


@pytest.mark.parametrize("file", [workbook, text])
def test_a_dry_run_tells_and_adds_nothing(
    client: FlaskClient, staff: dict[str, str], file: Any
) -> None:
    answer = upload(client, staff, file(HEADINGS, ZHANG, LI))

    assert answer.status_code == 201, answer.json
    assert answer.json["rows"] == answer.json["valid"] == 2
    assert answer.json["errors"] == []
    assert names(client, staff) == []


def test_a_run_that_is_not_dry_adds_a_table_without_errors_at_once(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    answer = upload(client, staff, workbook(HEADINGS, ZHANG, LI), dry_run=False)

    assert answer.json["applied_at"] is not None
    assert names(client, staff) == ["李秀英", "张小明"]


def test_a_run_that_is_not_dry_adds_nothing_where_one_row_is_wrong(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    wrong = ("王芳", "", "是", "H-3")

    answer = upload(client, staff, workbook(HEADINGS, ZHANG, wrong), dry_run=False)

    assert faults(answer) == [(3, "住址", "required")]
    assert answer.json["errors"][0]["message"] == "「住址」不能空着。"
    assert answer.json["applied_at"] is None
    assert names(client, staff) == []


def test_only_the_right_rows_are_added_if_staff_say_so(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    report = upload(client, staff, workbook(HEADINGS, ZHANG, ("王芳", "", "是", "H-3"))).json

    refused = act(client, staff, report, "apply")
    taken = act(client, staff, report, "apply", only_valid=True)

    assert refused.status_code == 409
    assert refused.json["missing"] == ["has_errors"]
    assert taken.status_code == 200, taken.json
    assert names(client, staff) == ["张小明"]


def test_a_table_is_applied_once(client: FlaskClient, staff: dict[str, str]) -> None:
    report = upload(client, staff, workbook(HEADINGS, ZHANG)).json
    act(client, staff, report, "apply")

    again = act(client, staff, report, "apply")

    assert again.status_code == 409
    assert again.json["type"] == "/problems/import-state"
    assert again.json["missing"] == ["applied_already"]
    assert names(client, staff) == ["张小明"]


def test_undoing_removes_what_was_added_and_nothing_else(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    given_resident(session, community, name="王芳")
    session.commit()
    report = upload(client, staff, workbook(HEADINGS, ZHANG, LI), dry_run=False).json

    undone = act(client, staff, report, "undo")

    assert undone.status_code == 200, undone.json
    assert undone.json["undone_at"] is not None
    assert names(client, staff) == ["王芳"]
    job = session.scalars(select(ImportJob)).one()
    assert (job.kept_table, job.answers, job.errors, job.notes) == (None, {}, [], [])
    assert [row["cells"] for row in job.valid_rows] == [{}, {}]
    assert job.forgotten_at == job.undone_at
    assert act(client, staff, report, "undo").json["missing"] == ["undone_already"]
    assert act(client, staff, report, "apply").json["missing"] == ["applied_already"]


def test_an_account_is_nobody_any_more_where_its_resident_is_taken_back(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    report = upload(client, staff, workbook(HEADINGS, ZHANG), dry_run=False).json
    zhang = session.scalars(select(Resident)).one()
    theirs = given_account(session, community, resident_id=zhang.id)
    neighbour = given_resident(session, community, name="王芳")
    others = given_account(session, community, resident_id=neighbour.id)
    session.commit()

    assert act(client, staff, report, "undo").status_code == 200

    session.expire_all()
    assert (theirs.resident_id, others.resident_id) == (None, neighbour.id)


def test_what_was_not_applied_is_not_undone(client: FlaskClient, staff: dict[str, str]) -> None:
    report = upload(client, staff, workbook(HEADINGS, ZHANG)).json

    assert act(client, staff, report, "undo").json["missing"] == ["not_applied"]


def test_a_resident_in_use_is_not_taken_back(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    ensure_default_kinds(session, community)
    session.commit()
    report = upload(client, staff, workbook(HEADINGS, ZHANG), dry_run=False).json
    [resident] = client.get("/api/v1/residents", headers=staff).json["items"]
    deed = {"kind": "mediation", "date": "2026-01-05", "source": "调解记录"}
    client.post("/api/v1/deeds", headers=staff, json={**deed, "resident_id": resident["id"]})
    client.patch(
        f"/api/v1/residents/{resident['id']}",
        headers={**staff, "If-Match": '"1"'},
        json={"unit": "4号楼"},
    )

    undone = act(client, staff, report, "undo")

    assert undone.status_code == 409
    assert undone.json["missing"] == ["changed", "deeds"]
    assert names(client, staff) == ["张小明"]


def test_a_table_overtaken_by_events_is_not_applied(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    first = upload(client, staff, workbook(HEADINGS, ZHANG)).json
    upload(client, staff, workbook(HEADINGS, ZHANG), dry_run=False)

    late = act(client, staff, first, "apply")

    assert late.status_code == 409
    assert late.json["missing"] == ["overtaken"]
    assert names(client, staff) == ["张小明"]


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.PANEL, Role.SHOP_OWNER])
def test_only_staff_import(
    client: FlaskClient, session: Session, community: Community, role: Role
) -> None:
    headers = signed_in(session, community, role)

    assert upload(client, headers, text(HEADINGS, ZHANG)).status_code == 403


def test_an_outsider_neither_sees_nor_moves_an_import(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    elsewhere = signed_in(session, given_community(session), Role.STAFF)
    report = upload(client, staff, text(HEADINGS, ZHANG)).json
    address = f"{IMPORTS}/{report['import_id']}"

    assert client.get(address, headers=elsewhere).status_code == 404
    assert act(client, elsewhere, report, "apply").status_code == 404
    assert act(client, elsewhere, report, "undo").status_code == 404
    assert client.get(address).status_code == 401
    assert upload(client, {}, text(HEADINGS, ZHANG)).status_code == 401
    assert names(client, staff) == []
