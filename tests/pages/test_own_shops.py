"""The owner of a shop signs in to their own shop: its sales, its tills, and what it agreed to."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Redemption, Shop, Till
from loyalty.services.actors import Role
from tests.given import given_card, given_shop, given_till
from tests.given_sales import given_redemption
from tests.pages.visits import change, enter, text_of


@pytest.fixture
def shop(client: FlaskClient, session: Session, community: Community) -> Shop:
    """The shop of whoever is signed in."""
    owner = enter(client, session, community, Role.SHOP_OWNER)
    mine = given_shop(session, community, name="百味菜铺", owner_id=owner.id)
    session.commit()
    return mine


@pytest.fixture
def page(shop: Shop) -> str:
    return f"/staff/own-shops/{shop.id}"


@pytest.fixture
def sale(session: Session, community: Community, shop: Shop) -> Redemption:
    made = given_redemption(session, given_card(session, community), shop, receipt="KQ7M2X4A")
    session.commit()
    return made


def test_an_owner_of_one_shop_is_led_to_it(client: FlaskClient, page: str) -> None:
    answer = client.get("/staff", follow_redirects=True)

    assert answer.request.path == page
    assert "百味菜铺" in text_of(answer)


def test_an_owner_of_two_shops_chooses(
    client: FlaskClient, session: Session, shop: Shop, page: str
) -> None:
    given_shop(session, session.get_one(Community, shop.community_id), owner_id=shop.owner_id)
    session.commit()

    choice = client.get("/staff", follow_redirects=True)

    assert choice.request.path == "/staff/own-shops"
    assert "您有几家店" in text_of(choice)
    assert page in choice.text


def test_an_owner_without_a_shop_is_told_what_to_do(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.SHOP_OWNER)

    assert "请告诉社区您是哪家店的店主" in text_of(client.get("/staff", follow_redirects=True))


def test_an_owner_who_sits_on_the_council_finds_both(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.SHOP_OWNER, Role.COUNCIL)

    told = text_of(client.get("/staff", follow_redirects=True))

    assert {"我的店", "三张清单"} <= set(told.split())


@pytest.mark.usefixtures("sale")
def test_the_page_of_a_shop_tells_what_was_sold_today(client: FlaskClient, page: str) -> None:
    told = text_of(client.get(page))

    assert {"8.50", "1.50"} <= set(told.split())


def test_an_owner_voids_a_sale_of_any_till_for_a_reason(
    client: FlaskClient, session: Session, page: str, sale: Redemption
) -> None:
    address = f"{page}/sales/{sale.id}"

    done = change(client, f"{address}/void", reason="按错了")

    assert done.headers["Location"] == address
    of_it = select(Redemption.reason).where(Redemption.of_id == sale.id)
    assert session.scalars(of_it).all() == ["按错了"]
    assert "0.00" in text_of(client.get(page))


@pytest.mark.usefixtures("sale")
def test_an_owner_takes_the_list_along(client: FlaskClient, page: str) -> None:
    table = client.get(f"{page}/sales/list.csv").data.decode("utf-8-sig")

    assert "KQ7M2X4A" in table


def test_an_owner_invites_a_till_for_a_cashier_and_stops_it(
    client: FlaskClient, session: Session, shop: Shop, page: str
) -> None:
    invited = change(client, f"{page}/tills/new", name="小李的手机")
    till = session.scalars(select(Till).where(Till.shop_id == shop.id)).one()

    change(client, f"{page}/tills/{till.id}/revoke")

    assert re.search(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}", text_of(invited))
    session.refresh(till)
    assert till.revoked_at is not None


def test_the_till_of_another_shop_is_not_stopped_by_way_of_ones_own(
    client: FlaskClient, session: Session, community: Community, page: str
) -> None:
    till = given_till(session, given_shop(session, community))
    session.commit()

    assert client.get(f"{page}/tills/{till.id}/revoke").status_code in {403, 404}


def test_a_sale_of_another_shop_is_not_found_by_way_of_ones_own(
    client: FlaskClient, session: Session, community: Community, page: str
) -> None:
    card = given_card(session, community)
    theirs = given_redemption(session, card, given_shop(session, community), receipt="ZZZZ2222")
    session.commit()

    assert "ZZZZ2222" not in client.get(f"{page}/sales").text
    for road in ("", "/void", "/return"):
        assert client.get(f"{page}/sales/{theirs.id}{road}").status_code == 404
