from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, ShopTerm
from tests.given import NOON, given_community, given_shop, honour_of

LAST_DAY = NOON.date()
DAY_BEFORE = date(2026, 12, 8)


def shops_of(community: Community) -> str:
    return f"/api/v1/public/{community.slug}/shops"


def test_anyone_reads_what_a_shop_gives(
    client: FlaskClient, session: Session, community: Community
) -> None:
    shop = given_shop(session, community, stall="3-12", contact="李店主", certified_until=LAST_DAY)
    honour = honour_of(session, community, "household_head")
    session.add(
        ShopTerm(
            community_id=shop.community_id, shop_id=shop.id, honour_id=honour.id, pay_permille=800
        )
    )
    session.commit()
    session.expire_all()

    answer = client.get(f"{shops_of(community)}/{shop.plaque_number}")

    assert answer.status_code == 200, answer.json
    assert answer.json == {
        "name": shop.name,
        "series": "蒲公英",
        "category": "超市",
        "stall": "3-12",
        "hours": None,
        "offer": None,
        "is_model": False,
        "plaque_number": shop.plaque_number,
        "state": "certified",
        "terms": [{"honour": "household_head", "pay_permille": 800}],
    }
    assert client.get(shops_of(community)).json == {"items": [answer.json], "next": None}


@pytest.mark.parametrize(
    ("state", "listed"),
    [
        ("applied", False),
        ("inspected", False),
        ("notice", False),
        ("certified", True),
        ("warned", True),
        ("suspended", False),
        ("withdrawn", False),
    ],
)
def test_the_list_holds_the_shops_that_take_the_card(
    client: FlaskClient, session: Session, community: Community, state: str, *, listed: bool
) -> None:
    shop = given_shop(session, community, state=state)
    session.commit()

    items = client.get(shops_of(community)).json["items"]
    plaque = client.get(f"{shops_of(community)}/{shop.plaque_number}").json

    assert items == ([plaque] if listed else [])
    assert plaque["state"] == ("certified" if state == "warned" else state)


@pytest.mark.parametrize("state", ["certified", "warned"])
def test_a_plaque_that_has_lapsed_says_so(
    client: FlaskClient, session: Session, community: Community, state: str
) -> None:
    shop = given_shop(session, community, state=state, certified_until=DAY_BEFORE)
    session.commit()

    plaque = client.get(f"{shops_of(community)}/{shop.plaque_number}").json

    assert plaque["state"] == "lapsed"
    assert client.get(shops_of(community)).json["items"] == []


def test_the_public_list_is_read_page_by_page(
    client: FlaskClient, session: Session, community: Community
) -> None:
    names = [given_shop(session, community).name for _ in range(3)]
    session.commit()

    first = client.get(f"{shops_of(community)}?limit=2").json
    second = client.get(f"{shops_of(community)}?limit=2&after={first['next']}").json

    assert sorted(shop["name"] for shop in first["items"] + second["items"]) == sorted(names)
    assert second["next"] is None


def test_a_community_publishes_its_own_shops_alone(
    client: FlaskClient, session: Session, community: Community
) -> None:
    foreign = given_shop(session, given_community(session))
    session.commit()

    assert client.get(shops_of(community)).json["items"] == []
    assert client.get(f"{shops_of(community)}/{foreign.plaque_number}").status_code == 404


@pytest.mark.parametrize(
    "path", ["nowhere/shops", "nowhere/shops/PGY-0001", "%00/shops", "a%00b/shops/%00", "%FF/shops"]
)
def test_an_unknown_address_finds_nothing(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/api/v1/public/{path}")

    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("plaque", ["PGY-9999", "%00", "'; DROP TABLE shop", "x" * 2000])
def test_an_unknown_plaque_finds_nothing(
    client: FlaskClient, session: Session, community: Community, plaque: str
) -> None:
    session.commit()

    assert client.get(f"{shops_of(community)}/{plaque}").status_code == 404
