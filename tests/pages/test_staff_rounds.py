"""The monthly round at the console."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Area, Candidate, Round
from loyalty.services.actors import Role
from loyalty.services.selection.planning import LISTS
from tests.given import (
    given_community,
    given_resident,
    given_round,
)
from tests.pages.visits import enter, send, text_of

PLAN = {
    "month": "2026-12",
    "civilized_resident-quota": "30",
    "civilized_resident-pay_permille": "850",
    "civilized_resident-months_valid": "1",
    # What a browser sends of lists that are left alone.
    "household_head-pay_permille": "850",
    "household_head-months_valid": "1",
}


def test_a_round_is_planned_opened_and_people_are_nominated(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    resident = given_resident(session, community)
    enter(client, session, community, Role.STAFF)

    send(client, "/staff/rounds/new", **PLAN)
    planned = session.scalars(select(Round)).one()
    send(client, f"/staff/rounds/{planned.id}/open")
    send(
        client,
        f"/staff/residents/{resident.id}/nomination",
        honour="civilized_resident",
        source="neighbour",
    )

    assert session.scalars(select(Candidate)).one().resident_id == resident.id
    assert resident.name in text_of(client.get(f"/staff/rounds/{planned.id}"))


def test_a_round_without_a_quota_is_not_planned(client: FlaskClient, session: Session) -> None:
    enter(client, session, given_community(session), Role.STAFF)

    answer = send(client, "/staff/rounds/new", **{**PLAN, "civilized_resident-quota": ""})

    assert "请至少给一种荣誉填名额" in text_of(answer)
    assert session.scalars(select(Round)).all() == []


def test_a_month_that_has_its_round_is_refused_and_not_before_the_form_is_sent(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    given_round(session, community)
    enter(client, session, community, Role.STAFF)

    opened, sent = client.get("/staff/rounds/new"), send(client, "/staff/rounds/new", **PLAN)

    assert ["一个月只评一期" in text_of(page) for page in (opened, sent)] == [False, True]


def test_a_planned_round_asks_for_everything_a_list_can(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    area = Area(community_id=community.id, name="东区")
    session.add(area)
    enter(client, session, community, Role.STAFF)
    wanted = {
        "notice_working_days": "7",
        "civilized_resident-pay_permille": "800",
        "civilized_resident-months_valid": "3",
        "civilized_resident-cooling_off_months": "2",
        "civilized_resident-min_score": "60.5",
        f"civilized_resident-areas-{area.id.hex}": "4",
    }

    send(client, "/staff/rounds/new", **{**PLAN, **wanted})

    planned = session.scalars(select(Round).options(LISTS)).one()
    (one,) = planned.lists
    assert (planned.state, planned.notice_working_days) == ("draft", 7)
    assert (one.quota, one.pay_permille, one.months_valid) == (30, 800, 3)
    assert (one.cooling_off_months, one.min_score_hundredths) == (2, 6050)
    assert one.area_minimums == {str(area.id): 4}


def test_the_planning_form_shows_the_community_s_policy(
    client: FlaskClient, session: Session
) -> None:
    enter(client, session, given_community(session, card_months=3), Role.STAFF)

    page = client.get("/staff/rounds/new").get_data(as_text=True)

    assert '<option selected value="3">3个月</option>' in page
    assert 'name="notice_working_days" type="number" value="5"' in page


def test_areas_that_want_more_than_the_quota_are_refused_with_their_sum(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    areas = [Area(community_id=community.id, name=name) for name in ("东区", "西区")]
    session.add_all(areas)
    enter(client, session, community, Role.STAFF)
    minimums = {f"civilized_resident-areas-{area.id.hex}": "16" for area in areas}

    answer = send(client, "/staff/rounds/new", **PLAN, **minimums)

    assert "各责任区合计32名，名额只有30名。" in text_of(answer)
    assert session.scalars(select(Round)).all() == []


@pytest.mark.parametrize(
    ("member", "value", "said"),
    [
        ("civilized_resident-quota", "三十", "请填整数。"),
        ("civilized_resident-quota", "10001", "请填1到10000的整数。"),
        ("civilized_resident-min_score", "六十", "请填分数"),
        ("civilized_resident-pay_permille", "500", "请从列表中选一项。"),
        ("civilized_resident-cooling_off_months", "13", "请填0到12的整数。"),
        ("notice_working_days", "61", "请填1到60的整数。"),
    ],
)
def test_what_is_typed_wrong_is_said_at_its_field(
    client: FlaskClient, session: Session, member: str, value: str, said: str
) -> None:
    enter(client, session, given_community(session), Role.STAFF)

    answer = send(client, "/staff/rounds/new", **{**PLAN, member: value})

    assert said in text_of(answer)


def test_a_month_has_one_round_and_a_second_is_refused_in_words(
    client: FlaskClient, session: Session
) -> None:
    community = given_community(session)
    given_round(session, community)
    enter(client, session, community, Role.STAFF)

    answer = send(client, "/staff/rounds/new", **PLAN)

    assert "这个月已经有一期评选，一个月只评一期" in text_of(answer)
