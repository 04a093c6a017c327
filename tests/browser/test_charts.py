"""Pictures of the figures: drawn under the page's own policy, saved, and read by everybody."""

import struct
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from tests.browser.test_desk_access import violations
from tests.browser.test_tally import sign_in
from tests.given import given_card, given_community, given_shop
from tests.given_contributions import given_contribution
from tests.given_sales import given_redemption

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def manager(phone: Page, session: Session) -> Page:
    """The console of a community that has sold in two months, in two trades."""
    community = given_community(session)
    today = community_now("Asia/Shanghai").date()
    card = given_card(session, community)
    for trade in ("蔬菜", "超市"):
        shop = given_shop(session, community, category=trade)
        for month in (Month.of(today).plus(-1), Month.of(today)):
            given_redemption(session, card, shop, month=month.first, at=datetime.now(UTC))
    given_contribution(session, community, happened_on=today)
    session.commit()
    sign_in(phone, session, community, Role.MANAGER)
    return phone


def test_pictures_are_drawn_saved_and_shut_nobody_out(manager: Page, tmp_path: Path) -> None:
    for theme in ("light", "dark"):
        manager.goto(f"/staff/figures?theme={theme}")
        expect(manager.locator("[data-drawing] svg")).to_have_count(4)
        assert violations(manager) == [], theme
    width = manager.evaluate("() => document.documentElement.scrollWidth")
    trend = manager.locator("[data-chart^=trend]")
    with manager.expect_download() as vector:
        trend.get_by_role("button", name="存成SVG图片").click()
    with manager.expect_download() as dots:
        trend.get_by_role("button", name="存成PNG图片").click()
    for saved, file in ((vector, "trend.svg"), (dots, "trend.png")):
        saved.value.save_as(tmp_path / file)

    assert width <= 360
    drawn = ET.fromstring((tmp_path / "trend.svg").read_text("utf-8"))  # noqa: S314  # our own
    assert any("持卡消费额" in (text.text or "") for text in drawn.iter())
    picture = (tmp_path / "trend.png").read_bytes()
    assert picture.startswith(PNG)
    assert struct.unpack(">I", picture[16:20])[0] == 2 * float(drawn.attrib["width"])
    expect(trend.locator("table")).to_be_hidden()
    trend.get_by_text("图里的数字").click()
    expect(trend.get_by_role("row")).to_have_count(3)
