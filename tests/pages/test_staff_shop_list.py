"""The list of the shops goes to Excel and comes back unchanged."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Area, Community, Shop, ShopTerm
from loyalty.services.actors import Role
from tests.given import given_community, given_shop, honour_of, signed_in
from tests.given_tables import faults, upload
from tests.pages.visits import enter

MEMBERS = ("name", "series", "category", "stall", "contact", "hours", "offer", "is_model")


def known_of(session: Session, community: Community) -> set[tuple[Any, ...]]:
    shops = session.scalars(select(Shop).where(Shop.community_id == community.id))
    areas = {one.id: one.name for one in session.scalars(select(Area))}
    terms = {
        one.shop_id: one.pay_permille
        for one in session.scalars(select(ShopTerm).where(ShopTerm.community_id == community.id))
    }
    return {
        (
            *(getattr(shop, name) for name in MEMBERS),
            areas.get(shop.area_id) if shop.area_id else None,
            terms.get(shop.id),
        )
        for shop in shops
    }


def test_what_is_exported_is_imported_elsewhere_as_it_was(
    client: FlaskClient, session: Session, community: Community
) -> None:
    elsewhere = given_community(session)
    ours, theirs = (Area(community_id=one.id, name="东区") for one in (community, elsewhere))
    session.add_all([ours, theirs])
    session.flush()
    shop = given_shop(
        session,
        community,
        name="百味+菜铺",
        series="石榴籽",
        category="蔬菜",
        stall="2-7",
        contact="李 13800138000",
        hours="每天7:00–20:00，周一休息",
        offer="买菜送葱",
        is_model=True,
        area_id=ours.id,
    )
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
