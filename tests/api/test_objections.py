from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Objection, Round, StaffAccount
from loyalty.services.actors import Role
from tests.given import NOBODY, given_community, signed_in
from tests.given_notices import given_objection, placed
from tests.given_rounds import AFTER_NOTICE, LAST_DAY, given_nomination_by

DECISION = {"upheld": True, "reason": "已经核实"}


def objections_to(session: Session, notice: Round) -> str:
    community = session.get_one(Community, notice.community_id)
    return f"/api/v1/public/{community.slug}/rounds/2026-12/objections"


def line(session: Session, notice: Round, place: int = 1, **members: Any) -> dict[str, Any]:
    """A sound objection to one line."""
    reference = placed(session, notice, place).reference
    return {"reference": reference, "text": "这个人没有做过这些事", **members}


def test_anyone_objects_and_asks_back_with_the_receipt(
    client: FlaskClient, session: Session, community: Community, notice: Round
) -> None:
    made = client.post(objections_to(session, notice), json=line(session, notice))

    assert made.status_code == 201, made.json
    assert made.json == {
        "receipt": made.json["receipt"],
        "state": "open",
        "made_at": made.json["made_at"],
        "due_on": "2026-12-16",
        "decided_at": None,
    }
    asked = client.get(f"/api/v1/public/{community.slug}/objections/{made.json['receipt']}")
    assert asked.json["state"] == "open"
    assert asked.json.keys() == made.json.keys()


def test_a_receipt_of_nobody_is_unknown(
    client: FlaskClient, session: Session, community: Community, notice: Round
) -> None:
    receipt = given_objection(session, notice).receipt
    neighbour = given_community(session)
    session.commit()

    for slug, number in ((community.slug, "AAAAAAAAAAAAAAAA"), (neighbour.slug, receipt)):
        answer = client.get(f"/api/v1/public/{slug}/objections/{number}")
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/unknown-record")


def test_objections_are_taken_until_the_end_of_the_last_day(
    client: FlaskClient,
    session: Session,
    notice: Round,
    clock: time_machine.Traveller,
) -> None:
    clock.move_to(LAST_DAY.replace(hour=23, minute=59))
    in_time = client.post(objections_to(session, notice), json=line(session, notice))
    clock.move_to(AFTER_NOTICE.replace(hour=0, minute=0))
    late = client.post(objections_to(session, notice), json=line(session, notice))

    assert in_time.status_code == 201
    assert (late.status_code, late.json["missing"]) == (409, ["notice_over"])


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"text": None}, "/text"),
        ({"text": " "}, "/text"),
        ({"text": "字" * 2001}, "/text"),
        ({"text": "a\u0000b"}, "/text"),
        ({"reference": "R-NOBODY"}, "/reference"),
        ({"reference": 7}, "/reference"),
        ({"honour": "civilized_resident", "line": 1}, ""),
        ({"contact": "1" * 201}, "/contact"),
        ({"id_number": "1"}, "/id_number"),
    ],
)
def test_an_objection_that_makes_no_sense_is_named(
    client: FlaskClient,
    session: Session,
    notice: Round,
    change: dict[str, Any],
    pointer: str,
) -> None:
    answer = client.post(objections_to(session, notice), json=line(session, notice, **change))

    assert answer.status_code == 422, answer.json
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]


def test_an_objection_names_a_line(client: FlaskClient, session: Session, notice: Round) -> None:
    for members in ({}, {"honour": "civilized_resident"}, {"line": 1}):
        answer = client.post(objections_to(session, notice), json={"text": "有异议", **members})
        assert answer.status_code == 422, answer.json

    by_number = {"honour": "civilized_resident", "line": 2, "text": "有异议"}
    assert client.post(objections_to(session, notice), json=by_number).status_code == 201
    assert session.query(Objection).one().candidate_id == placed(session, notice, 2).id


def test_staff_read_objections_and_answer_them(
    client: FlaskClient, session: Session, community: Community, notice: Round
) -> None:
    given_objection(session, notice, 2, name="赵大力", contact="3-501")
    staff = signed_in(session, community, Role.STAFF)

    listed = client.get(f"/api/v1/rounds/{notice.id}/objections", headers=staff)
    (objection,) = listed.json["items"]
    decided = client.post(
        f"/api/v1/objections/{objection['id']}/decision", headers=staff, json=DECISION
    )

    assert (objection["line"], objection["honour"]) == (2, "civilized_resident")
    assert objection["resident"]["name"] == "张小明"
    assert (objection["name"], objection["contact"]) == ("赵大力", "3-501")
    assert decided.status_code == 200, decided.json
    assert (decided.json["state"], decided.json["reason"]) == ("upheld", "已经核实")
    shown = client.get(f"/api/v1/public/{community.slug}/rounds/2026-12").json
    assert [one["line"] for one in shown["lists"][0]["lines"]] == [1, 3, 4]
    assert shown["answered"] == [{"decided_on": "2026-12-09", "upheld": True, "reason": "已经核实"}]
    assert [one["kind"] for one in shown["versions"]] == ["first", "supplementary"]


def test_whoever_is_involved_is_told_so(
    client: FlaskClient, session: Session, community: Community, notice: Round
) -> None:
    objection = given_objection(session, notice)
    staff = signed_in(session, community, Role.STAFF)
    newest = select(StaffAccount).order_by(StaffAccount.id.desc()).limit(1)
    account = session.scalars(newest).one()
    given_nomination_by(session, account.id, placed(session, notice, 1))
    session.commit()

    answer = client.post(
        f"/api/v1/objections/{objection.id}/decision", headers=staff, json=DECISION
    )

    assert (answer.status_code, answer.json["type"]) == (403, "/problems/involved")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"upheld": "yes"}, "/upheld"),
        ({"upheld": None}, "/upheld"),
        ({"reason": ""}, "/reason"),
        ({"reason": "张小明说得对"}, "/reason"),
        ({"severity": 1}, "/severity"),
    ],
)
def test_an_answer_that_makes_no_sense_is_named(
    client: FlaskClient,
    session: Session,
    notice: Round,
    change: dict[str, Any],
    pointer: str,
) -> None:
    objection = given_objection(session, notice)
    staff = signed_in(session, session.get_one(Community, notice.community_id), Role.STAFF)

    answer = client.post(
        f"/api/v1/objections/{objection.id}/decision", headers=staff, json={**DECISION, **change}
    )

    assert answer.status_code == 422, answer.json
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]


def test_who_is_not_staff_neither_reads_nor_answers(
    client: FlaskClient, session: Session, community: Community, notice: Round
) -> None:
    objection = given_objection(session, notice)
    session.commit()
    calls = (
        ("GET", f"/api/v1/rounds/{notice.id}/objections", None),
        ("POST", f"/api/v1/objections/{objection.id}/decision", DECISION),
    )

    for verb, url, body in calls:
        assert client.open(url, method=verb, json=body).status_code == 401
        for role in (Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER):
            headers = signed_in(session, community, role)
            assert client.open(url, method=verb, headers=headers, json=body).status_code == 403
        outsider = signed_in(session, given_community(session), Role.MANAGER)
        assert client.open(url, method=verb, headers=outsider, json=body).status_code == 404
    session.refresh(objection)
    assert objection.decided_at is None


def test_an_objection_that_does_not_exist_is_unknown(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    answer = client.post(f"/api/v1/objections/{NOBODY}/decision", headers=staff, json=DECISION)

    assert answer.status_code == 404
