"""Everything of a shop is corrected at the console, and its history tells who did it and why."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.models import Community, Shop
from loyalty.services.actors import Role
from loyalty.services.community.series import CreateSeries, new_series
from tests.given import NOON, given_account, given_shop
from tests.pages.visits import change, enter, fields_of, text_of


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community)


def page_of(shop: Shop) -> str:
    return f"/staff/shops/{shop.id}/change"


def test_all_that_is_known_of_a_shop_is_changed_in_one_form(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    owner = given_account(session, community, Role.SHOP_OWNER)
    enter(client, session, community, Role.STAFF)
    session.add(new_series(community.id, CreateSeries("seeds", "石榴籽", "SLZ")))
    session.commit()
    typed = {
        "name": "百味菜铺",
        "series": "石榴籽",
        "category": "蔬菜",
        "stall": "2-7",
        "contact": "李",
        "hours": "7:00–20:00",
        "offer": "买菜送葱",
        "rate_household_head": "820",
        "owner_id": str(owner.id),
        "opted_in_categories": "alcohol",
        "discountable_per_sale_fen": "200",
        "uses_per_shop_day": "5",
        "reason": "店主来说的",
    }

    answer = change(client, page_of(shop), **typed)

    assert answer.headers["Location"] == f"/staff/shops/{shop.id}", text_of(answer)
    session.expire_all()
    assert (shop.name, shop.series, shop.stall, shop.owner_id) == (
        "百味菜铺",
        "石榴籽",
        "2-7",
        owner.id,
    )
    assert (shop.discountable_per_sale_fen, shop.uses_per_shop_day) == (20000, 5)
    told = text_of(client.get(f"/staff/shops/{shop.id}/history"))
    assert {"店主来说的", "百味菜铺", "7:00–20:00", owner.display_name} <= set(told.split())
    assert "照样打折的商品" in told


def test_whoever_saves_second_is_told_and_keeps_what_was_typed(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    enter(client, session, community, Role.STAFF)
    typed = {name: values[-1] for name, values in fields_of(client.get(page_of(shop))).items()}
    session.execute(
        update(Shop)
        .where(Shop.community_id == community.id, Shop.id == shop.id)
        .values(stall="9-9", version=2)
    )
    session.commit()

    answer = client.post(page_of(shop), data={**typed, "stall": "2-7"})

    assert "别人刚刚改过" in text_of(answer)
    assert "现在存的是：9-9" in text_of(answer)
    assert fields_of(answer)["stall"] == ["2-7"]
    assert client.post(page_of(shop), data=fields_of(answer)).status_code == 302


def test_the_last_word_is_refused_beside_its_field(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    enter(client, session, community, Role.STAFF)

    answer = change(client, page_of(shop), offer="最终解释权归本店", stall="2-7")

    assert "按对顾客有利的算" in text_of(answer)
    assert fields_of(answer)["stall"] == ["2-7"]
    names = session.scalars(select(Shop.stall).where(Shop.community_id == community.id)).all()
    assert "2-7" not in names


@pytest.mark.parametrize(("letters", "status"), [(500, 302), (501, 200)])
def test_an_offer_may_be_as_long_as_programs_send_it(
    client: FlaskClient,
    session: Session,
    community: Community,
    shop: Shop,
    *,
    letters: int,
    status: int,
) -> None:
    enter(client, session, community, Role.STAFF)

    answer = change(client, page_of(shop), offer="葱" * letters)

    assert answer.status_code == status
    assert ("太长了" in text_of(answer)) is (status == 200)


def test_a_rate_outside_the_band_is_not_offered(
    client: FlaskClient, session: Session, community: Community, shop: Shop
) -> None:
    enter(client, session, community, Role.STAFF)

    answer = change(client, page_of(shop), rate_household_head="500")

    assert "请从列表中选一项" in text_of(answer)


@pytest.mark.parametrize(
    ("state", "role", "barred"),
    [
        ("warned", Role.STAFF, True),
        ("warned", Role.MANAGER, False),
        ("certified", Role.STAFF, False),
    ],
)
def test_a_warned_shop_whose_year_is_over_is_renewed_by_a_manager(
    client: FlaskClient,
    session: Session,
    community: Community,
    state: str,
    role: Role,
    *,
    barred: bool,
) -> None:
    over = NOON.date() - timedelta(days=1)
    shop = given_shop(session, community, state=state, certified_until=over)
    enter(client, session, community, role)

    assert ("这一步要由负责人来做" in text_of(client.get(f"/staff/shops/{shop.id}"))) is barred


@pytest.mark.parametrize("page", ["change", "history"])
def test_nobody_else_reaches_it(
    client: FlaskClient, session: Session, community: Community, shop: Shop, page: str
) -> None:
    address = f"/staff/shops/{shop.id}/{page}"
    assert client.get(address).status_code == 302

    for role in (Role.COUNCIL, Role.PANEL):
        enter(client, session, community, role)
        assert client.get(address).status_code == 403
