"""The owner of a shop at a phone: what a quarter, a slip and a month ask of them, in taps."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import OfferConfirmation, Redemption
from loyalty.services.actors import Role
from tests.given import given_account, given_card, given_community, given_shop, quick_hash
from tests.given_sales import given_redemption
from tests.pages.visits import PASSWORD

NOTHING_SIDEWAYS = "() => document.documentElement.scrollWidth"


@pytest.mark.usefixtures("clock")
def test_an_owner_confirms_voids_and_reads_the_month(phone: Page, session: Session) -> None:
    community = given_community(session)
    owner = given_account(session, community, Role.SHOP_OWNER, password_hash=quick_hash(PASSWORD))
    shop = given_shop(session, community, name="百味菜铺", owner_id=owner.id)
    card = given_card(session, community)
    sale = given_redemption(session, card, shop, receipt="KQ7M2X4A")
    session.commit()

    phone.goto("/staff")
    phone.get_by_label("账号").fill(owner.username)
    phone.get_by_label("密码").fill(PASSWORD)
    phone.get_by_role("button", name="登录").click()
    expect(phone.get_by_role("heading", name="百味菜铺")).to_be_visible()
    phone.get_by_role("button", name="照旧", exact=True).click()
    expect(phone.get_by_text("这个季度的优惠已确认")).to_be_visible()
    phone.get_by_role("link", name="查用卡、撤销、退货").click()
    phone.get_by_role("link", name="KQ7M2X4A").click()
    phone.get_by_role("link", name="撤销这一笔").click()
    phone.get_by_label("理由").fill("按错了")
    phone.get_by_role("button", name=re.compile("是，撤销")).click()
    expect(phone.get_by_text("已全部退回")).to_be_visible()
    phone.goto("/staff")
    phone.get_by_role("link", name="每月对账单").click()
    expect(phone.get_by_role("heading", name="2026年11月对账单")).to_be_visible()
    assert phone.evaluate(NOTHING_SIDEWAYS) <= 360

    session.expire_all()
    assert session.scalars(select(OfferConfirmation.shop_id)).all() == [shop.id]
    of_it = select(Redemption.kind).where(Redemption.of_id == sale.id)
    assert session.scalars(of_it).all() == ["void"]
