"""The desk for people who see or move little: WCAG 2.2 AA, checked by axe."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.services.actors import Role
from tests.browser.test_tally import sign_in
from tests.browser.test_till_access import AXE, RULES
from tests.given import NOON, given_account, given_community, given_resident, given_shop, given_till
from tests.given_late_sales import given_case


def violations(page: Page) -> list[str]:
    """Return what axe objects to on the page as it is."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        """async rules => (await axe.run({ runOnly: rules })).violations.flatMap(
            ({ id, nodes }) => nodes.map(node => `${id}: ${node.html}`))""",
        RULES,
    )
    return found


@pytest.mark.parametrize("look", ["theme=light", "theme=dark", "text=large"])
def test_the_desk_shuts_nobody_out(phone: Page, session: Session, look: str) -> None:
    community = given_community(session)
    shop = given_shop(session, community)
    till = given_till(session, shop, paired_at=NOON)
    case = given_case(session, community, shop_id=shop.id, till_id=till.id)
    resident = given_resident(session, community)
    account = given_account(session, community, Role.PANEL)
    sign_in(phone, session, community, Role.MANAGER)
    today = community_now("Asia/Shanghai").date()
    pages = (
        f"/staff/shops/{shop.id}/tally",
        f"/staff/shops/{shop.id}/tally/{today}",
        f"/staff/shops/{shop.id}/tills/{till.id}/numbering",
        f"/staff/shops/{shop.id}",
        f"/staff/residents/{resident.id}",
        f"/staff/cases/{case.id}",
        f"/staff/cases/{case.id}/accept",
        "/staff/cases?state=decided",
        "/staff/cases",
        "/staff/residents",
        "/staff/policy/accounts",
        "/staff/policy/accounts/new",
        f"/staff/policy/accounts/{account.id}",
    )

    for page in pages:
        phone.goto(f"{page}{'&' if '?' in page else '?'}{look}")
        assert violations(phone) == [], page

    phone.goto(pages[1])
    phone.get_by_label("第1行 卡号").fill("12345678901234")
    phone.get_by_role("button", name="记下这张表").click()
    expect(phone.get_by_role("link", name="第1行")).to_be_visible()
    assert violations(phone) == [], "a line that makes no sense"
