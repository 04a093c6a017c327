from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from tests.given import NOON
from tests.given_sales import given_sales


def figures_of(community: Community) -> str:
    return f"/api/v1/public/{community.slug}/benefit?month=2026-12"


def test_anyone_reads_the_figures_of_a_month_that_is_over(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    given_sales(client, session, community, 蔬菜=5)
    during = client.get(figures_of(community))
    clock.move_to(NOON + timedelta(days=30))

    answer = client.get(figures_of(community))

    assert during.status_code == 404
    assert answer.status_code == 200, answer.json
    assert (answer.json["month"], answer.json["totals"]["payable_fen"]) == ("2026-12", 4250)
    (vegetables,) = answer.json["by_trade"]
    assert (vegetables["trade"], vegetables["sums"]["people"]) == ("蔬菜", 5)
    assert answer.json["totals"].keys() <= answer.json["definitions"].keys()
    (given,) = answer.json["matrix"]
    assert (given["label"], given["amount_fen"]) == ("measured", 750)
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Cache-Control" not in during.headers


def test_a_trade_with_four_people_is_hidden_with_the_smallest_of_the_others(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    given_sales(client, session, community, 蔬菜=6, 超市=5, 理发=4)
    clock.move_to(NOON + timedelta(days=30))

    answer = client.get(figures_of(community))

    shown = {one["trade"] for one in answer.json["by_trade"] if one["sums"] is not None}
    assert shown == {"蔬菜"}
    assert answer.json["totals"]["people"] == 15


def test_figures_about_four_people_are_hidden_whole(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    given_sales(client, session, community, 蔬菜=4)
    clock.move_to(NOON + timedelta(days=30))

    answer = client.get(figures_of(community))

    assert answer.json["totals"] is None
    assert [one["sums"] for one in answer.json["by_trade"]] == [None]
    assert answer.json["matrix"] == []


@pytest.mark.parametrize("query", ["", "?month=soon", "?month=2026-13", "?month=2026-12&shop=1"])
def test_a_month_that_is_none_is_named(
    client: FlaskClient, session: Session, community: Community, query: str
) -> None:
    session.commit()

    answer = client.get(f"/api/v1/public/{community.slug}/benefit{query}")

    assert answer.status_code == 422


def test_a_community_that_is_not_there_has_no_figures(client: FlaskClient) -> None:
    assert client.get("/api/v1/public/nowhere/benefit?month=2026-11").status_code == 404
