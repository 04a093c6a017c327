from dataclasses import fields
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.api.shops.schemas import ChangeShopSchema, ShopLimitsSchema
from loyalty.models import Community
from loyalty.pages.staff.shops.form import ShopChangeForm
from loyalty.services.actors import Role
from loyalty.services.changes import AS_IT_WAS
from loyalty.services.shops.history import values_of
from loyalty.services.shops.shops import ChangeShop
from loyalty.words.shop_changes import MEMBERS
from tests.given import given_account, given_community, given_shop, signed_in

SHOPS = "/api/v1/shops"
FIRST = {"If-Match": '"1"'}
SHOP: dict[str, Any] = {
    "name": "重庆面馆",
    "series": "蒲公英",
    "category": "餐饮",
    "stall": "3-12",
    "contact": None,
    "terms": [{"honour": "household_head", "pay_permille": 800}],
    "opted_in_categories": ["alcohol"],
    "limits": {"uses_per_shop_day": 5},
}


def test_a_shop_applies(client: FlaskClient, staff: dict[str, str]) -> None:
    answer = client.post(SHOPS, headers=staff, json=SHOP)

    assert answer.status_code == 201, answer.json
    assert answer.headers["ETag"] == '"1"'
    assert answer.json["name_pinyin"] == "chong qing mian guan"
    assert answer.json["limits"] == {"discountable_per_sale_fen": None, "uses_per_shop_day": 5}
    assert answer.json["terms"] == [{"honour": "household_head", "pay_permille": 800}]
    assert answer.json["state"] == "applied"
    assert answer.json["plaque_number"] is None
    assert answer.json["valid_until"] is None
    assert client.get(f"{SHOPS}/{answer.json['id']}", headers=staff).json == answer.json


def test_staff_change_a_shop(client: FlaskClient, staff: dict[str, str]) -> None:
    shop = client.post(SHOPS, headers=staff, json=SHOP).json
    terms = [
        {"honour": "household_head", "pay_permille": 820},
        {"honour": "civilized_resident", "pay_permille": 850},
    ]

    answer = client.patch(
        f"{SHOPS}/{shop['id']}", headers=staff | FIRST, json={"name": "乐山面馆", "terms": terms}
    )

    assert answer.status_code == 200, answer.json
    assert answer.headers["ETag"] == '"2"'
    assert answer.json["name_pinyin"].endswith("shan mian guan")
    assert answer.json["terms"] == terms
    assert answer.json["stall"] == "3-12"
    read = client.get(f"{SHOPS}/{shop['id']}", headers=staff).json
    assert sorted(read["terms"], key=str) == sorted(terms, key=str)


def test_staff_correct_how_a_name_is_read(client: FlaskClient, staff: dict[str, str]) -> None:
    shop = client.post(SHOPS, headers=staff, json=SHOP).json

    answer = client.patch(
        f"{SHOPS}/{shop['id']}",
        headers=staff | FIRST,
        json={"name": "乐山面馆", "name_pinyin": "le shan mian guan"},
    )

    assert answer.json["name_pinyin"] == "le shan mian guan"


def test_the_second_of_two_changes_is_told_to_look_again(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    address = f"{SHOPS}/{client.post(SHOPS, headers=staff, json=SHOP).json['id']}"
    client.patch(address, headers=staff | FIRST, json={"stall": "1-1"})

    second = client.patch(address, headers=staff | FIRST, json={"stall": "2-2"})

    assert second.status_code == 412
    assert second.json["type"] == "/problems/stale-record"
    assert client.get(address, headers=staff).json["stall"] == "1-1"
    assert client.patch(address, headers=staff, json={"stall": "2-2"}).status_code == 428


def test_an_account_of_the_community_becomes_owner(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str]
) -> None:
    owner = given_account(session, community, Role.SHOP_OWNER)
    session.commit()

    answer = client.post(SHOPS, headers=staff, json=SHOP | {"owner_id": str(owner.id)})

    assert answer.json["owner_id"] == str(owner.id)


