"""A month's round from the Excel list to the signed cards, as four people and a neighbour do it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Card, Round
from loyalty.services.actors import Role
from tests.browser.monthly_round import (
    NARROW,
    PICTURES,
    Worker,
    given_neighbours,
    given_person,
    nominee_file,
)
from tests.given import SHANGHAI, given_community

NOMINEES, WINNERS, MOST_CLICKS = 120, 30, 25

PEOPLE = (
    ("陈干事", Role.STAFF),
    ("周评委", Role.PANEL),
    ("吴评委", Role.PANEL),
    ("王主任", Role.MANAGER),
)

FIRST_DAY = datetime(2026, 12, 1, 9, 0, tzinfo=SHANGHAI)
"""A Tuesday; the notice then runs to Tuesday the 8th."""
DAY_OF_THE_OBJECTION = datetime(2026, 12, 7, 9, 0, tzinfo=SHANGHAI)
"""The supplementary notice then runs to Thursday the 10th."""
LAST_DAY = datetime(2026, 12, 11, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock of the service, which runs in this process; the browser keeps its own."""
    with time_machine.travel(FIRST_DAY, tick=True) as traveller:
        yield traveller


def test_a_month_s_round_takes_four_people_25_clicks(
    browser: Browser,
    service: str,
    session: Session,
    clock: time_machine.Traveller,
    tmp_path: Path,
) -> None:
    community = given_community(session)
    neighbours = given_neighbours(session, community, NOMINEES)
    accounts = [given_person(session, community, name, role) for name, role in PEOPLE]
    accounts[1].resident_id = neighbours[0].id
    session.commit()
    staff, first, second, approver = (Worker(browser, service, one) for one in accounts)

    staff.sign_in()
    nominate_from_excel(staff, nominee_file(tmp_path, neighbours))
    to_the_review(staff)
    for panellist, lowest in ((first, 60), (second, 70)):
        panellist.sign_in()
        score(panellist, lowest)
    draw_and_publish(staff)

    clock.move_to(DAY_OF_THE_OBJECTION)
    object_to(browser, service, community.slug, line=1)
    approver.sign_in()
    uphold(approver)
    clock.move_to(LAST_DAY)
    approver.sign_in()
    confirm_and_issue(approver)

    session.rollback()
    assert session.scalar(select(func.count()).select_from(Card)) == WINNERS
    assert session.scalars(select(Round.state)).all() == ["issued"]
    removed = session.scalars(select(Candidate).where(Candidate.outcome == "removed")).one()
    assert removed.place == 1
    for worker in (staff, first, second, approver):
        worker.page.context.close()
    clicks = sum(worker.clicks for worker in (staff, first, second, approver))
    assert clicks <= MOST_CLICKS, clicks


def nominate_from_excel(staff: Worker, file: Path) -> None:
    """Plan and open the round, and put everybody forward whom a file names."""
    staff.picture("01-home")
    staff.press("建立评选")
    staff.picture("02-plan")
    staff.page.get_by_label("文明居民几名").fill(str(WINNERS))
    staff.press("建立并开始推荐")
    staff.picture("02-open")
    # To choose the file takes a click.
    staff.page.get_by_label("候选人名单").set_input_files(file)
    staff.clicks += 1
    staff.press("读取名单")
    staff.page.screenshot(path=PICTURES / "03-file-zh_Hans-1366.png")
    staff.press("推荐选中的人")
    expect(staff.page.get_by_text(f"已推荐{NOMINEES}人。")).to_be_visible()


def to_the_review(staff: Worker) -> None:
    """Screen the nominees, and hand those who pass to the panel."""
    staff.press("结束推荐，开始初审")
    staff.picture("04-screening")
    staff.press("保存评委名单")
    staff.press("进入评议")
    staff.picture("05-review")
    staff.page.goto(staff.page.url.partition("?")[0] + "/candidates")
    staff.picture("06-candidates")


def score(panellist: Worker, lowest: int) -> None:
    """Type a score sheet from top to bottom, as in a spreadsheet."""
    panellist.picture(f"07-home-of-panel-{lowest}")
    panellist.press("去打分")
    panellist.picture(f"07-sheet-{lowest}")
    panellist.printed(f"07-sheet-{lowest}")
    fields = panellist.page.locator(".grid input")
    fields.first.focus()
    for place in range(fields.count()):
        panellist.page.keyboard.type(str(lowest + place % 30))
        if place < fields.count() - 1:
            panellist.page.keyboard.press("Enter")
    panellist.press("交打分表")
    expect(panellist.page.get_by_text("打分已交齐。")).to_be_visible()


def draw_and_publish(staff: Worker) -> None:
    """Freeze the list, draw in public, and put the notice up."""
    staff.page.goto("/staff")
    staff.press("封存名单")
    staff.picture("08-freeze")
    staff.press("是，封存名单")
    staff.picture("09-frozen")
    staff.press("抽签排序")
    staff.picture("10-draw")
    staff.page.get_by_label("抽签种子").fill("3 5 2 6 1 4")
    staff.page.get_by_label("见证人一").fill("王建国")
    staff.page.get_by_label("见证人二").fill("买买提·艾力")
    staff.press("是，抽签排序")
    staff.press("张榜公示")
    staff.picture("11-publish")
    expect(
        staff.page.get_by_text("公示到2026年12月8日星期二止，2026年12月9日星期三起")
    ).to_be_visible()
    staff.press("是，张榜公示")
    staff.picture("12-notice")
    staff.page.goto(staff.page.url.partition("?")[0] + "/lots")
    staff.picture("13-lots")


def object_to(browser: Browser, service: str, slug: str, *, line: int) -> None:
    """Object to one line of the notice, as a neighbour does who has no account."""
    page = browser.new_context(base_url=service, viewport=NARROW, locale="zh-CN").new_page()
    page.goto(f"/{slug}/notice/2026-12")
    page.locator(".people li").nth(line - 1).get_by_role("link", name="提异议").click()
    page.get_by_label("有什么意见").fill("这个人上个月已经搬走了。")
    page.get_by_role("button", name="提交异议").click()
    expect(page.get_by_role("heading", name="异议已收到")).to_be_visible()
    page.screenshot(path=PICTURES / "14-receipt-zh_Hans-360.png", full_page=True)
    page.context.close()


def uphold(approver: Worker) -> None:
    """Answer the objection; the person leaves the list, and the notice runs on."""
    approver.picture("14-home-with-objection")
    approver.press("去答复")
    approver.picture("16-objection")
    approver.click(approver.page.get_by_label("异议成立，这个人退出名单"))
    approver.page.get_by_label("理由").fill("经查属实，已迁出本社区。")
    approver.press("提交答复")
    approver.picture("17-answered")


def confirm_and_issue(approver: Worker) -> None:
    """Confirm the list as somebody who did not plan it, and sign the cards."""
    approver.picture("18-home-of-approver")
    approver.press("确认名单")
    approver.picture("19-confirm")
    approver.press("是，确认名单")
    approver.picture("20-confirmed")
    approver.press("签发打折卡")
    approver.picture("21-issue")
    approver.press("是，签发打折卡")
    approver.picture("22-issued")
    round_page = approver.page.url.partition("?")[0]
    for name in ("fairness", "hand-out", "panel"):
        approver.page.goto(f"{round_page}/{name}")
        approver.picture(f"23-{name}")
        approver.printed(f"23-{name}")
