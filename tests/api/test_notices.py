from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.commands.verify_record import faults_in
from loyalty.models import Community
from loyalty.rules.selection import RoundAction
from tests.given import given_community, given_round
from tests.given_notices import given_notice, placed
from tests.given_rounds import (
    LAST_DAY,
    act,
    brought_through,
    given_candidate,
    given_round_after,
    given_winner,
)


def notice_of(community: Community, month: str = "2026-12") -> str:
    return f"/api/v1/public/{community.slug}/rounds/{month}"


def test_anyone_reads_who_is_on_the_list_and_why(
    client: FlaskClient, session: Session, community: Community
) -> None:
    selection_round = given_notice(session, community)
    placed(session, selection_round, 2).resident.consent_publicity = True
    session.commit()

    answer = client.get(notice_of(community))

    assert answer.status_code == 200, answer.json
    assert answer.headers["X-Robots-Tag"] == "noindex"
    (shown,) = answer.json["lists"]
    assert (shown["honour"], shown["honour_name"], shown["quota"]) == (
        "civilized_resident",
        "文明居民",
        3,
    )
    assert shown["lines"][1] == {
        "line": 2,
        "reference": placed(session, selection_round, 2).reference,
        "name": "张小明",
        "basis": "lottery",
        "score_from": "0.00",
        "score_to": "4.99",
        "lottery_place": 2,
        "lottery_of": 5,
        "area": None,
        "disputable": True,
    }
    assert [line["name"] for line in shown["lines"]] == ["张*明", "张小明", "张*明"]
    assert (answer.json["last_day"], answer.json["shown_until"]) == ("2026-12-16", "2027-01-15")
    assert answer.json["objections_path"] == notice_of(community) + "/objections"
    assert answer.json["official_calendar"] is True
    assert (answer.json["open_objections"], answer.json["answered"]) == (0, [])


def test_the_version_that_holds_can_be_hashed_again(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_notice(session, community)
    session.commit()

    answer = client.get(notice_of(community)).json

    (version,) = answer["versions"]
    assert sha256(answer["content"].encode()).hexdigest() == version["sha256"]
    assert (version["kind"], version["number"], version["first_day"]) == ("first", 1, "2026-12-09")


def test_the_record_lets_anyone_do_the_draw_again(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_notice(session, community)
    session.commit()

    answer = client.get(notice_of(community) + "/record")

    assert answer.status_code == 200, answer.json
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert list(faults_in(answer.json)) == []
    assert answer.json["results"][0]["selected"][0]["reference"].startswith("R-")


def test_before_the_draw_anyone_reads_what_was_frozen_and_where_the_seed_comes_from(
    client: FlaskClient, session: Session, community: Community
) -> None:
    selection_round = given_round_after(session, community, RoundAction.FREEZE)
    session.commit()

    notice = client.get(notice_of(community)).json
    record = client.get(notice_of(community) + "/record").json

    assert notice["frozen_hash"] == record["hash"] == selection_round.frozen_hash
    assert (notice["state"], notice["lists"], notice["last_day"]) == ("review", [], None)
    assert (record["seed"], record["results"]) == (None, [])
    assert (record["source"]["source"], record["source"]["day"]) == ("dice", "2026-12-09")
    assert len(record["lines"]) == 4


def test_names_are_gone_thirty_days_after_the_end_and_the_proof_stays(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    given_notice(session, community)
    session.commit()

    answers = []
    for days in (30, 31):
        clock.move_to(LAST_DAY + timedelta(days=days))
        answers.append([client.get(notice_of(community) + path).json for path in ("", "/record")])

    (named, record), (nameless, record_after) = answers
    assert (named["taken_down"], nameless["taken_down"]) == (False, True)
    assert [len(one["lines"]) for one in named["lists"]] == [3]
    assert [len(one["lines"]) for one in nameless["lists"]] == [0]
    assert nameless["versions"] == named["versions"]
    assert record_after == record


def test_a_draw_that_was_called_off_is_asked_for_by_its_hash(
    client: FlaskClient, session: Session, community: Community
) -> None:
    first = given_notice(session, community)
    act(session, first, RoundAction.CANCEL)
    given_notice(session, community, candidates=1)
    session.commit()

    (called_off,) = client.get(notice_of(community)).json["other_draws"]
    asked = notice_of(community) + f"/record?draw={called_off}"

    assert client.get(asked).json["hash"] == called_off == first.frozen_hash
    assert client.get(asked[:-1]).status_code == 404


@pytest.mark.parametrize("month", ["2026-11", "2026-13", "december", "2026-12-01", "２０２６-12"])
@pytest.mark.parametrize("path", ["", "/record"])
def test_a_month_without_notice_is_unknown(
    client: FlaskClient, session: Session, community: Community, month: str, path: str
) -> None:
    given_notice(session, community)
    session.commit()

    answer = client.get(notice_of(community, month) + path)

    assert (answer.status_code, answer.json["type"]) == (404, "/problems/unknown-record")


def test_another_community_shows_no_notice_of_this_one(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_notice(session, community)
    neighbour = given_community(session)
    session.commit()

    assert client.get(notice_of(neighbour)).status_code == 404
    assert client.get(notice_of(community).replace(community.slug, "nowhere")).status_code == 404


def roll(client: FlaskClient, community: Community, **query: Any) -> Any:
    path = f"/api/v1/public/{community.slug}/honour-roll"
    return client.get(path, query_string=query)


def test_the_honour_roll_names_winners_who_agree(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_winner(session, community, name="王芳", consent_publicity=True)

    answer = roll(client, community)

    assert answer.status_code == 200, answer.json
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.json == {
        "items": [
            {
                "month": "2026-12",
                "honour": "civilized_resident",
                "honour_name": "文明居民",
                "name": "王芳",
            }
        ],
        "next": None,
    }


def test_whoever_does_not_agree_is_not_on_the_roll(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_winner(session, community, RoundAction.CLOSE, name="王芳")

    assert roll(client, community).json["items"] == []


def test_whoever_takes_the_consent_back_leaves_the_roll_at_once(
    client: FlaskClient, session: Session, community: Community
) -> None:
    resident = given_winner(session, community, consent_publicity=True)
    assert len(roll(client, community).json["items"]) == 1

    resident.consent_publicity = False
    session.commit()

    assert roll(client, community).json["items"] == []


def test_nobody_is_on_the_roll_before_the_cards_are_issued(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_winner(session, community, RoundAction.CONFIRM, consent_publicity=True)

    assert roll(client, community).json["items"] == []


def test_each_community_has_a_roll_of_its_own(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_winner(session, community, consent_publicity=True)
    neighbour = given_community(session)
    session.commit()

    assert roll(client, neighbour).json["items"] == []


def test_a_long_roll_comes_a_page_at_a_time(
    client: FlaskClient, session: Session, community: Community
) -> None:
    selection_round = given_round(session, community)
    for name in ("甲一", "乙二", "丙三"):
        given_candidate(session, selection_round, name=name, consent_publicity=True)
    brought_through(session, selection_round, RoundAction.ISSUE)
    session.commit()

    first = roll(client, community, limit=2).json
    second = roll(client, community, limit=2, after=first["next"]).json

    names = [one["name"] for page in (first, second) for one in page["items"]]
    assert sorted(names) == ["丙三", "乙二", "甲一"]
    assert second["next"] is None
