"""A shop's year as a shopkeeper, a neighbour and the staff live through it, with their clicks."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Community,
    Complaint,
    OfferConfirmation,
    Shop,
    ShopApplication,
    ShopInspection,
)
from loyalty.services.actors import Role
from tests.browser.monthly_round import NARROW, Person, Worker, given_person
from tests.given import SHANGHAI, given_shop
from tests.given_inspections import FULL

APPLIED = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
"""A Monday."""
NOTICE_OVER = datetime(2026, 3, 10, 9, 0, tzinfo=SHANGHAI)
CONFIRMED = datetime(2026, 7, 1, 9, 0, tzinfo=SHANGHAI)
WARNED = datetime(2026, 8, 3, 9, 0, tzinfo=SHANGHAI)
NEXT_YEAR = datetime(2027, 2, 15, 9, 0, tzinfo=SHANGHAI)
MOST_CLICKS = 40
OWNER = "买买提"

People = tuple[Person, Person, Worker, Worker, Worker]


@pytest.fixture
def people(
    browser: Browser, service: str, session: Session, community: Community
) -> Iterator[People]:
    """A shopkeeper and a neighbour at their phones, a clerk, the manager, the shop's owner."""
    community.inspection_needed = True
    clerk = given_person(session, community, "陈干事", Role.STAFF)
    manager = given_person(session, community, "王主任", Role.MANAGER)
    owner = given_person(session, community, OWNER, Role.SHOP_OWNER)
    session.commit()
    people = (
        Person(browser, service, NARROW),
        Person(browser, service, NARROW),
        Worker(browser, service, clerk),
        Worker(browser, service, manager),
        Worker(browser, service, owner),
    )
    yield people
    for person in people:
        person.page.context.close()


def test_a_shop_s_year(
    session: Session,
    community: Community,
    clock: time_machine.Traveller,
    people: People,
) -> None:
    keeper, neighbour, clerk, manager, owner = people
    clock.move_to(APPLIED)
    receipt = apply(keeper, community)
    clerk.sign_in()
    take_in_and_inspect(clerk)
    say_who_owns_it(clerk)
    step(clerk, "开始公示")
    object_to(neighbour, community)
    manager.sign_in()
    answer(manager)

    clock.move_to(NOTICE_OVER)
    manager.sign_in()
    go_to_the_shop(manager)
    step(manager, "挂牌")
    ask_back(keeper, community, receipt, "挂牌")

    clock.move_to(CONFIRMED)
    confirm(owner)
    complain(neighbour, community)
    uphold(clerk)

    clock.move_to(WARNED)
    warn_and_reinstate(clerk, manager)

    clock.move_to(NEXT_YEAR)
    check_again(clerk)

    what_is_kept(session)
    clicks = [person.clicks for person in people]
    print(f"clicks: {clicks}, {sum(clicks)} in all")  # noqa: T201  # read with -rP
    assert sum(clicks) <= MOST_CLICKS, clicks


def what_is_kept(session: Session) -> None:
    """See that the shop holds its plaque for another year, by two inspections that it passed."""
    session.rollback()
    shop = session.scalars(select(Shop)).one()
    assert (shop.state, shop.plaque_number) == ("certified", "PGY-0001")
    assert str(shop.certified_until) == "2028-02-15"
    assert session.scalars(select(ShopInspection.passed)).all() == [True, True]
    assert session.scalars(select(ShopApplication.shop_id)).all() == [shop.id]
    assert session.scalars(select(OfferConfirmation.shop_id)).all() == [shop.id]
    assert session.scalars(select(Complaint.upheld)).all() == [True]


def test_another_is_suspended_and_withdrawn_and_its_plaque_says_so(
    session: Session,
    community: Community,
    clock: time_machine.Traveller,
    people: People,
) -> None:
    passer_by, manager = people[1], people[3]
    clock.move_to(WARNED)
    in_a_year = WARNED.date() + timedelta(days=300)
    shop = given_shop(session, community, name="老王豆腐", certified_until=in_a_year)
    session.commit()
    manager.sign_in()
    manager.page.goto(f"/staff/shops/{shop.id}")

    for name in ("暂停", "摘牌"):
        step(manager, name, reason="消防通道堆放杂物")
        passer_by.page.goto(f"/{community.slug}/p/{shop.plaque_number}")
        expect(passer_by.page.locator("#main")).to_contain_text(name)

    print(f"clicks: {manager.clicks}")  # noqa: T201  # read with -rP
    assert manager.clicks <= 4


