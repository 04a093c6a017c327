"""What anyone may read, for people who see or move little: WCAG 2.2 AA, checked by axe."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from loyalty.models import Community, Shop
from loyalty.services.actors import Role
from tests.browser.test_desk_access import violations
from tests.browser.test_tally import sign_in
from tests.browser.test_till_access import COLOURS, IN_A_LOOK
from tests.given import given_community, given_shop
from tests.given_notices import given_complaint
from tests.given_pictures import given_pin, given_plan, photo

IN_A_YEAR = datetime.now(UTC).date() + timedelta(days=365)
NARROW = 360

PUBLIC = (
    *("/", "/shops", "/shops?q=none", "/shops/plan", "/shops/print", "/shops/notice", "/pledge"),
    *("/shops/apply", "/shops/apply/status"),
    *("/complaint/status", "/card", "/matter", "/matter/status", "/nominate", "/objection"),
    *("/notice", "/honour", "/stats", "/privacy", "/lottery", "/me"),
)
"""Public pages that need nothing but a community."""


@dataclass(frozen=True, slots=True)
class Market:
    """A shop that takes cards, one without its plaque, one on notice, and a plan with the first."""

    community: Community
    shop: Shop
    withdrawn: Shop
    noticed: Shop
    plan_id: UUID
    complaint_id: UUID


@pytest.fixture
def market(session: Session) -> Market:
    community = given_community(session)
    plan = given_plan(session, community)
    values = {"stall": "3-12", "hours": "24小时营业", "offer": "送货上门"}
    shop = given_shop(session, community, name="百味菜铺", certified_until=IN_A_YEAR, **values)
    withdrawn = given_shop(session, community, name="摘牌店", state="withdrawn")
    applied = {"plaque_number": None, "certified_until": None}
    noticed = given_shop(session, community, state="notice", notice_last=IN_A_YEAR, **applied)
    given_pin(session, shop, plan)
    complaint = given_complaint(session, shop, text="收了全价")
    session.commit()
    return Market(community, shop, withdrawn, noticed, plan.id, complaint.id)


def look_at(phone: Page, page: str) -> None:
    """Open a page; axe finds nothing, light or dark, and it is not wider than the phone."""
    phone.goto(f"{page}{'&' if '?' in page else '?'}theme=light")
    assert violations(phone) == [], page
    assert phone.evaluate(IN_A_LOOK, [{"theme": "dark"}, COLOURS]) == [], page
    assert phone.evaluate("() => document.documentElement.scrollWidth") <= NARROW, page


def test_public_pages_and_the_desk_of_the_shops_shut_nobody_out(
    phone: Page, session: Session, market: Market
) -> None:
    plaque = f"/p/{market.shop.plaque_number}"
    complaint = f"{plaque}/complaint?kind=no_discount"
    objection = f"/shops/notice/{market.noticed.id}/objection"
    others = (f"/p/{market.withdrawn.plaque_number}", "/p/PGY-9999")
    for page in (*PUBLIC, plaque, complaint, objection, *others):
        look_at(phone, page)

    sign_in(phone, session, market.community, Role.MANAGER)
    shops, plans = "/staff/shops", "/staff/shops/floor-plan"
    for page in (
        *(f"{shops}/complaints", f"{shops}/complaints/{market.complaint_id}"),
        *(f"{shops}/silent", f"{shops}/satisfaction", plans, f"{plans}/{market.plan_id}"),
        f"{plans}/{market.plan_id}?shop={market.shop.id}",
    ):
        look_at(phone, page)


def test_somebody_finds_a_shop_complains_in_three_taps_and_presses_a_face(
    phone: Page, market: Market
) -> None:
    phone.goto("/shops")
    phone.get_by_role("link", name="百味菜铺").click()

    phone.get_by_role("link", name="没给打折").click()
    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_role("heading", name="已收到")).to_be_visible()

    phone.goto(f"/p/{market.shop.plaque_number}")
    phone.get_by_role("button", name="不满意").click()
    expect(phone.get_by_text("记下了，谢谢")).to_be_visible()


def test_a_photo_that_is_too_large_is_told_when_it_is_chosen_and_nothing_typed_is_lost(
    phone: Page, market: Market
) -> None:
    phone.goto(f"/p/{market.shop.plaque_number}/complaint?kind=wrong_price")
    phone.get_by_text("再说几句").click()
    phone.get_by_label("怎么回事").fill("白菜原价12元，收了12元")
    photos = phone.get_by_label("照片")
    # More than the service takes in with a complaint: sent, it would be refused unread.
    photos.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": bytes(13_000_000)})
    expect(phone.get_by_role("alert")).to_have_text("这个文件超过8兆，请换小一点的再选。")
    assert violations(phone) == []

    phone.get_by_text("再说几句").click()
    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_label("怎么回事")).to_have_value("白菜原价12元，收了12元")
    expect(photos).to_be_visible()

    photos.set_input_files({"name": "b.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    expect(phone.get_by_role("alert")).to_be_hidden()
    phone.get_by_role("button", name="提交").click()
    expect(phone.get_by_role("heading", name="已收到")).to_be_visible()


def test_staff_point_at_the_plan_and_the_pin_stands_there(
    phone: Page, session: Session, market: Market
) -> None:
    sign_in(phone, session, market.community)
    phone.goto(f"/staff/shops/floor-plan/{market.plan_id}?shop={market.shop.id}")

    phone.locator("input[type=image]").click(position={"x": 120, "y": 90})

    circle = phone.locator(".pin circle")
    expect(circle).to_have_attribute("cx", "120")
    expect(circle).to_have_attribute("cy", "90")