def test_every_change_is_kept_with_who_and_why(
    client: FlaskClient, session: Session, community: Community
) -> None:
    staff = signed_in(session, community, Role.STAFF)
    address = f"{SHOPS}/{client.post(SHOPS, headers=staff, json=SHOP).json['id']}"
    terms = [{"honour": "household_head", "pay_permille": 820}]

    client.patch(
        address,
        headers=staff | FIRST,
        json={"stall": "1-1", "terms": terms, "hours": "7:00–20:00", "reason": "搬了摊位"},
    )

    changes = client.get(f"{address}/changes", headers=staff).json["items"]
    assert {(one["member"], one["before"], one["after"]) for one in changes} == {
        ("stall", "3-12", "1-1"),
        ("terms", "household_head:800", "household_head:820"),
        ("hours", None, "7:00–20:00"),
    }
    assert {one["reason"] for one in changes} == {"搬了摊位"}
    assert len({one["account_id"] for one in changes}) == 1


def test_programs_change_all_that_the_console_does_and_the_history_has_a_word_for_it(
    session: Session, community: Community
) -> None:
    every = {one.name for one in fields(ChangeShop) if one.default is AS_IT_WAS}
    taken = {name for name, one in ChangeShopSchema().fields.items() if not one.dump_only}
    # The form has a list for each rate, which come after the honours of the community.
    asked = {name for name in dir(ShopChangeForm) if name in every} | {"terms"}

    assert taken - {"reason", "limits"} | set(ShopLimitsSchema().fields) == every
    assert asked == every
    assert values_of(given_shop(session, community, terms=[])).keys() == every
    assert MEMBERS.keys() == every


def test_what_stays_as_it_was_is_no_change(client: FlaskClient, staff: dict[str, str]) -> None:
    address = f"{SHOPS}/{client.post(SHOPS, headers=staff, json=SHOP).json['id']}"

    client.patch(address, headers=staff | FIRST, json={"stall": "3-12"})

    assert client.get(f"{address}/changes", headers=staff).json["items"] == []


@pytest.mark.parametrize("member", ["offer", "hours"])
def test_no_shop_keeps_the_last_word_on_its_offer(
    client: FlaskClient, staff: dict[str, str], member: str
) -> None:
    shop = client.post(SHOPS, headers=staff, json=SHOP).json
    claim = {member: "送葱，最终解释权归本店所有"}

    for answer in (
        client.post(SHOPS, headers=staff, json=SHOP | claim),
        client.patch(f"{SHOPS}/{shop['id']}", headers=staff | FIRST, json=claim),
    ):
        assert answer.status_code == 422
        assert answer.json["errors"][0]["pointer"] == f"/{member}"


@pytest.mark.parametrize("case", ["staff of the community", "owner of another", "nobody"])
def test_only_an_owner_of_the_community_owns_a_shop(
    client: FlaskClient, session: Session, community: Community, staff: dict[str, str], case: str
) -> None:
    owners = {
        "staff of the community": given_account(session, community, Role.STAFF).id,
        "owner of another": given_account(session, given_community(session), Role.SHOP_OWNER).id,
        "nobody": uuid4(),
    }
    session.commit()

    answer = client.post(SHOPS, headers=staff, json=SHOP | {"owner_id": str(owners[case])})

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/owner_id"


