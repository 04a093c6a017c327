"""A call under an `Idempotency-Key` is carried out once, and answered alike when it comes again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, delete, func, select, update
from sqlalchemy.orm import Session

from loyalty.models import Community, ImportJob, KeptAnswer, Resident
from loyalty.services import sealing
from loyalty.services.actors import Role
from tests.given import given_community, signed_in
from tests.present import present

RESIDENTS = "/api/v1/residents"
BODY = {"name": "单雪梅", "unit": "3号楼2单元501", "adult": True, "household_ref": "H-17"}


def keyed(headers: dict[str, str], key: object = None) -> dict[str, str]:
    return {**headers, "Idempotency-Key": str(key or uuid4())}


def residents(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Resident)) or 0


def test_a_repeated_call_makes_one_record_and_has_the_same_answer(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    headers = keyed(staff)

    first = client.post(RESIDENTS, headers=headers, json=BODY)
    second = client.post(RESIDENTS, headers=headers, json=BODY)

    assert (first.status_code, second.status_code) == (201, 200)
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.json == first.json
    assert second.headers["ETag"] == first.headers["ETag"]
    assert residents(session) == 1


def test_another_call_under_the_same_key_is_refused(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    headers = keyed(staff)
    client.post(RESIDENTS, headers=headers, json=BODY)

    other_body = client.post(RESIDENTS, headers=headers, json={**BODY, "name": "王建国"})
    other_path = client.post("/api/v1/areas", headers=headers, json={"name": "东区"})

    for refused in (other_body, other_path):
        assert refused.status_code == 422
        assert refused.json["type"] == "/problems/idempotency-key-reused"
    assert residents(session) == 1


@pytest.mark.parametrize("forgotten", [True, False])
def test_where_the_operators_secret_was_changed_it_is_said_that_the_call_was_carried_out(
    app: Flask,
    client: FlaskClient,
    session: Session,
    staff: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    forgotten: bool,
) -> None:
    headers = keyed(staff)
    client.post(RESIDENTS, headers=headers, json=BODY)
    changed = replace(app.extensions["loyalty.settings"], secret_key="another secret " * 3)
    monkeypatch.setitem(app.extensions, "loyalty.settings", changed)
    if forgotten:
        # As erasing somebody leaves it, who cannot be taken out of what does not open.
        session.execute(update(KeptAnswer).values(answer=None))
        session.commit()

    again = client.post(RESIDENTS, headers=headers, json=BODY)

    assert (again.status_code, again.json["type"]) == (409, "/problems/answer-lost")
    assert "carried out" in again.json["detail"]
    assert residents(session) == 1


def test_a_key_belongs_to_its_caller(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    stranger = signed_in(session, given_community(session), Role.STAFF)
    key = uuid4()

    answers = [
        client.post(RESIDENTS, headers=keyed(who, key), json=BODY) for who in (staff, stranger)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert residents(session) == 2


def test_a_call_that_was_refused_may_be_tried_again(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    headers = keyed(staff)
    malformed = client.post(RESIDENTS, headers=headers, json={"name": "单雪梅"})

    right = client.post(RESIDENTS, headers=headers, json=BODY)

    assert (malformed.status_code, right.status_code) == (422, 201)
    assert residents(session) == 1


@pytest.mark.parametrize("spelling", ["{}", "{{{}}}", "urn:uuid:{}", "URN:UUID:{}", '"{}"', " {} "])
@pytest.mark.parametrize("spelled", [str, lambda key: str(key).upper(), lambda key: key.hex])
def test_a_key_is_the_same_however_it_is_spelled(
    client: FlaskClient, session: Session, staff: dict[str, str], spelling: str, spelled: Any
) -> None:
    key = uuid4()
    client.post(RESIDENTS, headers=keyed(staff, key), json=BODY)

    again = keyed(staff, spelling.format(spelled(key)))

    assert client.post(RESIDENTS, headers=again, json=BODY).status_code == 200
    assert residents(session) == 1


@pytest.mark.parametrize("text", ["again", "1_2" + "0" * 29, "+" + "0" * 31, "0" * 33, ""])
def test_what_is_no_uuid_is_no_key(client: FlaskClient, staff: dict[str, str], text: str) -> None:
    headers = {**staff, "Idempotency-Key": text}

    answer = client.post(RESIDENTS, headers=headers, json=BODY)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/headers/Idempotency-Key"


def test_an_uploaded_table_is_taken_in_once(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    headers = keyed(staff)
    table = "姓名,住址,成年,户号\n单雪梅,3号楼,是,H-17\n".encode()

    answers = [
        client.post(
            "/api/v1/imports/residents?dry_run=true",
            headers=headers,
            data={"file": (BytesIO(table), "residents.csv")},
        )
        for _ in range(2)
    ]

    assert answers[0].json["import_id"] == answers[1].json["import_id"]
    assert session.scalar(select(func.count()).select_from(ImportJob)) == 1


def test_the_same_call_twice_at_once_makes_one_record(
    app: Flask, session: Session, staff: dict[str, str]
) -> None:
    headers = keyed(staff)
    session.commit()

    def send(_: int) -> Any:
        return app.test_client().post(RESIDENTS, headers=headers, json=BODY)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert residents(session) == 1


def test_no_answer_is_kept_that_can_be_read_without_the_secret(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    client.post(RESIDENTS, headers=keyed(staff), json=BODY)

    kept = present(session.scalars(select(KeptAnswer.answer)).one())

    assert "单雪梅".encode() not in kept
    assert b"household_ref" not in kept


def test_nobody_waits_for_another_who_forgets_old_answers(
    app: Flask,
    session: Session,
    database: str,
    staff: dict[str, str],
    clock: time_machine.Traveller,
) -> None:
    """Calls of a thousand communities would otherwise queue behind the slowest of them."""
    client = app.test_client()
    client.post("/api/v1/areas", headers=keyed(staff), json={"name": "东区"})
    clock.shift(timedelta(days=1))
    tomorrow = signed_in(session, given_community(session), Role.STAFF)
    session.commit()

    def call() -> int:
        answer = app.test_client().post(
            "/api/v1/areas", headers=keyed(tomorrow), json={"name": "西区"}
        )
        return answer.status_code

    other = create_engine(database)
    with other.connect() as forgetting, ThreadPoolExecutor(1) as thread:
        forgetting.execute(delete(KeptAnswer))
        called = thread.submit(call)
        try:
            status = called.result(timeout=120)
        finally:
            forgetting.rollback()
    other.dispose()

    assert status == 201


@pytest.mark.parametrize(
    ("later", "kept"), [(timedelta(days=1, seconds=-1), 2), (timedelta(days=1), 1)]
)
def test_an_answer_is_kept_for_a_day(
    client: FlaskClient,
    session: Session,
    community: Community,
    staff: dict[str, str],
    clock: time_machine.Traveller,
    *,
    later: timedelta,
    kept: int,
) -> None:
    client.post("/api/v1/areas", headers=keyed(staff), json={"name": "东区"})
    clock.shift(later)

    tomorrow = signed_in(session, community, Role.STAFF)
    client.post("/api/v1/areas", headers=keyed(tomorrow), json={"name": "西区"})

    assert session.scalar(select(func.count()).select_from(KeptAnswer)) == kept


def test_a_record_whose_answer_cannot_be_kept_is_not_made(
    client: FlaskClient,
    session: Session,
    staff: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sealing, "_NONCE_BYTES", 0)

    answer = client.post(RESIDENTS, headers=keyed(staff), json=BODY)

    assert answer.status_code == 500
    session.rollback()
    assert residents(session) == 0
