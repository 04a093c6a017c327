"""Three faces under a plaque: one a day and device, and nobody behind them."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Satisfaction, Shop
from loyalty.pages.faces import COOKIE
from loyalty.services.actors import Role
from tests.given import given_community, given_shop
from tests.pages.visits import enter, press, text_of


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    shop = given_shop(session, community)
    session.commit()
    return shop


def pressed(client: FlaskClient, shop: Shop, face: str = "good") -> int:
    plaque = f"/p/{shop.plaque_number}"
    return press(client, plaque, f"{plaque}/face", face=face).status_code


def faces(session: Session, shop: Shop) -> list[str]:
    query = select(Satisfaction.face).where(
        Satisfaction.community_id == shop.community_id, Satisfaction.shop_id == shop.id
    )
    return sorted(session.scalars(query))


def test_on_one_device_the_last_face_of_the_day_counts_and_the_next_day_another(
    client: FlaskClient, session: Session, shop: Shop, clock: time_machine.Traveller
) -> None:
    pressed(client, shop, "bad")
    assert "记下了，谢谢" in text_of(client.get(f"/p/{shop.plaque_number}"))
    pressed(client, shop, "good")
    assert faces(session, shop) == ["good"]

    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    assert cookie.max_age == 12 * 3600, "gone when the day is over"
    clock.shift(timedelta(days=1))
    pressed(client, shop, "fair")
    assert faces(session, shop) == ["fair", "good"]


def test_another_device_counts_by_itself(client: FlaskClient, session: Session, shop: Shop) -> None:
    pressed(client, shop)
    pressed(client.application.test_client(), shop)

    assert faces(session, shop) == ["good", "good"]


def test_a_cookie_that_is_not_ours_is_nobodys(
    client: FlaskClient, session: Session, shop: Shop
) -> None:
    for number in range(2):
        client.set_cookie(COOKIE, f"made-up.{number}")
        pressed(client, shop)

    assert faces(session, shop) == ["good", "good"]


@pytest.mark.parametrize("state", ["suspended", "withdrawn"])
def test_a_shop_that_gives_nothing_has_no_faces(
    client: FlaskClient, session: Session, shop: Shop, state: str
) -> None:
    plaque = f"/p/{shop.plaque_number}"
    page = client.get(plaque).get_data(as_text=True)
    shop.state = state
    session.commit()

    assert "满意" not in text_of(client.get(plaque))
    assert press(client, "/matter", f"{plaque}/face", face="good").status_code == 302
    assert "满意" in page
    assert faces(session, shop) == []


def test_what_is_no_face_is_refused(client: FlaskClient, session: Session, shop: Shop) -> None:
    assert pressed(client, shop, "angry") == 400
    assert client.post(f"/p/{shop.plaque_number}/face", data={"face": "good"}).status_code == 400
    assert faces(session, shop) == []


@pytest.mark.parametrize(("count", "told"), [(4, "– – –"), (5, "5 0 0")])
def test_staff_read_sums_of_a_month_from_five_on(
    client: FlaskClient, session: Session, community: Community, count: int, told: str
) -> None:
    shop = given_shop(session, community, name="百味菜铺")
    session.commit()
    for _ in range(count):
        pressed(client.application.test_client(), shop)
    given_shop(session, given_community(session), name="别处的店")
    enter(client, session, community, Role.STAFF)

    page = text_of(client.get("/staff/shops/satisfaction"))

    assert f"百味菜铺 {told}" in page
    assert "别处的店" not in page
    assert "百味菜铺" not in text_of(client.get("/staff/shops/satisfaction?month=2026-11"))