@pytest.mark.parametrize(
    ("member", "pointer"),
    [
        ({"name": None}, "/name"),
        ({"name": "面\u0000馆"}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"category": 7}, "/category"),
        ({"discount": 15}, "/discount"),
        ({"state": "certified"}, "/state"),
        ({"plaque_number": "PGY-0001"}, "/plaque_number"),
        ({"owner_id": "me"}, "/owner_id"),
        ({"terms": [{"honour": "household_head"}]}, "/terms/0/pay_permille"),
        ({"terms": [{"honour": "household_head", "pay_permille": 8.5}]}, "/terms/0/pay_permille"),
        ({"terms": [{"honour": "household_head", "pay_permille": 799}]}, "/terms/0/pay_permille"),
        ({"terms": [{"honour": "household_head", "pay_permille": 851}]}, "/terms/0/pay_permille"),
        ({"terms": [{"honour": "mayor", "pay_permille": 850}]}, "/terms/0/honour"),
        ({"terms": [SHOP["terms"][0], SHOP["terms"][0]]}, "/terms/1/honour"),
        ({"opted_in_categories": ["alcohol", "tobacco"]}, "/opted_in_categories/1"),
        ({"limits": {"uses_per_shop_day": 0}}, "/limits/uses_per_shop_day"),
        ({"limits": {"discountable_per_sale_fen": 10**30}}, "/limits/discountable_per_sale_fen"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(
    client: FlaskClient, staff: dict[str, str], member: dict[str, Any], pointer: str
) -> None:
    shop = client.post(SHOPS, headers=staff, json=SHOP).json

    for answer in (
        client.post(SHOPS, headers=staff, json=SHOP | member),
        client.patch(f"{SHOPS}/{shop['id']}", headers=staff | FIRST, json=member),
    ):
        assert answer.status_code == 422
        assert pointer in [fault["pointer"] for fault in answer.json["errors"]]
    assert client.get(SHOPS, headers=staff).json["items"] == [shop]


@pytest.mark.parametrize("pay", [800, 850])
def test_both_ends_of_the_band_may_be_agreed(
    client: FlaskClient, staff: dict[str, str], pay: int
) -> None:
    terms = [{"honour": "household_head", "pay_permille": pay}]

    assert client.post(SHOPS, headers=staff, json=SHOP | {"terms": terms}).json["terms"] == terms


def test_the_list_is_read_page_by_page_in_the_order_of_pinyin(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    for name in ("张记", "阿明", "李记", "100%鲜"):
        client.post(SHOPS, headers=staff, json=SHOP | {"name": name})

    first = client.get(f"{SHOPS}?limit=3", headers=staff).json
    second = client.get(f"{SHOPS}?limit=3&after={first['next']}", headers=staff).json

    names = [shop["name"] for shop in first["items"] + second["items"]]
    assert names == ["100%鲜", "阿明", "李记", "张记"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=记", ["李记", "张记"]),
        ("q=zhang", ["张记"]),
        ("q=b-07", ["阿明"]),
        ("q=%25", []),
        ("q=_", []),
        ("category=水果", ["阿明"]),
        ("q=记&category=水果", []),
        ("state=applied", ["阿明", "李记", "张记"]),
        ("state=certified", []),
    ],
)
def test_staff_find_shops(
    client: FlaskClient, staff: dict[str, str], query: str, found: list[str]
) -> None:
    for name, category, stall in (
        ("张记", "餐饮", "A-01"),
        ("李记", "餐饮", None),
        ("阿明", "水果", "B-07"),
    ):
        members = {"name": name, "category": category, "stall": stall}
        client.post(SHOPS, headers=staff, json=SHOP | members)

    answer = client.get(f"{SHOPS}?{query}", headers=staff)

    assert [shop["name"] for shop in answer.json["items"]] == found


@pytest.mark.parametrize(
    "query", ["state=closed", "limit=0", "limit=201", "q=%00", "q=", "colour=red", "after=1"]
)
def test_a_query_that_makes_no_sense_is_refused(
    client: FlaskClient, staff: dict[str, str], query: str
) -> None:
    assert client.get(f"{SHOPS}?{query}", headers=staff).status_code == 422


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("get", ""),
        ("post", ""),
        ("get", "/{id}"),
        ("patch", "/{id}"),
        ("post", "/{id}/certification"),
        ("get", "/{id}/changes"),
    ],
)
def test_an_outsider_reaches_no_shop(
    client: FlaskClient, session: Session, community: Community, verb: str, path: str
) -> None:
    shop = given_shop(session, community)
    address = SHOPS + path.format(id=shop.id)
    body: Any = {} if verb == "get" else {"json": {}}

    for role in (Role.COUNCIL, Role.PANEL, Role.SHOP_OWNER):
        headers = signed_in(session, community, role)
        assert client.open(address, method=verb, headers=headers, **body).status_code == 403
    assert client.open(address, method=verb, **body).status_code == 401


def test_staff_of_another_community_find_no_shop(
    client: FlaskClient, session: Session, community: Community
) -> None:
    address = f"{SHOPS}/{given_shop(session, community).id}"
    stranger = signed_in(session, given_community(session), Role.MANAGER)

    assert client.get(SHOPS, headers=stranger).json["items"] == []
    assert client.get(address, headers=stranger).status_code == 404
    assert client.patch(address, headers=stranger | FIRST, json={"stall": "1"}).status_code == 404
    step = client.post(f"{address}/certification", headers=stranger, json={"action": "renew"})
    assert step.status_code == 404
