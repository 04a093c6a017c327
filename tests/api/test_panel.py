import hashlib
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AccessToken, Community, Round
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from tests.given import NOBODY, given_community, given_round, signed_in
from tests.given_rounds import candidates_on, given_panellist, given_round_after

Headers = dict[str, str]
Call = tuple[str, str, Any]


@pytest.fixture
def screened(session: Session, community: Community) -> Round:
    """A round with two candidates who have passed the screening."""
    return given_round_after(session, community, RoundAction.SCREEN)


def account_of(session: Session, headers: Headers) -> str:
    """Return the id of the account that has signed in."""
    token = headers["Authorization"].removeprefix("Bearer ")
    digest = hashlib.sha256(token.encode()).digest()
    return str(
        session.scalars(
            select(AccessToken.account_id).where(AccessToken.token_hash == digest)
        ).one()
    )


def url_of(selection_round: Round, call: str) -> str:
    return f"/api/v1/rounds/{selection_round.id}/{call}"


def begin_review(client: FlaskClient, selection_round: Round, headers: Headers) -> None:
    url = url_of(selection_round, "actions")
    assert client.post(url, headers=headers, json={"action": "start_review"}).status_code == 200


@pytest.fixture
def panellist(
    client: FlaskClient, session: Session, community: Community, screened: Round, staff: Headers
) -> Headers:
    """The panel of one of the screened round, which is in review then."""
    headers = signed_in(session, community, Role.PANEL)
    seats = {"account_ids": [account_of(session, headers)]}
    assert client.post(url_of(screened, "panel"), headers=staff, json=seats).status_code == 200
    begin_review(client, screened, staff)
    return headers


def people_on(client: FlaskClient, selection_round: Round, panellist: Headers) -> list[str]:
    """Return the ids of the candidates on a score sheet."""
    sheet = client.get(url_of(selection_round, "ballots"), headers=panellist)
    return [line["candidate_id"] for line in sheet.json["items"]]


def test_a_score_sheet_begins_empty(
    client: FlaskClient, screened: Round, panellist: Headers
) -> None:
    line, _ = client.get(url_of(screened, "ballots"), headers=panellist).json["items"]

    assert line["resident"]["name"] == "张小明"
    assert (line["honour"], line["points"]) == ("civilized_resident", "0.00")
    assert (line["conflict"], line["score"]) == (None, None)


def test_the_ranking_follows_the_ballots_of_screen_and_paper(
    client: FlaskClient, session: Session, screened: Round, staff: Headers, panellist: Headers
) -> None:
    first, second = people_on(client, screened, panellist)
    ballots, account = url_of(screened, "ballots"), account_of(session, panellist)

    cast = client.post(
        ballots, headers=panellist, json={"ballots": [{"candidate_id": first, "score": 80}]}
    )
    early = client.post(url_of(screened, "actions"), headers=staff, json={"action": "freeze"})
    missing = client.get(url_of(screened, "panel"), headers=staff).json["missing"]
    paper = {"account_id": account, "ballots": [{"candidate_id": second, "score": 61}]}
    typed = client.post(ballots, headers=staff, json=paper)
    frozen = client.post(url_of(screened, "actions"), headers=staff, json={"action": "freeze"})

    assert [line["score"] for line in cast.json["items"]] == [80, None]
    assert (early.status_code, early.json["missing"]) == (409, ["ballots_missing"])
    assert [one["candidate_id"] for one in missing] == [second]
    assert (typed.status_code, frozen.status_code) == (200, 200)
    ranking = client.get(url_of(screened, "ranking"), headers=staff).json["items"]
    assert {one["id"]: one["score"] for one in ranking} == {first: "80.00", second: "61.00"}


def test_a_conflict_bars_a_ballot(
    client: FlaskClient, screened: Round, staff: Headers, panellist: Headers
) -> None:
    ballots = url_of(screened, "ballots")
    relative, _ = people_on(client, screened, panellist)

    declared = client.post(
        url_of(screened, "conflicts"),
        headers=panellist,
        json={"candidate_id": relative, "kind": "relative"},
    )
    marks = [{"candidate_id": relative, "score": 100}]
    refused = client.post(ballots, headers=panellist, json={"ballots": marks})

    assert (declared.status_code, declared.json["kind"]) == (201, "relative")
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/round-state")
    assert refused.json["missing"] == ["conflict_of_interest"]
    sheet = client.get(ballots, headers=panellist).json["items"]
    assert [line["conflict"] for line in sheet] == ["relative", None]
    listed = client.get(url_of(screened, "conflicts"), headers=staff).json["items"]
    assert [one["id"] for one in listed] == [declared.json["id"]]


