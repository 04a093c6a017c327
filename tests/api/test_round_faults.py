from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.rules.selection import RoundAction
from tests.given import (
    NOBODY,
    given_community,
    given_resident,
    given_round,
    signed_in,
)
from tests.given_rounds import given_round_after

ROUNDS = "/api/v1/rounds"
PLAN = {"month": "2026-12", "lists": [{"honour": "civilized_resident", "quota": 1}]}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"month": "2026-13"}, "/month"),
        ({"month": "9999-12"}, "/month"),
        ({"month": 202612}, "/month"),
        ({"lists": []}, "/lists"),
        ({"lists": [{"quota": 1}]}, "/lists/0/honour"),
        ({"lists": [{"honour": "nobody", "quota": 1}]}, "/lists/0/honour"),
        ({"lists": [{"honour": "a\u0000", "quota": 1}]}, "/lists/0/honour"),
        ({"lists": [{"honour": "household_head", "quota": 0}]}, "/lists/0/quota"),
        ({"lists": [{"honour": "household_head", "quota": 10**30}]}, "/lists/0/quota"),
        ({"lists": [{"honour": "household_head", "quota": 1.5}]}, "/lists/0/quota"),
        (
            {"lists": [{"honour": "household_head", "quota": 1, "pay_permille": 900}]},
            "/lists/0/pay_permille",
        ),
        (
            {"lists": [{"honour": "household_head", "quota": 1, "months_valid": 2}]},
            "/lists/0/months_valid",
        ),
        (
            {"lists": [{"honour": "household_head", "quota": 1, "min_score": "-1"}]},
            "/lists/0/min_score",
        ),
        (
            {
                "lists": [
                    {
                        "honour": "household_head",
                        "quota": 1,
                        "area_minimums": {NOBODY: 1},
                    }
                ]
            },
            "/lists/0/area_minimums",
        ),
        ({"notice_working_days": 0}, "/notice_working_days"),
        ({"discount": 15}, "/discount"),
    ],
)
def test_a_plan_that_makes_no_sense_is_named(
    client: FlaskClient, session: Session, change: dict[str, Any], pointer: str
) -> None:
    headers = signed_in(session, given_community(session))

    answer = client.post(ROUNDS, headers=headers, json={**PLAN, **change})

    assert answer.status_code == 422, answer.json
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/action"),
        ({"action": "skip"}, "/action"),
        ({"action": "draw", "seed": "a\u0000b"}, "/seed"),
        ({"action": "draw", "witnesses": ["甲", "乙", "丙"]}, "/witnesses"),
        ({"action": "freeze", "source": {"code": "coin", "day": "2026-12-10"}}, "/source/code"),
        ({"action": "freeze", "source": {"code": "dice"}}, "/source/day"),
        ({"action": "freeze", "source": {"code": "dice", "day": "tomorrow"}}, "/source/day"),
        ({"action": "cancel"}, "/reason"),
        ({"action": ["open"]}, "/action"),
    ],
)
def test_an_action_that_makes_no_sense_is_named(
    client: FlaskClient, session: Session, body: dict[str, Any], pointer: str
) -> None:
    community = given_community(session)
    url = f"{ROUNDS}/{given_round(session, community).id}/actions"
    headers = signed_in(session, community)

    answer = client.post(url, headers=headers, json=body)

    assert answer.status_code == 422, answer.json
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"source": "mayor"}, "/source"),
        ({"resident_id": "somebody"}, "/resident_id"),
        ({"resident_id": NOBODY}, "/resident_id"),
        ({"honour": "household_head"}, "/honour"),
    ],
)
def test_a_nomination_that_makes_no_sense_is_named(
    client: FlaskClient, session: Session, change: dict[str, str], pointer: str
) -> None:
    community = given_community(session)
    selection_round = given_round_after(session, community, RoundAction.OPEN)
    resident = given_resident(session, community)
    headers = signed_in(session, community)
    body = {
        "honour": "civilized_resident",
        "resident_id": str(resident.id),
        "source": "self",
        **change,
    }

    answer = client.post(f"{ROUNDS}/{selection_round.id}/nominations", headers=headers, json=body)

    assert answer.status_code == 422, answer.json
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]
