"""Floor plans: staff point at where each shop is, and everybody finds it there."""

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, FloorPlan, Shop, ShopPin
from loyalty.services.actors import Role
from tests.given import given_community, given_shop
from tests.given_pictures import given_pin, given_plan, taken_here
from tests.pages.visits import change, enter, fields_of, press, text_of

PLANS = "/staff/shops/floor-plan"


@pytest.fixture
def plan(session: Session, community: Community) -> FloorPlan:
    return given_plan(session, community)


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community, name="百味菜铺")


def place_of(session: Session, shop: Shop) -> tuple[int, int] | None:
    session.expire_all()
    pin = session.scalar(
        select(ShopPin).where(ShopPin.community_id == shop.community_id, ShopPin.shop_id == shop.id)
    )
    return None if pin is None else (pin.x_permille, pin.y_permille)


def test_a_plan_is_added_and_the_same_name_brings_a_new_picture_and_keeps_the_pins(
    client: FlaskClient, session: Session, community: Community, plan: FloorPlan, shop: Shop
) -> None:
    given_pin(session, shop, plan)
    enter(client, session, community, Role.STAFF)
    before = plan.picture_id

    for name in ("一楼", "二楼"):
        fields = fields_of(client.get(PLANS))
        photo = (io.BytesIO(taken_here()), "plan.jpg")
        client.post(PLANS, data={**fields, "name": name, "pictures": photo})

    page = text_of(client.get(PLANS))
    assert "二楼" in page
    assert "图上有1家店" in page
    session.refresh(plan)
    assert plan.picture_id != before
    assert place_of(session, shop) == (500, 500)


def test_without_a_picture_it_is_told_beside_its_field(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)

    answer = change(client, PLANS, name="一楼")

    assert "请选一张照片" in text_of(answer)
    assert fields_of(answer)["name"] == ["一楼"]


def test_whoever_points_or_types_puts_a_shop_in_its_place(
    client: FlaskClient, session: Session, community: Community, plan: FloorPlan, shop: Shop
) -> None:
    enter(client, session, community, Role.STAFF)
    chosen = f"{PLANS}/{plan.id}?shop={shop.id}"
    put = f"{PLANS}/{plan.id}/pin"
    assert "点一下百味菜铺在哪里" in text_of(client.get(chosen))

    press(client, chosen, put, **{"shop_id": shop.id, "at.x": 250, "at.y": 375})
    assert place_of(session, shop) == (250, 500), "the plan is 1000 wide and 750 high"
    press(client, chosen, put, shop_id=shop.id, across="12", down="100")
    assert place_of(session, shop) == (120, 1000)
    far = "9" * 400
    for nowhere in (
        {"at.x": 5000, "at.y": 5},
        {"at.x": far, "at.y": far},
        {"across": "7"},
        {"at.x": 0, "at.y": 0},
    ):
        assert press(client, chosen, put, shop_id=shop.id, **nowhere).status_code < 500
    assert place_of(session, shop) == (120, 1000)
    press(client, chosen, put, shop_id=shop.id, remove="1")
    assert place_of(session, shop) is None


def test_everybody_sees_where_the_shops_are_that_take_the_card(
    client: FlaskClient, session: Session, community: Community, plan: FloorPlan, shop: Shop
) -> None:
    given_pin(session, shop, plan)
    given_pin(session, given_shop(session, community, name="停牌店", state="suspended"), plan)
    session.commit()

    page = client.get(f"/shops/plan?shop={shop.plaque_number}")

    assert "百味菜铺" in text_of(page)
    assert "停牌店" not in text_of(page)
    assert page.text.count('class="pin meant"') == 1
    picture = client.get(f"/{community.slug}/pictures/{plan.picture_id}")
    assert picture.mimetype == "image/jpeg"
    assert "店铺平面图" in text_of(client.get("/shops"))
    assert "在平面图上看" in text_of(client.get(f"/p/{shop.plaque_number}"))


def test_where_there_is_no_plan_nothing_leads_to_one(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    given_pin(session, given_shop(session, given_community(session)))
    session.commit()

    assert "平面图" not in text_of(client.get(f"/{community.slug}/shops"))
    assert "平面图" not in text_of(client.get(f"/{community.slug}/p/{shop.plaque_number}"))
    assert "还没有平面图" in text_of(client.get(f"/{community.slug}/shops/plan"))


def test_a_plan_is_taken_away_with_its_pins_after_a_yes(
    client: FlaskClient, session: Session, community: Community, plan: FloorPlan, shop: Shop
) -> None:
    given_pin(session, shop, plan)
    enter(client, session, community, Role.STAFF)

    change(client, f"{PLANS}/{plan.id}/remove")

    assert place_of(session, shop) is None
    assert text_of(client.get(f"{PLANS}/{plan.id}"))
    assert client.get(f"{PLANS}/{plan.id}").status_code == 404


def test_neither_another_community_nor_the_council_puts_a_shop_anywhere(
    client: FlaskClient, session: Session, community: Community, plan: FloorPlan, shop: Shop
) -> None:
    foreign = given_shop(session, given_community(session))
    theirs = given_pin(session, foreign)
    enter(client, session, community, Role.STAFF)
    ours = f"{PLANS}/{plan.id}"

    for put, one in ((f"{ours}/pin", foreign), (f"{PLANS}/{theirs.plan_id}/pin", shop)):
        answer = press(client, ours, put, shop_id=one.id, across="1", down="1")
        assert answer.status_code == 404
    assert place_of(session, foreign) == (500, 500)
    enter(client, session, community, Role.COUNCIL)
    assert client.get(ours).status_code == 403
