from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Area, Community
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from tests.given import (
    NOBODY,
    given_community,
    given_resident,
    given_round,
    signed_in,
)
from tests.given_rounds import AFTER_NOTICE, given_round_after

ROUNDS = "/api/v1/rounds"
PLAN = {"month": "2026-12", "lists": [{"honour": "civilized_resident", "quota": 1}]}


def signed_in_for_long(session: Session, community: Community, *roles: Role) -> dict[str, str]:
    """Return the headers of a program whose token outlives the notice."""
    with time_machine.travel(AFTER_NOTICE + timedelta(minutes=1), tick=False):
        return signed_in(session, community, *roles)


def act(client: FlaskClient, url: str, headers: dict[str, str], action: str, **more: Any) -> Any:
    return client.post(f"{url}/actions", headers=headers, json={"action": action, **more})


def test_staff_and_a_manager_bring_a_round_to_its_cards(
    client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    community = given_community(session)
    residents = [given_resident(session, community) for _ in range(2)]
    staff = signed_in_for_long(session, community, Role.STAFF)
    manager = signed_in_for_long(session, community, Role.MANAGER)

    planned = client.post(ROUNDS, headers=staff, json=PLAN)
    url = f"{ROUNDS}/{planned.json['id']}"
    assert act(client, url, staff, "open").status_code == 200
    for resident in residents:
        nominee = {"honour": "civilized_resident", "resident_id": str(resident.id)}
        body = {**nominee, "source": "neighbour"}
        nominated = client.post(f"{url}/nominations", headers=staff, json=body)
        assert nominated.status_code == 201
    for action in ("screen", "start_review", "freeze"):
        act(client, url, staff, action)
    drawing = {"seed": "3 5 2 6 1", "witnesses": ["王建国", "买买提·艾力"]}
    by_who_froze = act(client, url, staff, "draw", **drawing)
    assert act(client, url, manager, "draw", **drawing).status_code == 200
    published = act(client, url, staff, "publish").json
    early = act(client, url, manager, "confirm")
    clock.move_to(AFTER_NOTICE)
    act(client, url, manager, "confirm")
    issued = act(client, url, staff, "issue")
    again = act(client, url, staff, "issue")

    assert planned.status_code == 201
    assert (by_who_froze.status_code, by_who_froze.json["missing"]) == (409, ["froze_the_list"])
    assert published["notice_last"] == "2026-12-16"
    assert (early.status_code, early.json["missing"]) == (409, ["notice_running"])
    assert early.json["type"] == "/problems/round-state"
    assert (issued.status_code, issued.json["state"]) == (200, "issued")
    assert (again.status_code, again.json["missing"]) == (409, ["wrong_state"])
    cards = client.get(f"/api/v1/cards?round_id={planned.json['id']}", headers=staff).json
    assert len(cards["items"]) == 1


def test_a_round_is_answered_with_what_was_planned(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    area = Area(community_id=community.id, name="东区")
    session.add(area)
    session.flush()
    headers = signed_in(session, community)
    planned_list = {
        "honour": "household_head",
        "quota": 5,
        "pay_permille": 800,
        "months_valid": 3,
        "cooling_off_months": 2,
        "min_score": "1.50",
        "area_minimums": {str(area.id): 2},
    }

    planned = client.post(
        ROUNDS,
        headers=headers,
        json={"month": "2026-12", "lists": [planned_list], "notice_working_days": 7},
    )

    answer = client.get(f"{ROUNDS}/{planned.json['id']}", headers=headers)
    assert answer.json | {"created_at": ""} == planned.json | {"created_at": ""}
    assert answer.headers["ETag"] == planned.headers["ETag"] == '"1"'
    assert (answer.json["month"], answer.json["state"]) == ("2026-12", "draft")
    assert answer.json["notice_working_days"] == 7
    (listed,) = answer.json["lists"]
    assert {name: listed[name] for name in planned_list} == planned_list
    assert client.get(ROUNDS, headers=headers).json == {"items": [answer.json], "next": None}


def test_a_second_round_of_a_month_is_refused(client: FlaskClient, session: Session) -> None:
    headers = signed_in(session, given_community(session))
    client.post(ROUNDS, headers=headers, json=PLAN)

    answer = client.post(ROUNDS, headers=headers, json=PLAN)

    assert (answer.status_code, answer.json["type"]) == (409, "/problems/already-exists")


def test_the_ranking_shows_places_lots_and_reasons(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    selection_round = given_round_after(session, community, RoundAction.DRAW, candidates=4)
    headers = signed_in(session, community)

    items = client.get(f"{ROUNDS}/{selection_round.id}/ranking", headers=headers).json["items"]

    assert [one["place"] for one in items] == [1, 2, 3, 4]
    assert [one["outcome"] for one in items] == ["selected"] * 3 + ["reserve"]
    assert [one["lot"] for one in items] == sorted(one["lot"] for one in items)
    assert items[0]["score"] == "0.00"
    assert items[0]["resident"]["name"] == "张小明"
    assert items[0]["reasons"] == []


def test_a_step_on_an_outdated_round_is_refused(client: FlaskClient, session: Session) -> None:
    community = given_community(session)
    url = f"{ROUNDS}/{given_round(session, community).id}"
    headers = {**signed_in(session, community), "If-Match": '"1"'}

    first = act(client, url, headers, "open")
    second = act(client, url, headers, "screen")

    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    assert second.status_code == 412


@pytest.mark.parametrize("action", RoundAction)
def test_only_a_manager_confirms(
    client: FlaskClient, session: Session, action: RoundAction
) -> None:
    community = given_community(session)
    selection_round = given_round_after(session, community, RoundAction.PUBLISH)
    staff = signed_in(session, community, Role.STAFF)

    answer = act(client, f"{ROUNDS}/{selection_round.id}", staff, action, reason="名额有误")

    allowed = {RoundAction.CONFIRM: 403, RoundAction.CANCEL: 200}
    assert answer.status_code == allowed.get(action, 409)


CALLS = (
    ("GET", "", None),
    ("POST", "", PLAN),
    ("GET", "/{id}", None),
    ("GET", "/{id}/ranking", None),
    (
        "POST",
        "/{id}/nominations",
        {"honour": "civilized_resident", "resident_id": NOBODY, "source": "self"},
    ),
    ("POST", "/{id}/actions", {"action": "open"}),
)


@pytest.mark.parametrize(("verb", "path", "body"), CALLS)
def test_who_is_not_staff_has_no_business_with_rounds(
    client: FlaskClient, session: Session, verb: str, path: str, body: Any
) -> None:
    community = given_community(session)
    url = ROUNDS + path.format(id=given_round(session, community).id)

    for role in (Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER):
        headers = signed_in(session, community, role)
        assert client.open(url, method=verb, headers=headers, json=body).status_code == 403
    assert client.open(url, method=verb, json=body).status_code == 401


@pytest.mark.parametrize(("verb", "path", "body"), CALLS[2:])
def test_another_communitys_round_is_unknown(
    client: FlaskClient, session: Session, verb: str, path: str, body: Any
) -> None:
    selection_round = given_round(session, given_community(session))
    outsider = signed_in(session, given_community(session), Role.MANAGER)
    url = ROUNDS + path.format(id=selection_round.id)

    answer = client.open(url, method=verb, headers=outsider, json=body)

    assert (answer.status_code, answer.json["type"]) == (404, "/problems/unknown-record")
    session.refresh(selection_round)
    assert selection_round.state == "draft"