def test_a_panellist_is_replaced_for_a_reason(
    client: FlaskClient, screened: Round, staff: Headers
) -> None:
    begin_review(client, screened, staff)
    panel = url_of(screened, "panel")

    refused = client.post(panel, headers=staff, json={"account_ids": []})
    named = client.post(panel, headers=staff, json={"account_ids": [], "reason": "住院"})

    assert (refused.status_code, refused.json["missing"]) == (409, ["panel_fixed"])
    assert (named.status_code, named.json) == (200, {"items": [], "missing": []})


def test_a_conflict_declared_in_error_is_taken_back(
    client: FlaskClient, session: Session, community: Community
) -> None:
    selection_round = given_round_after(session, community, RoundAction.START_REVIEW)
    panellist = given_panellist(session, selection_round)
    staff = signed_in(session, community, Role.STAFF)
    url = url_of(selection_round, "conflicts")
    candidate = candidates_on(session, selection_round)[0]
    declared = client.post(
        url,
        headers=staff,
        json={
            "candidate_id": str(candidate.id),
            "kind": "other",
            "account_id": str(panellist.account_id),
        },
    )

    taken_back = client.delete(f"{url}/{declared.json['id']}", headers=staff)

    assert taken_back.status_code == 204
    assert client.get(url, headers=staff).json["items"] == []


MARKS = {"ballots": [{"candidate_id": NOBODY, "score": 1}]}
CONFLICT = {"candidate_id": NOBODY, "kind": "other"}
CALLS: tuple[Call, ...] = (
    ("GET", "panel", None),
    ("POST", "panel", {"account_ids": []}),
    ("GET", "ballots", None),
    ("POST", "ballots", MARKS),
    ("GET", "conflicts", None),
    ("POST", "conflicts", CONFLICT),
)
WITHDRAWAL = ("DELETE", f"conflicts/{NOBODY}", None)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("role", [Role.COUNCIL, Role.SHOP_OWNER, Role.PANEL])
def test_who_is_not_on_the_panel_has_no_business_with_it(
    client: FlaskClient, session: Session, community: Community, role: Role, call: Call
) -> None:
    verb, path, body = call
    url = url_of(given_round_after(session, community, RoundAction.START_REVIEW), path)
    headers = signed_in(session, community, role)

    assert client.open(url, method=verb, headers=headers, json=body).status_code == 403
    assert client.open(url, method=verb, json=body).status_code == 401


@pytest.mark.parametrize("call", [*CALLS, WITHDRAWAL])
def test_another_communitys_panel_is_unknown(
    client: FlaskClient, session: Session, community: Community, call: Call
) -> None:
    verb, path, body = call
    url = url_of(given_round(session, community), path)
    outsider = signed_in(session, given_community(session), Role.MANAGER, Role.PANEL)

    answer = client.open(url, method=verb, headers=outsider, json=body)

    assert (answer.status_code, answer.json["type"]) == (404, "/problems/unknown-record")


@pytest.mark.parametrize(
    ("call", "body", "pointer"),
    [
        ("panel", {}, "/account_ids"),
        ("panel", {"account_ids": ["somebody"]}, "/account_ids/0"),
        ("panel", {"account_ids": [NOBODY], "reason": "因"}, "/account_ids/0"),
        ("panel", {"account_ids": [], "reason": "a\u0000"}, "/reason"),
        ("ballots", {"ballots": []}, "/ballots"),
        ("ballots", {"ballots": [{"candidate_id": NOBODY, "score": -1}]}, "/ballots/0/score"),
        ("ballots", {"ballots": [{"candidate_id": NOBODY, "score": 101}]}, "/ballots/0/score"),
        ("ballots", {"ballots": [{"candidate_id": NOBODY, "score": 1.5}]}, "/ballots/0/score"),
        ("ballots", {**MARKS, "account_id": NOBODY}, "/account_id"),
        ("conflicts", {**CONFLICT, "kind": "enemy"}, "/kind"),
        ("conflicts", {**CONFLICT, "account_id": NOBODY}, "/account_id"),
    ],
)
def test_what_makes_no_sense_is_named(
    client: FlaskClient, session: Session, call: str, body: dict[str, Any], pointer: str
) -> None:
    community = given_community(session)
    selection_round = given_round_after(session, community, RoundAction.START_REVIEW)
    headers = signed_in(session, community, Role.STAFF)

    answer = client.post(url_of(selection_round, call), headers=headers, json=body)

    assert answer.status_code == 422, answer.json
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]
