"""The pages of shops, stalls, contributions and the council, for people who see or move little."""

from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from loyalty.models import StaffAccount, Stall
from tests.browser.test_public_access import look_at
from tests.browser.test_tally import sign_in_as
from tests.given import NOON, given_community
from tests.given_everything import given_everything

pytestmark = pytest.mark.usefixtures("clock")

PAGES = (
    "shops",
    "shops/{shop_id}",
    "shops/new",
    "shops/{shop_id}/change",
    "shops/{shop_id}/inspection",
    "shops/{shop_id}/certification/suspend",
    "shops/{shop_id}/history",
    "shops/visits",
    "shops/{shop_id}/visits",
    "shops/unconfirmed",
    "shops/applications",
    "shops/applications/{application_id}",
    "shops/objections/{shop_objection_id}",
    "shops/proposals/{proposal_id}",
    "shops/signals",
    "shops/signals/{signal_id}",
    "shops/stalls",
    "shops/stalls/new",
    "shops/stalls/{stall_id}",
    "sales",
    "sales/{sale_id}",
    "sales/{sale_id}/return",
    "policy/series",
    "policy/series/{series_id}",
    "policy/score-sheet",
    "policy/pledge",
    "residents/areas",
    "residents/areas/{area_id}",
    "residents/areas/groups/new",
    "residents/areas/groups/{household_group_id}",
    "imports/areas",
    "imports/{import_id}",
    "policy/contribution-kinds/{contribution_kind_id}",
    "figures/contributions",
    "figures/contributions/{contribution_id}",
    "council/meetings/{meeting_id}",
    "own-shops",
    "own-shops/{shop_id}",
    "own-shops/{shop_id}/sales",
    "own-shops/{shop_id}/tills/new",
    "own-shops/{shop_id}/offer",
    "own-shops/{shop_id}/offer/terms",
    "own-shops/{shop_id}/statement",
    "street",
)


def test_no_page_of_the_market_shuts_anybody_out(phone: Page, session: Session) -> None:
    community = given_community(session)
    everything = given_everything(session, community)
    account = session.get_one(StaffAccount, (community.id, UUID(everything.ids["account_id"])))
    stall = session.get_one(Stall, (community.id, UUID(everything.ids["stall_id"])))
    stall.built_on = NOON.date().replace(year=2016)
    sign_in_as(phone, session, account)

    for page in PAGES:
        look_at(phone, f"/staff/{page.format(**everything.ids)}")

    look_at(phone, "/staff/shops/stalls/occupancy")
    expect(phone.locator("[data-drawing] svg")).to_have_count(1)
