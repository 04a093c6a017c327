"""When a card was last used in a shop: to the day, cheaply, and without what was taken back."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Redemption, Shop
from loyalty.services.shops.last_use import (
    LOOKED_AT,
    find_last_uses,
    list_silent_shops,
    select_last_uses,
)
from loyalty.services.work import Work
from tests.given import NOON, given_card, given_community, given_shop, given_staff
from tests.given_sales import given_redemption

LONG_AGO = NOON - timedelta(days=200)


@pytest.fixture
def card(session: Session, community: Community) -> Card:
    return given_card(session, community)


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community, created_at=LONG_AGO)


def sold(session: Session, card: Card, shop: Shop, days_ago: int, **values: Any) -> Redemption:
    at = NOON - timedelta(days=days_ago)
    return given_redemption(session, card, shop, at=at, **values)


def taken_back(session: Session, sale: Redemption, card: Card, shop: Shop, **values: Any) -> None:
    sold(
        session,
        card,
        shop,
        0,
        **{
            "kind": "void",
            "of_id": sale.id,
            "uses": -1,
            "total_fen": -1000,
            "discountable_fen": -1000,
            "payable_fen": -850,
            "saved_fen": -150,
            "idempotency_key": None,
            **values,
        },
    )


def last_use(session: Session, shop: Shop) -> date | None:
    return find_last_uses(session, shop.community_id, [shop.id]).get(shop.id)


def test_the_last_use_is_the_latest_day_also_where_an_older_sale_came_in_late(
    session: Session, card: Card, shop: Shop
) -> None:
    sold(session, card, shop, 3)
    sold(session, card, shop, 9)

    assert last_use(session, shop) == date(2026, 12, 6)


def test_what_was_taken_back_is_no_use_and_what_came_back_in_part_is_one(
    session: Session, card: Card, shop: Shop
) -> None:
    sold(session, card, shop, 5)
    in_part = sold(session, card, shop, 3)
    taken_back(session, in_part, card, shop, kind="return", uses=0)
    taken_back(session, sold(session, card, shop, 1), card, shop)

    assert last_use(session, shop) == date(2026, 12, 6)


def test_where_no_card_was_used_there_is_no_last_use(
    session: Session, card: Card, shop: Shop
) -> None:
    other = given_shop(session, session.get_one(Community, shop.community_id))
    sold(session, card, other, 1)

    assert last_use(session, shop) is None
    assert find_last_uses(session, shop.community_id, []) == {}


@pytest.mark.parametrize(("days", "silent"), [(30, False), (31, True)])
def test_a_shop_is_silent_after_thirty_days(
    session: Session, community: Community, card: Card, shop: Shop, days: int, *, silent: bool
) -> None:
    sold(session, card, shop, days)

    found = list_silent_shops(Work(session, given_staff(session, community), NOON))

    assert [one.shop.id for one in found] == [shop.id] * silent


def test_silent_are_shops_of_ones_own_that_take_cards_and_have_had_the_time(
    session: Session, community: Community, shop: Shop
) -> None:
    for values in ({"state": "suspended"}, {"certified_until": date(2026, 12, 8)}):
        given_shop(session, community, created_at=LONG_AGO, **values)
    given_shop(session, community, created_at=NOON - timedelta(days=30))
    given_shop(session, given_community(session), created_at=LONG_AGO)

    (found,) = list_silent_shops(Work(session, given_staff(session, community), NOON))

    assert (found.shop.id, found.last) == (shop.id, None)


def test_however_many_sales_there_are_the_last_ones_alone_are_read(
    session: Session, card: Card, shop: Shop
) -> None:
    sale = sold(session, card, shop, 4)
    copies = text(
        """INSERT INTO redemption SELECT (jsonb_populate_record(r, jsonb_build_object(
               'id', gen_random_uuid(), 'idempotency_key', gen_random_uuid()))).*
             FROM redemption AS r, generate_series(1, 3000)
            WHERE r.community_id = :community AND r.id = :sale"""
    )
    session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(copies, {"community": shop.community_id, "sale": sale.id})
    session.execute(text("ANALYZE redemption"))
    asked = select_last_uses(shop.community_id).where(Shop.id == shop.id)
    statement = str(asked.compile(session.connection(), compile_kwargs={"literal_binds": True}))

    (plan,) = session.execute(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")).scalar_one()

    read = sum(rows_read(plan["Plan"]))
    assert 0 < read <= LOOKED_AT


def rows_read(node: dict[str, Any]) -> list[int]:
    """Return how many sales each node of a plan took from the table or an index of it."""
    own = [node["Actual Rows"]] if node.get("Relation Name") == "redemption" else []
    return own + [count for below in node.get("Plans", []) for count in rows_read(below)]
