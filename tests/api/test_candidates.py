import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, Round
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from tests.given import NOBODY, given_community, given_resident, given_round, signed_in
from tests.given_rounds import (
    brought_through,
    given_candidate,
    given_nomination,
    given_round_after,
    list_of,
)

API = "/api/v1"
NAMED = {
    "honour": "civilized_resident",
    "name": "王桂兰",
    "unit": "3号楼2单元501",
    "source": "neighbour",
}


def public_url(community: Community, month: str = "2026-12") -> str:
    return f"{API}/public/{community.slug}/rounds/{month}/nominations"


def test_the_screening_is_shown_with_the_fact_behind_each_reason(
    client: FlaskClient, session: Session, community: Community
) -> None:
    selection_round = given_round(session, community)
    list_of(session, selection_round).min_score_hundredths = 150
    given_candidate(session, selection_round)
    given_candidate(session, selection_round, adult=False)
    brought_through(session, selection_round, RoundAction.FREEZE)
    headers = signed_in(session, community)

    url = f"{API}/rounds/{selection_round.id}/candidates"
    low, minor = client.get(url, headers=headers).json["items"]

    assert low["reasons"] == ["below_threshold"]
    assert low["grounds"] == [
        {"reason": "below_threshold", "months_won": [], "score": "0.00", "threshold": "1.50"}
    ]
    assert [ground["reason"] for ground in minor["grounds"]] == ["not_adult"]
    passed = client.get(f"{url}?outcome=eligible", headers=headers).json
    assert passed == {"items": [], "next": None}


def test_a_nominee_declines(
    client: FlaskClient, session: Session, open_round: Round, staff: dict[str, str]
) -> None:
    candidate = given_candidate(session, open_round)
    session.commit()

    url = f"{API}/rounds/{open_round.id}/candidates/{candidate.id}/decline"
    answer = client.post(url, headers=staff)

    assert (answer.status_code, answer.json["outcome"]) == (200, "declined")


def test_a_frozen_list_lets_nobody_decline(
    client: FlaskClient, session: Session, community: Community
) -> None:
    selection_round = given_round(session, community)
    candidate = given_candidate(session, selection_round)
    brought_through(session, selection_round, RoundAction.FREEZE)
    headers = signed_in(session, community)

    url = f"{API}/rounds/{selection_round.id}/candidates/{candidate.id}/decline"
    answer = client.post(url, headers=headers)

    assert (answer.status_code, answer.json["missing"]) == (409, ["already_frozen"])


@pytest.mark.usefixtures("open_round")
@pytest.mark.parametrize("neighbours", [0, 1, 2])
def test_the_public_answer_tells_nothing_of_who_lives_there(
    client: FlaskClient, session: Session, community: Community, neighbours: int
) -> None:
    for _ in range(neighbours):
        given_resident(session, community, name=NAMED["name"], unit=NAMED["unit"])
    session.commit()

    answer = client.post(public_url(community), json=NAMED)

    assert answer.status_code == 201
    assert answer.json.keys() == {"receipt", "at"}
    assert re.fullmatch("[A-Z2-7]{16}", answer.json["receipt"])


def test_staff_find_out_who_is_meant(
    client: FlaskClient,
    session: Session,
    community: Community,
    open_round: Round,
    staff: dict[str, str],
) -> None:
    resident = given_resident(session, community)
    session.commit()
    receipts = [client.post(public_url(community), json=NAMED).json["receipt"] for _ in range(2)]
    url = f"{API}/rounds/{open_round.id}/nominations"
    waiting = client.get(f"{url}?state=pending", headers=staff).json["items"]
    first, second = (f"{API}/nominations/{one['id']}" for one in waiting)

    matched = client.post(f"{first}/match", headers=staff, json={"resident_id": str(resident.id)})
    rejected = client.post(f"{second}/reject", headers=staff, json={"reason": "查无此人"})
    again = client.post(f"{second}/reject", headers=staff, json={"reason": "查无此人"})

    assert [one["receipt"] for one in waiting] == receipts
    assert (waiting[0]["name"], waiting[0]["unit"]) == (NAMED["name"], NAMED["unit"])
    assert (matched.json["state"], matched.json["name"]) == ("accepted", None)
    assert matched.json["resident"] == {"id": str(resident.id), "name": resident.name}
    assert (rejected.json["state"], rejected.json["reason"]) == ("rejected", "查无此人")
    assert (again.status_code, again.json["missing"]) == (409, ["already_decided"])
    assert client.get(f"{url}?state=pending", headers=staff).json["items"] == []


