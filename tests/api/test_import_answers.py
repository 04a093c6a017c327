"""What programs say about a table they upload, in further fields of the form."""

import io
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import Community, Deed, ImportJob, Resident
from loyalty.services.actors import Role
from loyalty.services.deeds.deeds import ensure_default_kinds
from tests.given import given_community, given_resident, signed_in
from tests.given_lists import REGISTER, SIGN_IN_SHEET
from tests.given_tables import IMPORTS, faults, upload, workbook

EVERYBODY = {"everywhere": {"adult": "是", "household_ref": "by_unit"}}


def say(
    client: FlaskClient, headers: dict[str, str], kind: str, content: bytes, **said: Any
) -> TestResponse:
    """Upload a table and take it in, with what is said about it."""
    return client.post(
        f"{IMPORTS}/{kind}?dry_run=false",
        headers=headers,
        data={
            "file": (io.BytesIO(content), "table.xlsx"),
            **{name: json.dumps(value) for name, value in said.items()},
        },
    )


@pytest.mark.parametrize("column", ["住在哪", "B"])
def test_a_register_comes_in_with_the_answers_in_the_same_call(
    client: FlaskClient, session: Session, staff: dict[str, str], column: str
) -> None:
    answer = say(client, staff, "residents", REGISTER, columns={column: "unit"}, answers=EVERYBODY)

    assert faults(answer) == []
    assert answer.json["applied_at"] is not None
    assert len(session.scalars(select(Resident)).all()) == 5


def test_without_answers_it_is_told_what_is_missing(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    answer = upload(client, staff, REGISTER)

    missing = {column for _, column, code in faults(answer) if code == "missing_heading"}
    assert missing == {"住址", "成年", "户号"}


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"columns": {"没有": "unit"}}, "/columns/没有"),
        ({"columns": {"备注": "religion"}}, "/columns/4"),
        ({"answers": {"everywhere": {"adult": "也许"}}}, "/everywhere/adult"),
        ({"answers": {"everywhere": {"name": "王"}}}, "/everywhere/name"),
    ],
)
def test_an_answer_that_makes_no_sense_is_named(
    client: FlaskClient, staff: dict[str, str], said: dict[str, Any], pointer: str
) -> None:
    answer = say(client, staff, "residents", REGISTER, **said)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize("said", ["{", "[]", '"x"', "7", '{"cells": {"0": {}}}', "null"])
def test_answers_that_are_no_answers_are_refused(
    client: FlaskClient, staff: dict[str, str], said: str
) -> None:
    answer = client.post(
        f"{IMPORTS}/residents",
        headers=staff,
        data={"file": (io.BytesIO(REGISTER), "table.xlsx"), "answers": said},
    )

    assert answer.status_code == 422


def test_a_row_may_be_given_the_person_it_means(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    ensure_default_kinds(session, community)
    given_resident(session, community, name="马平华", unit="1栋1单元04号")
    namesakes = [
        given_resident(session, community, name="赵勇志", unit=f"{place}栋") for place in (1, 2)
    ]
    session.commit()

    asked = say(client, staff, "deeds", SIGN_IN_SHEET)
    [fault] = asked.json["errors"]
    assert (fault["row"], fault["code"]) == (4, "several_residents")
    assert [choice["unit"] for choice in fault["choices"]] == ["1栋", "2栋"]
    answer = say(
        client, staff, "deeds", SIGN_IN_SHEET, answers={"people": {"4": str(namesakes[1].id)}}
    )

    assert faults(answer) == []
    doers = set(session.scalars(select(Deed.resident_id)))
    assert namesakes[1].id in doers
    assert namesakes[0].id not in doers


def test_a_name_that_is_unique_is_enough_and_another_home_is_asked_about(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    ensure_default_kinds(session, community)
    given_resident(session, community, name="杨晓华", unit="1栋1单元07号")
    session.commit()
    rows = [("姓名", "住址", "种类", "日期", "来源"),
            ("杨 晓华", "", "调解纠纷", "2026-01-16", "甲"),
            ("杨晓华", "１栋１单元7号", "调解纠纷", "2026-01-16", "乙"),
            ("杨晓华", "1-1-07", "调解纠纷", "2026-01-16", "丙"),
            ("杨晓花", "", "调解纠纷", "2026-01-16", "丁"),
            ("杨大华", "1-1-7", "调解纠纷", "2026-01-16", "戊"),
            ("李四", "", "调解纠纷", "2026-01-16", "己")]  # fmt: skip

    answer = upload(client, staff, workbook(*rows), kind="deeds")

    assert answer.json["valid"] == 2
    asked = {fault["row"]: fault["choices"] for fault in answer.json["errors"]}
    assert {row: [choice["unit"] for choice in choices] for row, choices in asked.items()} == {
        4: ["1栋1单元07号"],
        5: ["1栋1单元07号"],
        6: ["1栋1单元07号"],
        7: [],
    }
    assert "您是说1栋1单元07号的杨晓华吗？" in answer.json["errors"][0]["message"]


def test_a_table_nobody_came_back_to_is_forgotten_after_seven_days(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    elsewhere = signed_in(session, given_community(session), Role.STAFF)
    ids = [upload(client, who, REGISTER).json["import_id"] for who in (staff, staff, elsewhere)]
    old, young, others = (
        session.scalars(select(ImportJob).where(ImportJob.id == UUID(one))).one() for one in ids
    )
    for job, days in ((old, 8), (young, 6), (others, 8)):
        job.uploaded_at -= timedelta(days=days)
    session.commit()

    upload(client, staff, REGISTER)

    session.expire_all()
    assert old.kept_table is None
    assert young.kept_table is not None
    assert others.kept_table is not None
