"""Who takes part in the month's round of the tests: a list in Excel, people, their browsers."""

import os
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from sqlalchemy.orm import Session

from loyalty.models import Community, Resident, StaffAccount
from loyalty.services.actors import Role
from tests.browser.conftest import wait_long
from tests.given import code_of, given_account, given_resident, quick_hash
from tests.pages.visits import PASSWORD

SURNAMES = "王李张刘陈杨赵黄周吴"
GIVEN_NAMES = ("建国", "秀英", "志强", "玉兰", "海燕", "明", "丽华", "文军", "晓梅", "德福")

WIDE: ViewportSize = {"width": 1366, "height": 768}
NARROW: ViewportSize = {"width": 360, "height": 640}

PAPER: ViewportSize = {"width": 794, "height": 1123}
"""A4 at 96 dots an inch."""

PICTURES = os.environ.get("LOYALTY_PICTURES")
"""A folder for a picture of each page, for whoever wants to look."""


def given_neighbours(session: Session, community: Community, count: int) -> list[Resident]:
    """That many adults who take part, each with a household; every third may be named in public."""
    return [
        given_resident(
            session,
            community,
            name=SURNAMES[place % 10] + GIVEN_NAMES[place // 10 % 10],
            unit=f"{place // 20 + 1}号楼{place % 20 + 1:02d}室",
            household_ref=f"H{place:03d}",
            consent_publicity=place % 3 == 0,
        )
        for place in range(count)
    ]


def nominee_file(folder: Path, residents: Sequence[Resident]) -> Path:
    """A list as staff keep it in Excel, with a title above its headings."""
    path = folder / "候选人名单.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("名单")
        sheet.write_row(0, 0, ["12月候选人名单"])
        sheet.write_row(1, 0, ["姓名", "住址"])
        for row, resident in enumerate(residents, start=2):
            sheet.write_row(row, 0, [resident.name, resident.unit])
    return path


def given_person(session: Session, community: Community, name: str, role: Role) -> StaffAccount:
    """An account somebody signs in with."""
    return given_account(
        session, community, role, display_name=name, password_hash=quick_hash(PASSWORD)
    )


class Person:
    """Somebody at a browser of their own, whose clicks are counted."""

    def __init__(self, browser: Browser, service: str, size: ViewportSize) -> None:
        self.service = service
        self.size = size
        context = browser.new_context(base_url=service, viewport=size, locale="zh-CN")
        self.page: Page = wait_long(context).new_page()
        self.clicks = 0

    def click(self, target: Locator) -> None:
        """Click once."""
        target.click()
        self.clicks += 1

    def press(self, name: str) -> None:
        """Click a button, or a link, of the page's own part."""
        main = self.page.locator("#main")
        button = main.get_by_role("button", name=name, exact=True)
        self.click(button.or_(main.get_by_role("link", name=name, exact=True)).first)

    def picture(self, name: str) -> None:
        """See that the present page fits, wide and narrow, in two languages; keep how it looks.

        It is loaded anew, so that a page which answers a form is asked for with the same form.
        """
        for language in ("en", "zh_Hans"):
            self.page.context.add_cookies(
                [{"name": "lang", "value": language, "url": self.service}]
            )
            # Not while the page itself is on its way elsewhere.
            self.page.wait_for_load_state()
            self.page.reload()
            for size in (NARROW, WIDE):
                self.page.set_viewport_size(size)
                width = self.page.evaluate("() => document.documentElement.scrollWidth")
                self._keep(f"{name}-{language}-{size['width']}", full_page=True)
                assert width <= size["width"], f"{name} scrolls sideways in {language}"
        self.page.set_viewport_size(self.size)

    def printed(self, name: str) -> None:
        """See that no navigation stands on A4; keep how the present page looks there."""
        self.page.set_viewport_size(PAPER)
        self.page.emulate_media(media="print")
        expect(self.page.get_by_role("navigation", name="工作台")).to_be_hidden()
        self._keep(f"{name}-print", full_page=False)
        self.page.emulate_media(media="screen")
        self.page.set_viewport_size(self.size)

    def _keep(self, picture: str, *, full_page: bool) -> None:
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{picture}.png", full_page=full_page)


class Worker(Person):
    """Somebody with an account, at a wide screen."""

    def __init__(self, browser: Browser, service: str, account: StaffAccount) -> None:
        super().__init__(browser, service, WIDE)
        self.account = account

    def sign_in(self) -> None:
        """Type name, password and code, and Enter, as on every day: no click."""
        self.page.goto("/staff/sign-in")
        self.sign_in_here()

    def sign_in_here(self) -> None:
        """Do so on the page that asks for it, likewise."""
        self.page.get_by_label("账号").fill(self.account.username)
        self.page.get_by_label("密码").fill(PASSWORD)
        if self.account.totp_secret is not None:
            self.page.get_by_label("动态码").fill(code_of(self.account))
        self.page.get_by_label("密码").press("Enter")
        self.page.get_by_role("button", name="退出").wait_for()
        # The rest of a long page may be on its way yet, and its scripts.
        self.page.wait_for_load_state()
