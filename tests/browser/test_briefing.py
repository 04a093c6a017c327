"""From the first page of the console the briefing is two clicks away."""

from pathlib import Path

from docx import Document
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from loyalty.services.actors import Role
from tests.given import code_of, given_account, given_community, quick_hash
from tests.pages.visits import PASSWORD


def test_two_clicks_lead_from_the_first_page_to_the_briefing(
    phone: Page, session: Session, tmp_path: Path
) -> None:
    account = given_account(
        session, given_community(session), Role.STAFF, password_hash=quick_hash(PASSWORD)
    )
    session.commit()
    phone.goto("/staff")
    phone.get_by_label("账号").fill(account.username)
    phone.get_by_label("密码").fill(PASSWORD)
    phone.get_by_label("动态码").fill(code_of(account))
    phone.get_by_role("button", name="登录").click()

    phone.get_by_role("navigation", name="工作台").get_by_role("link", name="数字").click()
    with phone.expect_download() as taken:
        phone.get_by_role("link", name="的简报（Word）").last.click()

    assert taken.value.suggested_filename.endswith("互惠简报.docx")
    file = tmp_path / "briefing.docx"
    taken.value.save_as(file)
    assert "一、总体情况" in [one.text for one in Document(str(file)).paragraphs]