def test_a_round_that_is_not_open_takes_no_public_nomination(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_round_after(session, community, RoundAction.SCREEN)
    session.commit()

    assert client.post(public_url(community), json=NAMED).status_code == 409
    assert client.post(public_url(community, "2027-01"), json=NAMED).status_code == 404
    assert client.post(public_url(community, "december"), json=NAMED).status_code == 404
    assert client.post(public_url(given_community(session)), json=NAMED).status_code == 404


CALLS = (
    ("GET", "/rounds/{round_id}/candidates", None),
    ("POST", "/rounds/{round_id}/candidates/{candidate_id}/decline", None),
    ("GET", "/rounds/{round_id}/nominations", None),
    ("POST", "/nominations/{nomination_id}/match", {"resident_id": NOBODY}),
    ("POST", "/nominations/{nomination_id}/reject", {"reason": "因"}),
    ("GET", "/rounds/{round_id}/fairness", None),
)


@pytest.mark.parametrize("call", CALLS)
def test_only_staff_of_the_community_look_after_candidates(
    client: FlaskClient,
    session: Session,
    community: Community,
    open_round: Round,
    call: tuple[str, str, Any],
) -> None:
    verb, path, body = call
    url = API + path.format(
        round_id=open_round.id,
        candidate_id=given_candidate(session, open_round).id,
        nomination_id=given_nomination(session, open_round).id,
    )
    outsider = signed_in(session, given_community(session), Role.MANAGER)

    assert client.open(url, method=verb, json=body).status_code == 401
    assert client.open(url, method=verb, headers=outsider, json=body).status_code == 404
    for role in (Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER):
        headers = signed_in(session, community, role)
        assert client.open(url, method=verb, headers=headers, json=body).status_code == 403


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"source": "group"}, "/source"),
        ({"source": "staff"}, "/source"),
        ({"name": ""}, "/name"),
        ({"unit": "a\u0000"}, "/unit"),
        ({"honour": "household_head"}, "/honour"),
        ({"resident_id": NOBODY}, "/resident_id"),
    ],
)
@pytest.mark.usefixtures("open_round")
def test_a_public_nomination_that_makes_no_sense_is_named(
    client: FlaskClient,
    session: Session,
    community: Community,
    change: dict[str, str],
    pointer: str,
) -> None:
    session.commit()

    answer = client.post(public_url(community), json={**NAMED, **change})

    assert answer.status_code == 422, answer.json
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]


def test_a_round_is_shown_with_its_fairness_once_it_is_drawn(
    client: FlaskClient, session: Session, community: Community
) -> None:
    early = given_round(session, community)
    headers = signed_in(session, community)
    refused = client.get(f"{API}/rounds/{early.id}/fairness", headers=headers)
    for _ in range(2):
        given_candidate(session, early)
    brought_through(session, early, RoundAction.DRAW)
    session.commit()

    answer = client.get(f"{API}/rounds/{early.id}/fairness", headers=headers)

    assert (refused.status_code, refused.json["missing"]) == (409, ["not_drawn"])
    (shown,) = answer.json["lists"]
    nobody = dict.fromkeys(("least", "lower_quartile", "median", "upper_quartile", "most"), "0.00")
    assert shown == {
        "honour": "civilized_resident",
        "quota": 3,
        "nominated": 2,
        "declined": 0,
        "eligible": 2,
        "selected": 2,
        "first_time": 2,
        "repeat": 0,
        "areas": [{"area_id": None, "nominated": 2, "eligible": 2, "selected": 2, "minimum": 0}],
        "eligible_scores": nobody,
        "selected_scores": nobody,
    }
    assert answer.json["nominations"] == {
        "by_source": {},
        "by_account": [],
        "by_household_group": [],
    }
    assert (answer.json["conflicts_declared"], answer.json["conflicts_detected"]) == (0, 0)
