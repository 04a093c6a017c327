"""The list of the shops goes to Excel and comes back unchanged."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Area, Community, Pledge, Shop, ShopTerm, StaffAccount
from loyalty.services.actors import Role
from tests.given import NOON, given_account, given_community, given_shop, honour_of, signed_in
from tests.given_tables import faults, upload
from tests.pages.visits import enter

MEMBERS = (
    "name", "series", "category", "stall", "contact", "hours", "offer", "is_model", "pledged_on",
    "pledge_number", "discountable_per_sale_fen", "uses_per_shop_day",
)  # fmt: skip


def known_of(session: Session, community: Community) -> set[tuple[Any, ...]]:
    shops = session.scalars(select(Shop).where(Shop.community_id == community.id))
    areas = {one.id: one.name for one in session.scalars(select(Area))}
    staff = {one.id: one.display_name for one in session.scalars(select(StaffAccount))}
    terms = {
        one.shop_id: one.pay_permille
        for one in session.scalars(select(ShopTerm).where(ShopTerm.community_id == community.id))
    }
    return {
        (
            *(getattr(shop, name) for name in MEMBERS),
            areas.get(shop.area_id) if shop.area_id else None,
            staff.get(shop.liaison_id) if shop.liaison_id else None,
            *shop.opted_in_categories,
            terms.get(shop.id),
        )
        for shop in shops
    }


ALL_AGREED = {
    "name": "百味+菜铺",
    "series": "石榴籽",
    "category": "蔬菜",
    "stall": "2-7",
    "contact": "李 13800138000",
    "hours": "每天7:00–20:00，周一休息",
    "offer": "买菜送葱",
    "is_model": True,
    "opted_in_categories": ["alcohol"],
    "pledged_on": NOON.date() - timedelta(days=400),
    "pledge_number": 1,
    "discountable_per_sale_fen": 12_345,
    "uses_per_shop_day": 5,
}
"""What a shop has that has everything."""


def given_east(session: Session, community: Community) -> tuple[Area, StaffAccount]:
    """An area and a clerk, called in each community alike, and the pledge that shops sign."""
    area = Area(community_id=community.id, name="东区")
    pledge = Pledge(community_id=community.id, number=1, clauses=[], made_at=NOON)
    session.add_all([area, pledge])
    session.flush()
    return area, given_account(session, community, Role.STAFF, display_name="小王")


def test_what_is_exported_is_imported_elsewhere_as_it_was(
    client: FlaskClient, session: Session, community: Community
) -> None:
    elsewhere = given_community(session)
    given_east(session, elsewhere)
    area, clerk = given_east(session, community)
    shop = given_shop(session, community, area_id=area.id, liaison_id=clerk.id, **ALL_AGREED)
    given_shop(session, community, name="老王豆腐", plaque_number=None)
    session.add(
        ShopTerm(
            community_id=community.id,
            shop_id=shop.id,
            honour_id=honour_of(session, community).id,
            pay_permille=820,
        )
    )
    enter(client, session, community, Role.STAFF)
    book = client.get("/staff/lists/shops.xlsx").data

    answer = upload(client, signed_in(session, elsewhere), book, kind="shops", dry_run=False)

    assert faults(answer) == []
    session.expire_all()
    assert known_of(session, elsewhere) == known_of(session, community)