def apply(keeper: Person, community: Community) -> str:
    """Apply on the public form; return the receipt."""
    page = keeper.page
    page.goto(f"/{community.slug}/shops/apply")
    page.get_by_label("店名").fill("和平馕店")
    page.get_by_label("行业").fill("馕与面点")
    page.get_by_label("联系人和电话").fill("买买提 13800138000")
    keeper.press("提交申请")
    return page.locator(".receipt-number").inner_text()


def ask_back(keeper: Person, community: Community, receipt: str, told: str) -> None:
    """See with the receipt how far it is."""
    keeper.page.goto(f"/{community.slug}/shops/apply/status")
    keeper.page.get_by_label("回执号").fill(receipt)
    keeper.press("查询")
    expect(keeper.page.get_by_role("status")).to_contain_text(told)


def take_in_and_inspect(clerk: Worker) -> None:
    clerk.page.goto("/staff/shops/applications")
    clerk.click(clerk.page.get_by_role("link", name="和平馕店"))
    clerk.press("受理，登记这家店")
    clerk.press("检查评分")
    fill_in(clerk)


def say_who_owns_it(clerk: Worker) -> None:
    """Give the shop to the account of its owner, with what the holders of an honour pay."""
    clerk.press("改登记")
    clerk.page.get_by_label("店主账号").select_option(label=OWNER)
    clerk.page.locator("[name=rate_household_head]").select_option("800")
    clerk.press("保存")


def confirm(owner: Worker) -> None:
    """Say as the shop's owner, who is led to it, that the offer holds in this quarter."""
    owner.sign_in()
    owner.press("照旧")
    expect(owner.page.locator("#main")).not_to_contain_text("还照旧吗")


def complain(neighbour: Person, community: Community) -> None:
    """Say at the plaque that the card gave nothing."""
    neighbour.page.goto(f"/{community.slug}/p/PGY-0001")
    neighbour.press("没给打折")
    neighbour.press("提交")
    expect(neighbour.page.locator(".receipt-number")).to_be_visible()


def uphold(clerk: Worker) -> None:
    """Find, as staff, that it was so."""
    clerk.sign_in()
    clerk.page.goto("/staff/shops/complaints")
    clerk.click(clerk.page.get_by_role("link", name="和平馕店"))
    clerk.click(clerk.page.get_by_label("属实", exact=True))
    clerk.page.get_by_label("答复", exact=True).fill("已经补了差价。")
    clerk.press("提交答复")


def warn_and_reinstate(clerk: Worker, manager: Worker) -> None:
    """Warn the shop, and see that it has put things right."""
    clerk.sign_in()
    go_to_the_shop(clerk)
    step(clerk, "警告", reason="价签不清")
    manager.sign_in()
    go_to_the_shop(manager)
    step(manager, "恢复")


def check_again(clerk: Worker) -> None:
    """Inspect the shop after its year, and find it as it was."""
    clerk.sign_in()
    go_to_the_shop(clerk)
    clerk.press("检查评分")
    fill_in(clerk)
    step(clerk, "复查通过")


def fill_in(clerk: Worker) -> None:
    """Fill in the score sheet of a shop without fault."""
    for code, points in FULL.items():
        clerk.page.locator(f"[name=mark_{code}]").fill(str(points))
    clerk.press("记下检查")


def step(worker: Worker, name: str, *, reason: str | None = None) -> None:
    """Take one step of the certification, having read what follows."""
    worker.press(name)
    if reason is not None:
        worker.page.get_by_label("理由").fill(reason)
    worker.press(f"是，{name}")
    worker.page.get_by_role("heading", name="挂牌办理").wait_for()


def object_to(neighbour: Person, community: Community) -> None:
    neighbour.page.goto(f"/{community.slug}/shops/notice")
    neighbour.press("提异议")
    neighbour.page.get_by_label("有什么意见").fill("上次买馕，秤少二两。")
    neighbour.press("提交异议")
    expect(neighbour.page.locator("#main")).to_contain_text("异议已收到")


def answer(manager: Worker) -> None:
    go_to_the_shop(manager)
    manager.press("去答复")
    manager.click(manager.page.get_by_label("异议不成立，公示照旧"))
    manager.page.get_by_label("理由").fill("称了十次，都准。")
    manager.press("提交答复")


def go_to_the_shop(worker: Worker) -> None:
    worker.page.goto("/staff/shops?q=和平馕店")
    worker.click(worker.page.get_by_role("link", name="和平馕店"))
