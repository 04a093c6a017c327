from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Matter
from loyalty.services.actors import Role
from tests.given import NOBODY, given_account, given_community, signed_in

URL = "/api/v1/matters"
MATTER = {"kind": "problem", "text": "东门路灯不亮", "raised_by": "council"}


def test_a_matter_is_raised_seen_to_answered_and_closed(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    owner = given_account(session, community)
    session.commit()
    raised = client.post(URL, headers=staff, json={**MATTER, "contact": "3-501"})
    url = f"{URL}/{raised.json['id']}"

    def change(version: int, **values: Any) -> Any:
        return client.patch(url, headers={**staff, "If-Match": f'"{version}"'}, json=values)

    assert raised.status_code == 201, raised.json
    assert (raised.json["number"], raised.json["state"]) == (1, "open")
    seen_to = change(1, owner_id=str(owner.id), due_on="2026-12-20")
    assert (seen_to.json["owner_id"], seen_to.json["due_on"]) == (str(owner.id), "2026-12-20")
    answered = change(2, answer="已经换好")
    assert (answered.json["state"], answered.json["closed_at"]) == ("answered", None)
    closed = change(3, state="closed")
    assert closed.json["state"] == "closed"
    assert closed.json["closed_at"] is not None
    assert closed.headers["ETag"] == '"4"'
    assert client.get(url, headers=staff).json["answer"] == "已经换好"


def test_a_matter_that_is_opened_again_is_not_closed(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    url = f"{URL}/{client.post(URL, headers=staff, json=MATTER).json['id']}"
    client.patch(
        url,
        headers={**staff, "If-Match": '"1"'},
        json={"answer": "已经换好", "state": "closed"},
    )

    again = client.patch(url, headers={**staff, "If-Match": '"2"'}, json={"state": "open"})

    assert (again.json["state"], again.json["closed_at"]) == ("open", None)
    assert again.json["answer"] == "已经换好"
    assert session.scalars(select(Matter)).one().answered_at is not None


def test_numbers_run_in_each_community(client: FlaskClient, session: Session) -> None:
    first, second = (signed_in(session, given_community(session), Role.STAFF) for _ in range(2))

    numbers = [
        client.post(URL, headers=headers, json=MATTER).json["number"]
        for headers in (first, first, second)
    ]

    assert numbers == [1, 2, 1]


def test_the_list_is_read_by_kind_and_state_without_contacts(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    for kind in ("need", "problem", "need"):
        client.post(URL, headers=staff, json={**MATTER, "kind": kind, "contact": "3-501"})
    council = signed_in(session, community, Role.COUNCIL)

    needs = client.get(f"{URL}?kind=need&limit=1", headers=council).json
    rest = client.get(f"{URL}?kind=need&after={needs['next']}", headers=council).json

    assert [one["number"] for one in (*needs["items"], *rest["items"])] == [3, 1]
    assert client.get(f"{URL}?state=closed", headers=council).json["items"] == []
    assert all("contact" not in one for one in needs["items"])


def test_a_matter_rests_only_with_an_answer(client: FlaskClient, staff: dict[str, str]) -> None:
    url = f"{URL}/{client.post(URL, headers=staff, json=MATTER).json['id']}"

    for state in ("answered", "closed"):
        answer = client.patch(url, headers={**staff, "If-Match": '"1"'}, json={"state": state})
        assert answer.status_code == 422
        assert answer.json["errors"][0]["pointer"] == "/answer"


def test_the_second_of_two_changes_is_told_to_look_again(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    url = f"{URL}/{client.post(URL, headers=staff, json=MATTER).json['id']}"
    client.patch(url, headers={**staff, "If-Match": '"1"'}, json={"answer": "换了"})

    late = client.patch(url, headers={**staff, "If-Match": '"1"'}, json={"answer": "没换"})

    assert late.status_code == 412
    assert client.patch(url, headers=staff, json={"answer": "没换"}).status_code == 428
    assert client.get(url, headers=staff).json["answer"] == "换了"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "complaint"}, "/kind"),
        ({"text": ""}, "/text"),
        ({"text": "字" * 2001}, "/text"),
        ({"raised_by": "mayor"}, "/raised_by"),
        ({"owner_id": NOBODY}, "/owner_id"),
        ({"owner_id": "somebody"}, "/owner_id"),
        ({"due_on": "2026-02-30"}, "/due_on"),
        ({"number": 7}, "/number"),
        ({"household_members": 3}, "/household_members"),
    ],
)
def test_a_matter_that_makes_no_sense_is_named(
    client: FlaskClient, staff: dict[str, str], change: dict[str, Any], pointer: str
) -> None:
    answer = client.post(URL, headers=staff, json={**MATTER, **change})

    assert answer.status_code == 422, answer.json
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]


def test_another_communitys_account_sees_to_nothing_here(
    client: FlaskClient, session: Session, staff: dict[str, str]
) -> None:
    stranger = given_account(session, given_community(session))
    session.commit()

    answer = client.post(URL, headers=staff, json={**MATTER, "owner_id": str(stranger.id)})

    assert answer.status_code == 422


def test_the_council_raises_matters_of_its_own_alone(
    client: FlaskClient, session: Session, community: Community
) -> None:
    owner = given_account(session, community)
    council = signed_in(session, community, Role.COUNCIL)

    raised = client.post(URL, headers=council, json=MATTER)
    for_others = client.post(URL, headers=council, json={**MATTER, "raised_by": "resident"})
    for_staff = client.post(URL, headers=council, json={**MATTER, "owner_id": str(owner.id)})

    assert raised.status_code == 201
    assert (for_others.status_code, for_staff.status_code) == (403, 403)
    url = f"{URL}/{raised.json['id']}"
    assert client.get(url, headers=council).status_code == 403
    changed = client.patch(url, headers={**council, "If-Match": '"1"'}, json={"answer": "好"})
    assert changed.status_code == 403


def test_outsiders_have_no_business_with_matters(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    url = f"{URL}/{client.post(URL, headers=staff, json=MATTER).json['id']}"
    calls: tuple[tuple[str, str, Any], ...] = (
        ("GET", URL, None),
        ("POST", URL, MATTER),
        ("GET", url, None),
        ("PATCH", url, {}),
    )

    for verb, path, body in calls:
        assert client.open(path, method=verb, json=body).status_code == 401
        for role in (Role.PANEL, Role.SHOP_OWNER):
            headers = {**signed_in(session, community, role), "If-Match": '"1"'}
            assert client.open(path, method=verb, headers=headers, json=body).status_code == 403
    neighbour = {**signed_in(session, given_community(session), Role.STAFF), "If-Match": '"1"'}
    assert client.get(URL, headers=neighbour).json["items"] == []
    for verb, path, body in calls[2:]:
        assert client.open(path, method=verb, headers=neighbour, json=body).status_code == 404
