"""Who had which stall since when, as a file tells it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Stall, StallLet
from tests.desk import Desk, Rows, given_desk
from tests.given import NOON, given_shop
from tests.given_tables import act, faults

FIRST = NOON.date().replace(day=1)


@pytest.fixture
def desk(client: FlaskClient, session: Session, community: Community) -> Desk:
    return given_desk(client, session, community)


def turns(*told: tuple[int, str]) -> Rows:
    """Who has the stall from which day of the month on."""
    days = [["A区07号", FIRST.replace(day=day).isoformat(), who] for day, who in told]
    return [["摊位号", "从哪天起", "租给谁"], *days]


def test_turns_come_in_one_after_the_other_as_the_file_tells_them(
    desk: Desk, session: Session
) -> None:
    shop = given_shop(session, desk.community, name="馨香馕店")
    session.commit()

    job = desk.send("lets", turns((3, "馨香馕店"), (4, "空着"), (5, "小李凉粉"))).json
    assert job["errors"] == []
    assert act(desk.client, desk.headers, job, "apply").status_code == 200

    stored = select(StallLet).where(StallLet.community_id == desk.community.id)
    found = session.scalars(stored.order_by(StallLet.since)).all()
    assert [one.tenant for one in found] == ["老王豆腐", None, "馨香馕店", None, "小李凉粉"]
    assert found[2].shop_id == shop.id


@pytest.mark.parametrize("word", ["空着", "空置", "空", "闲置", "退 租", "无", "没有", "N/A"])
def test_a_word_for_nobody_lets_a_stall_to_nobody(desk: Desk, word: str) -> None:
    stalls = [["摊位号", "商户", "起租日期"], ["A区08号", word, ""]]
    jobs = [
        desk.send("lets", turns((5, "小李凉粉"), (6, word))).json,
        desk.send("stalls", stalls).json,
    ]

    for job in jobs:
        assert act(desk.client, desk.headers, job, "apply").status_code == 200

    stored = select(StallLet).where(StallLet.community_id == desk.community.id)
    found = desk.session.scalars(stored.order_by(StallLet.since)).all()
    assert [one.tenant for one in found] == ["老王豆腐", None, "小李凉粉", None]
    assert desk.count(Stall) == 2


def test_a_turn_that_cannot_be_is_said_beside_its_cell(desk: Desk) -> None:
    rows = [
        *turns(
            (1, "别人"), (1, "老王豆腐"), (3, "空着"), (3, ""), (5, "小李凉粉"), (6, "馨香馕店")
        ),
        *turns((4, "空着"), (5, "小李凉粉"))[1:],
        ["A区99号", FIRST.isoformat(), "小李"],
        ["A区07号", "2030-01-01", "小李"],
        ["A区07号", "2020-01-01", "小李"],
    ]

    answer = desk.send("lets", rows)

    assert faults(answer) == [
        (2, "租给谁", "known_otherwise"),
        (3, "摊位号", "exists"),
        (4, "租给谁", "required"),
        (5, "租给谁", "required"),
        (7, "租给谁", "stall_is_let"),
        (8, "从哪天起", "not_later"),
        (9, "从哪天起", "not_later"),
        (10, "摊位号", "unknown_stall"),
        (11, "从哪天起", "too_far_ahead"),
        (12, "从哪天起", "not_built_yet"),
    ]
    assert answer.json["valid"] == 1
    assert desk.count(Stall) == 1
