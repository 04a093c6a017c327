"""An account that is signed in to elsewhere, and an act that asks again, as its owner sees both."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, StaffAccount
from loyalty.services.actors import Role
from loyalty.services.staff.sign_in import PROVEN_FOR
from tests.browser.monthly_round import Worker, given_person
from tests.given import code_of

QUESTION = "您的账号有新情况，都是您知道的吗？"


@pytest.fixture
def account(session: Session, community: Community) -> StaffAccount:
    account = given_person(session, community, "王主任", Role.MANAGER)
    session.commit()
    return account


@pytest.fixture
def browsers(browser: Browser, service: str, account: StaffAccount) -> Iterator[list[Worker]]:
    """The owner's computer, and another one."""
    found = [Worker(browser, service, account) for _ in range(2)]
    yield found
    for one in found:
        one.page.context.close()


def test_the_owner_ends_what_is_not_theirs_and_shows_the_code_before_an_account_is_opened(
    browsers: list[Worker],
    session: Session,
    account: StaffAccount,
    clock: time_machine.Traveller,
) -> None:
    own, other = browsers
    own.sign_in()
    expect(own.page.get_by_text(QUESTION)).to_be_hidden()
    other.sign_in()

    own.page.reload()
    own.picture("account-1-question")
    own.press("有不知道的，换密码")
    expect(own.page.get_by_text("别的地方的登录都断开了。")).to_be_visible()
    other.page.reload()
    expect(other.page.get_by_role("button", name="登录")).to_be_visible()
    own.page.goto("/staff/account")
    own.picture("account-2-own")
    own.page.goto("/staff/policy/rights")
    own.picture("account-3-rights")

    own.page.goto("/staff/policy/accounts/new")
    own.page.get_by_label("姓名").fill("阿依古丽")
    own.page.get_by_label("登录名").fill("ayi")
    own.page.get_by_label("评委").check()
    clock.shift(PROVEN_FOR + timedelta(seconds=1))
    own.press("开账号")
    expect(own.page.get_by_role("heading", name="再确认一次是您")).to_be_visible()
    own.picture("account-4-proof")
    own.page.get_by_label("动态码").fill(code_of(account))
    own.press("确认，接着做")

    expect(own.page.get_by_text("已给阿依古丽开了账号。")).to_be_visible()
    session.rollback()
    assert session.scalars(select(StaffAccount.username)).all().count("ayi") == 1
