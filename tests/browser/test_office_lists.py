"""A month's round with the lists an office keeps: what it is asked, and how often it clicks."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Deed, Resident
from loyalty.services.actors import Role
from loyalty.services.deeds.deeds import ensure_default_kinds
from tests.browser.monthly_round import Worker, given_person
from tests.given import SHANGHAI, given_resident
from tests.given_lists import (
    HOUSE_FLAT_ROOM,
    HOUSEHOLDS,
    NOMINATED,
    NOMINATIONS,
    ONE_DEED,
    SAME_PERSON,
    SIGN_IN_SHEET,
    register,
)
from tests.given_tables import workbook

FIRST_DAY = datetime(2026, 12, 1, 9, 0, tzinfo=SHANGHAI)
LAST_DAY = datetime(2026, 12, 11, 9, 0, tzinfo=SHANGHAI)

MOST_QUESTIONS = {
    "居民花名册.xlsx": 2,
    "楼栋单元房号.csv": 2,
    "户号.xlsx": 1,
    "同一个人.xlsx": 0,
    "签到表.xlsx": 0,
    "同一件事.xlsx": 0,
    "推荐名单.xlsx": 1,
}
MOST_CLICKS = 60


@pytest.fixture
def workers(
    browser: Browser, service: str, session: Session, community: Community
) -> Iterator[list[Worker]]:
    """Staff, one of the panel and the approver; the office knows four nominees and a volunteer."""
    ensure_default_kinds(session, community)
    for name, unit in (*NOMINATED, ("陈荣", "9栋")):
        given_resident(session, community, name=name, unit=unit, household_ref=unit)
    people = (("陈干事", Role.STAFF), ("周评委", Role.PANEL), ("王主任", Role.MANAGER))
    accounts = [given_person(session, community, name, role) for name, role in people]
    session.commit()
    workers = [Worker(browser, service, account) for account in accounts]
    yield workers
    for worker in workers:
        worker.page.context.close()


def test_a_month_with_lists_as_an_office_keeps_them(
    session: Session, clock: time_machine.Traveller, workers: list[Worker], tmp_path: Path
) -> None:
    staff, panellist, approver = workers
    asked: dict[str, int] = {}

    def take_in(kind: str, name: str, content: bytes, *answers: str) -> None:
        asked[name] = bring_in(staff, kind, written(tmp_path, name, content), answers)

    clock.move_to(FIRST_DAY)
    staff.sign_in()
    everybody = ("都成年", "都同意")
    take_in("居民", "居民花名册.xlsx", register("门牌号"), *everybody)
    take_in("居民", "楼栋单元房号.csv", HOUSE_FLAT_ROOM, *everybody)
    take_in("居民", "户号.xlsx", workbook(*HOUSEHOLDS), "是同一户，都写作“1号楼101”")
    take_in("居民", "同一个人.xlsx", SAME_PERSON)
    take_in("好事", "签到表.xlsx", SIGN_IN_SHEET)
    take_in("好事", "同一件事.xlsx", ONE_DEED)
    asked["推荐名单.xlsx"] = nominate(staff, written(tmp_path, "推荐名单.xlsx", NOMINATIONS))
    choose(staff, panellist)
    draw(approver)
    clock.move_to(LAST_DAY)
    issue(approver)

    session.rollback()
    known = {resident.name: resident for resident in session.scalars(select(Resident))}
    assert len(known) == len(NOMINATED) + 1 + 5 + 1 + 3 + 1
    assert (known["张伟"].unit, known["孙丽"].household_ref) == ("3栋2单元501", "4栋2单元203")
    assert len({known[name].household_key for name in ("赵一测", "赵二测", "赵三测")}) == 1
    assert len(session.scalars(select(Deed)).all()) == 3
    winners = set(
        session.scalars(select(Resident.name).join(Card, Card.resident_id == Resident.id))
    )
    assert winners == {name for name, _ in NOMINATED}
    clicks = {worker.account.display_name: worker.clicks for worker in workers}
    print(f"questions: {asked}; clicks: {clicks}, {sum(clicks.values())} in all")  # noqa: T201  # read with -rP
    assert all(asked[name] <= most for name, most in MOST_QUESTIONS.items()), asked
    assert sum(clicks.values()) <= MOST_CLICKS, clicks


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def bring_in(staff: Worker, kind: str, file: Path, answers: tuple[str, ...]) -> int:
    """Import a list; return how many questions were asked that needed an answer."""
    staff.click(staff.page.get_by_role("navigation", name="工作台").get_by_role("link", name=kind))
    staff.press("从Excel导入")
    choose_file(staff, "Excel文件", file)
    staff.press("检查文件")
    staff.picture(f"30-{file.stem}")
    questions = questions_on(staff)
    for answer in answers:
        staff.click(staff.page.get_by_label(answer, exact=True))
    if answers:
        staff.press("按回答重新检查")
        staff.picture(f"31-{file.stem}")
    staff.click(staff.page.get_by_role("button", name=re.compile("^(全部导入|只导入正确的)")))
    expect(staff.page.get_by_text("这次导入已经完成。")).to_be_visible()
    return questions


def nominate(staff: Worker, file: Path) -> int:
    """Open a round and put forward whom a list names; return how often somebody was asked for."""
    staff.page.goto("/staff")
    staff.press("建立评选")
    staff.page.get_by_label("文明居民几名").fill(str(len(NOMINATED)))
    staff.press("建立并开始推荐")
    choose_file(staff, "候选人名单", file)
    staff.press("读取名单")
    staff.picture("32-nominees")
    questions = questions_on(staff)
    staff.click(staff.page.get_by_label("您是说1栋1单元07号的杨晓华吗？"))
    staff.press("推荐选中的人")
    expect(staff.page.get_by_text("已推荐4人。")).to_be_visible()
    return questions


def choose(staff: Worker, panellist: Worker) -> None:
    """Screen, score, and freeze the list."""
    for step in ("结束推荐，开始初审", "是，结束推荐，开始初审"):
        staff.press(step)
    for step in ("保存评委名单", "进入评议", "是，进入评议"):
        staff.press(step)
    panellist.sign_in()
    fields = panellist.page.locator(".grid input")
    fields.first.focus()
    panellist.page.keyboard.type("\n".join(["80"] * fields.count()))
    panellist.press("交打分表")
    staff.page.reload()
    staff.press("封存名单")
    staff.page.get_by_label("见证人一").fill("王建国")
    staff.page.get_by_label("见证人二").fill("买买提·艾力")
    staff.press("是，封存名单")


def draw(approver: Worker) -> None:
    """Enter what the dice gave, as somebody else than who froze the list, and publish it."""
    approver.sign_in()
    approver.press("抽签排序")
    approver.page.get_by_label("抽签种子").fill("3 5 2 6 1")
    for step in ("是，抽签排序", "张榜公示", "是，张榜公示"):
        approver.press(step)


def issue(approver: Worker) -> None:
    """Confirm the list, and sign the cards."""
    approver.sign_in()
    for step in ("确认名单", "是，确认名单", "签发打折卡", "是，签发打折卡"):
        approver.press(step)
    expect(approver.page.get_by_text("打印和发放名单")).to_be_visible()


def choose_file(staff: Worker, label: str, file: Path) -> None:
    """Choose a file, which takes a click."""
    staff.page.get_by_label(label).set_input_files(file)
    staff.clicks += 1


def questions_on(staff: Worker) -> int:
    """Return how many answers the page says it needs."""
    told = re.search(r"有(\d+)个问题问您", staff.page.locator("#main").inner_text())
    return int(told[1]) if told else 0
