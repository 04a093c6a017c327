"""One person who works for two communities, at the consoles of both."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import Role
from loyalty.services.staff.links import LinkPurpose, make_link
from loyalty.services.work import Work
from tests.browser.monthly_round import Worker, given_person
from tests.browser.test_desk_access import violations
from tests.given import NOON, given_account, given_community, given_staff


@pytest.fixture
def worker(
    browser: Browser, service: str, session: Session, community: Community
) -> Iterator[Worker]:
    """Somebody with an account at home."""
    account = given_person(session, community, "王芳", Role.STAFF)
    session.commit()
    found = Worker(browser, service, account)
    yield found
    found.page.context.close()


@pytest.fixture
def link(session: Session) -> str:
    """The path of the link that another community has given her."""
    other = given_community(session, name="东市社区")
    invited = given_account(
        session, other, Role.MANAGER, display_name="王芳", password_hash=None, totp_secret=None
    )
    manager = Work(session, given_staff(session, other, Role.MANAGER), NOON)
    made = make_link(manager, invited.id, LinkPurpose.JOIN)
    session.commit()
    return f"/join/{made.token}"


def test_she_joins_with_the_account_she_has_and_goes_to_and_fro_in_two_clicks(
    worker: Worker, link: str
) -> None:
    page, brand = worker.page, worker.page.locator("header .brand")
    page.goto(link)
    worker.picture("communities-1-link")
    assert violations(page) == []
    worker.press("用已有的账号加入")
    worker.sign_in_here()
    expect(page.get_by_role("heading", name="用我的账号加入")).to_be_visible()
    worker.picture("communities-2-join")
    assert violations(page) == []
    worker.press("是，用我的账号加入")
    expect(brand).to_have_text("东市社区")
    worker.picture("communities-3-there")

    worker.clicks = 0
    worker.click(page.get_by_role("link", name="换社区"))
    worker.picture("communities-4-list")
    assert violations(page) == []
    worker.click(page.get_by_role("button", name="到这里来 田园市场"))
    expect(brand).to_have_text("田园市场")

    assert worker.clicks == 2
    page.goto("/staff/account")
    worker.picture("communities-5-account")
    assert violations(page) == []
