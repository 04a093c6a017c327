"""A paper tally typed in with nothing but a keyboard."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from loyalty.models import Community, Redemption, StaffAccount
from loyalty.rules.card_number import number_of
from loyalty.services.actors import Role
from tests.given import code_of, given_account, given_card, given_community, given_shop, quick_hash
from tests.pages.visits import PASSWORD

pytestmark = pytest.mark.usefixtures("clock")


def sign_in(phone: Page, session: Session, community: Community, role: Role = Role.STAFF) -> None:
    """Sign a member of staff in; commits what was built."""
    sign_in_as(phone, session, given_account(session, community, role))


def sign_in_as(phone: Page, session: Session, account: StaffAccount) -> None:
    """Sign in as an account, with a password that is its own from now on."""
    account.password_hash = quick_hash(PASSWORD)
    session.commit()
    phone.goto("/staff/sign-in")
    phone.get_by_label("账号").fill(account.username)
    phone.get_by_label("密码").fill(PASSWORD)
    phone.get_by_label("动态码").fill(code_of(account))
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", name="要办的事")).to_be_visible()


def test_a_sheet_is_typed_in_without_a_mouse(phone: Page, session: Session) -> None:
    community = given_community(session)
    shop, card = given_shop(session, community), given_card(session, community)
    sign_in(phone, session, community)
    phone.goto(f"/staff/shops/{shop.id}/tally/2026-12-08")

    expect(phone.get_by_label("第1行 时间")).to_be_focused()
    for typed in ("1021", number_of(card.serial), "12.90", "25", number_of(card.serial), "8"):
        phone.keyboard.type(typed)
        phone.keyboard.press("Enter")
    expect(phone.get_by_label("第3行 时间")).to_be_focused()
    phone.get_by_role("button", name="记下这张表").press("Enter")
    phone.get_by_role("link", name="第2行").press("Enter")
    expect(phone.get_by_label("第2行 时间")).to_be_focused()
    phone.get_by_label("第2行 时间").fill("1025")
    phone.get_by_role("button", name="记下这张表").press("Enter")

    expect(phone.get_by_text("已记下2笔。")).to_be_visible()
    paid = session.query(Redemption.payable_fen).order_by(Redemption.happened_at).all()
    assert [payable for (payable,) in paid] == [1096, 680]
