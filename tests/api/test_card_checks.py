import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.rules.card_number import number_of
from tests.given import given_card, given_community

CHECKS = "/api/v1/card-checks"
NOTHING = {"valid_from": None, "valid_until": None, "pay_permille": None, "honour": None}


def test_anyone_is_told_whether_a_card_is_valid_and_not_whose_it_is(
    client: FlaskClient, session: Session
) -> None:
    card = given_card(session, given_community(session))
    session.commit()

    answer = client.post(CHECKS, json={"code": card.token})

    assert answer.status_code == 200
    assert answer.json == {
        "verdict": "ok",
        "valid_from": "2026-12-01",
        "valid_until": "2026-12-31",
        "pay_permille": 850,
        "honour": "civilized_resident",
    }


def test_a_number_is_looked_for_in_the_community_that_is_named(
    client: FlaskClient, session: Session
) -> None:
    ours = given_community(session)
    card = given_card(session, ours)
    session.commit()
    number = {"code": number_of(card.serial)}

    alone = client.post(CHECKS, json=number).json["verdict"]
    theirs = given_community(session)
    session.commit()
    beside = [
        client.post(CHECKS, json={**number, "community": named}).json["verdict"]
        for named in (ours.slug, theirs.slug, None)
    ]
    token = {"code": card.token, "community": theirs.slug}

    assert (alone, beside) == ("ok", ["ok", "unknown", "ok"])
    assert client.post(CHECKS, json=token).json["verdict"] == "ok"
    assert client.post(CHECKS, json={**number, "community": "nowhere"}).status_code == 404


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("12345678901244", "unknown"),
        ("134567890123456789", "payment_code"),
        ("6901234567892", "bad_code"),
        ("' OR 1=1 --", "bad_code"),
        ("９" * 14, "bad_code"),
    ],
)
def test_an_unknown_code_is_an_answer_and_no_error(
    client: FlaskClient, code: str, verdict: str
) -> None:
    answer = client.post(CHECKS, json={"code": code})

    assert (answer.status_code, answer.json) == (200, {"verdict": verdict, **NOTHING})


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/code"),
        ({"code": None}, "/code"),
        ({"code": 12345678901244}, "/code"),
        ({"code": ""}, "/code"),
        ({"code": "1\u00002"}, "/code"),
        ({"code": "x" * 257}, "/code"),
        ({"code": "x", "name": "张"}, "/name"),
    ],
)
def test_a_malformed_check_is_named(
    client: FlaskClient, body: dict[str, object], pointer: str
) -> None:
    answer = client.post(CHECKS, json=body)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]
