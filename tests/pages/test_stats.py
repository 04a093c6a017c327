"""The month's figures for everyone: nothing about fewer than five people."""

from datetime import timedelta

import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from tests.given import (
    NOON,
    given_community,
)
from tests.given_notices import given_matter
from tests.given_sales import given_sales
from tests.pages.visits import text_of

IN_JANUARY = NOON + timedelta(days=30)


def test_the_figures_of_the_last_month_stand_with_their_definitions(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    given_sales(client, session, community, 蔬菜=5)
    given_matter(session, community)
    session.commit()
    clock.move_to(IN_JANUARY)

    page = text_of(client.get("/stats"))

    assert "2026年12月的数字" in page
    assert "42.50" in page
    assert "至少用过一次卡的居民。" in page
    assert "问题 1 0" in page


def test_figures_about_four_people_are_hidden(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    given_sales(client, session, community, 蔬菜=4)
    clock.move_to(IN_JANUARY)

    page = text_of(client.get("/stats"))

    assert "不到5人，数字不公开" in page
    assert "34.00" not in page


def test_a_small_trade_is_hidden_with_the_smallest_of_the_others(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    given_sales(client, session, community, 蔬菜=7, 超市=5, 理发=1)
    clock.move_to(IN_JANUARY)

    page = text_of(client.get("/stats"))

    assert "110.50" in page
    assert "59.50" in page
    assert "42.50" not in page
    assert "8.50" not in page


def test_the_month_under_way_is_not_public(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_sales(client, session, community, 蔬菜=5)

    assert "42.50" not in text_of(client.get("/stats"))
    assert client.get("/stats?month=2026-12").status_code == 404
    assert client.get("/stats?month=nonsense").status_code == 404


def test_the_figures_are_those_of_one_community(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    neighbour = given_community(session)
    given_sales(client, session, community, 蔬菜=5)
    clock.move_to(IN_JANUARY)

    assert "42.50" in text_of(client.get(f"/{community.slug}/stats"))
    assert "42.50" not in text_of(client.get(f"/{neighbour.slug}/stats"))
