"""What is sent again, by going back or by loading anew, is told and has no second effect."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Community, NoticeVersion, Objection, Round
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from tests.browser.monthly_round import Worker, given_person
from tests.given_notices import given_notice
from tests.given_rounds import given_round_after

REFUSED = re.compile("现在还不到这一步，或者这一步已经做过了。|别人刚刚改过，请看过新的内容再做。")
"""Told to a page that is asked for anew on going back, or to one the browser has kept."""


pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def staff(
    browser: Browser, service: str, session: Session, community: Community
) -> Iterator[Worker]:
    """Somebody of the staff, signed in."""
    account = given_person(session, community, "陈干事", Role.STAFF)
    session.commit()
    staff = Worker(browser, service, account)
    staff.sign_in()
    yield staff
    staff.page.context.close()


def effects(session: Session) -> tuple[Any, ...]:
    """Return how far the round is, and how much has been published and written down."""
    session.rollback()
    return (
        *session.execute(select(Round.state, Round.version)).one(),
        session.scalar(select(func.count()).select_from(NoticeVersion)),
        session.scalar(select(func.count()).select_from(AuditEvent)),
    )


def test_a_round_is_planned_and_opened_once_though_it_is_pressed_again(
    session: Session, staff: Worker
) -> None:
    staff.press("建立评选")
    staff.page.get_by_label("文明居民几名").fill("3")
    staff.press("建立并开始推荐")
    expect(staff.page.get_by_role("heading", name="下一步")).to_be_visible()
    once = effects(session)

    staff.page.go_back()
    staff.page.get_by_label("文明居民几名").fill("3")
    staff.press("建立并开始推荐")

    expect(staff.page.get_by_text("请填写这一项。")).to_be_visible()
    assert effects(session) == once
    assert once[0] == "open"


def test_a_notice_is_published_once_though_the_yes_is_pressed_again(
    session: Session, community: Community, staff: Worker
) -> None:
    given_round_after(session, community, RoundAction.DRAW, candidates=6)
    session.commit()
    staff.page.reload()
    staff.press("张榜公示")
    staff.press("是，张榜公示")
    expect(staff.page.get_by_role("status")).to_contain_text("张榜公示")
    once = effects(session)

    staff.page.go_back()
    staff.press("是，张榜公示")
    expect(staff.page.get_by_role("status")).to_have_text(REFUSED)
    assert effects(session) == once
    staff.page.reload()

    assert effects(session) == once
    assert once[:3:2] == ("notice", 1)


def test_a_receipt_that_is_loaded_anew_is_the_same_receipt(
    phone: Page, session: Session, community: Community
) -> None:
    given_notice(session, community)
    session.commit()
    phone.goto("/notice/2026-12")
    phone.get_by_role("link", name="提异议").first.click()
    phone.get_by_label("有什么意见").fill("当月已搬走")
    phone.get_by_role("button", name="提交异议").click()
    number = phone.locator(".receipt-number").text_content() or ""
    once = effects(session)

    phone.reload()
    expect(phone.locator(".receipt-number")).to_have_text(number)
    phone.go_back()
    phone.get_by_role("button", name="提交异议").click()
    expect(phone.locator(".receipt-number")).to_have_text(number)

    assert effects(session) == once
    assert session.scalars(select(Objection.receipt)).all() == [number.replace(" ", "")]
