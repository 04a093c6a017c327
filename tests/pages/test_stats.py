"""The month's figures for everyone: nothing about fewer than five people."""

import json
import re
from datetime import timedelta

import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_shop,
)
from tests.given_contributions import given_contribution
from tests.given_notices import given_matter
from tests.given_sales import given_redemption, given_sales
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


def test_a_month_about_four_people_is_hidden_among_the_others_and_in_the_picture(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    given_contribution(session, community, happened_on=NOON.date(), amount_fen=1234500)
    given_sales(client, session, community, 蔬菜=4)
    shop = given_shop(session, community)
    for _ in range(5):
        given_redemption(session, given_card(session, community), shop, at=IN_JANUARY)
    session.commit()
    clock.move_to(IN_JANUARY + timedelta(days=31))

    page = client.get("/stats")

    picture, flow = re.findall(r"data-drawn>(.*?)</script>", page.get_data(as_text=True))
    assert json.loads(picture)["labels"] == ["2026-12", "2027-01"]
    assert [one["values"][0] for one in json.loads(picture)["series"]] == [None] * 3
    assert "750" in flow
    assert "34.00" not in text_of(page)
    december = text_of(client.get("/stats?month=2026-12"))
    assert "12,345.00" in december
    assert "实测" not in december.partition("谁给了谁多少")[2].partition("实测的由")[0]
    assert page.headers["Cache-Control"] == "private, max-age=60"


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
