"""The desk for people who see or move little: WCAG 2.2 AA, checked by axe."""

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.services.actors import Role
from tests.browser.test_tally import sign_in
from tests.browser.test_till_access import AXE, COLOURS, IN_A_LOOK, RULES
from tests.given import NOON, given_account, given_community, given_resident, given_shop, given_till
from tests.given_late_sales import given_case
from tests.given_messages import given_hook


def violations(page: Page) -> list[str]:
    """Return what axe objects to on the page as it is."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(IN_A_LOOK, [{}, RULES])
    return found


def violations_in_other_looks(page: Page) -> list[str]:
    """Return what axe objects to once a light page is dark, and once its text is large."""
    found: list[str] = page.evaluate(IN_A_LOOK, [{"theme": "dark"}, COLOURS])
    found += page.evaluate(IN_A_LOOK, [{"theme": "light", "text": "large"}, RULES])
    return found


def test_an_account_is_opened_for_one_thing_and_its_resident_is_found(
    phone: Page, session: Session
) -> None:
    community = given_community(session)
    given_resident(session, community, name="阿依古丽", unit="2号楼")
    sign_in(phone, session, community, Role.MANAGER)
    phone.goto("/staff/policy/accounts/new")
    phone.get_by_label("姓名").fill("单雪梅")
    phone.get_by_label("登录名").fill("xuemei")
    phone.get_by_label("评委").check()
    phone.get_by_role("button", name="开账号").click()
    expect(phone.get_by_role("heading", name="给单雪梅的链接")).to_be_visible()

    phone.get_by_role("link", name="好了").click()
    phone.get_by_role("link", name="修改 单雪梅").click()
    phone.get_by_label("换个名字找居民").fill("阿依古丽")
    phone.keyboard.press("Enter")
    phone.get_by_label("是哪位居民").select_option("阿依古丽 2号楼")
    phone.get_by_role("button", name="保存").click()

    expect(phone.get_by_role("row").filter(has_text="xuemei")).to_contain_text("评委")
    expect(phone.get_by_text("没对上居民")).to_have_count(0)


def test_the_desk_shuts_nobody_out(phone: Page, session: Session) -> None:
    community = given_community(session)
    shop = given_shop(session, community)
    till = given_till(session, shop, paired_at=NOON)
    case = given_case(session, community, shop_id=shop.id, till_id=till.id)
    resident = given_resident(session, community)
    account = given_account(session, community, Role.PANEL)
    receiver = given_hook(session, community, events=["month.closed"]).hook
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
        "/staff/policy/webhooks",
        f"/staff/policy/webhooks/{receiver.id}",
    )

    for page in pages:
        phone.goto(f"{page}{'&' if '?' in page else '?'}theme=light")
        assert violations(phone) == [], page
        assert violations_in_other_looks(phone) == [], page

    phone.goto(f"{pages[1]}?theme=light")
    phone.get_by_label("第1行 卡号").fill("12345678901234")
    phone.get_by_role("button", name="记下这张表").click()
    expect(phone.get_by_role("link", name="第1行")).to_be_visible()
    assert violations(phone) == [], "a line that makes no sense"
    assert violations_in_other_looks(phone) == [], "a line that makes no sense"
