"""A resident's own page on a phone: from the slip to the code at the till, and without network."""

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy.orm import Session

from loyalty.cards.rotating import find_step, step_at, unseal_secret
from loyalty.clock import utc_now
from loyalty.models import Card, Community, Shop
from loyalty.rules.card_number import group_digits, number_of
from loyalty.rules.own_page import format_activation_code
from tests.given import SEALING_KEY, paired_till
from tests.given_messages import given_hook
from tests.given_own_pages import PIN, activated, given_code, page_of
from tests.present import present

KEEPS_NOTHING = """async () => {
  const kept = await import("/static/own_page/kept.js");
  return (await kept.readKept()) === undefined;
}"""

pytestmark = pytest.mark.usefixtures("unlimited")


def open_page(phone: Page, session: Session, card: Card) -> None:
    """Type number and code as they stand on paper, and choose a PIN."""
    code = format_activation_code(given_code(session, card, now=utc_now()))
    phone.goto("/me")
    phone.get_by_label("卡号").fill(group_digits(number_of(card.serial)))
    phone.get_by_label("密码或激活码").fill(code.lower())
    phone.get_by_role("button", name="打开").click()
    phone.get_by_label("新密码").fill(PIN)
    phone.get_by_role("button", name="就用这个").click()


def digits_on(phone: Page) -> str:
    """Return the digits under the code, once they are there."""
    digits = phone.locator("[data-digits]")
    expect(digits).not_to_be_empty()
    return digits.inner_text().replace(" ", "")


def codes_on(phone: Page) -> tuple[str, set[str]]:
    """Return the digits of one half minute, and what a reader of codes sees on the screen in it."""
    board = phone.locator("[data-board]")
    before = digits_on(phone)
    picture = Image.open(BytesIO(board.screenshot(scale="device")))
    # The half minute may have ended while the picture was taken.
    if digits_on(phone) != before:
        return codes_on(phone)
    return before, {f"{one.format.name} {one.text}" for one in zxingcpp.read_barcodes(picture)}


def step_of(session: Session, card: Card, code: str) -> int | None:
    """Return of which of the last half minutes a code is."""
    page = page_of(session, card)
    sealed = present(page.sealed_secret)
    secret = unseal_secret(sealed, page.id, sealing_key=SEALING_KEY)
    now = step_at(utc_now())
    return find_step(secret, code, range(now - 2, now + 2))


def test_from_the_slip_to_the_code_that_a_till_takes(
    phone: Page, session: Session, card: Card, shop: Shop
) -> None:
    phone.emulate_media(color_scheme="dark")
    open_page(phone, session, card)
    phone.get_by_role("link", name="出示我的卡").click()

    digits, seen = codes_on(phone)

    assert seen == {f"QRCode {digits}", f"Code128 {digits}"}
    assert int(present(phone.locator("[data-bars]").get_attribute("width"))) == 2 * 176
    assert step_of(session, card, digits) is not None
    till = paired_till(session, shop)
    answer = phone.request.post(
        "/api/v1/validations", headers=till, data={"code": digits, "total_fen": 1000}
    )
    assert answer.json()["verdict"] == "ok"


@pytest.mark.parametrize("service_workers", ["allow"])
def test_the_code_goes_on_without_network_and_after_signing_out_it_is_gone(
    phone: Page, session: Session, card: Card
) -> None:
    open_page(phone, session, card)
    phone.goto("/me/code")
    # The key is kept before the code is shown.
    digits_on(phone)
    phone.evaluate("() => navigator.serviceWorker.ready.then(() => true)")

    phone.context.set_offline(True)
    phone.goto("/me/code")

    digits, seen = codes_on(phone)
    assert {one.split()[1] for one in seen} == {digits}
    assert step_of(session, card, digits) is not None
    phone.context.set_offline(False)
    phone.goto("/me")
    phone.get_by_role("button", name="退出").click()
    expect(phone.get_by_role("heading", name="打开我的页面")).to_be_visible()
    phone.goto("/me/code")
    expect(phone.locator("[data-none]")).to_be_visible()
    expect(phone.locator("[data-board]")).to_be_hidden()


def test_whoever_signs_out_before_the_page_is_whole_leaves_no_code_either(
    phone: Page, session: Session, card: Card
) -> None:
    open_page(phone, session, card)
    phone.goto("/me/code")
    digits_on(phone)
    # The first time it never comes.
    phone.route("**/own_page/leave.js", lambda route: route.abort(), times=1)
    phone.goto("/me")

    phone.get_by_role("button", name="退出").click()
    expect(phone.get_by_role("heading", name="打开我的页面")).to_be_visible()
    phone.wait_for_function(KEEPS_NOTHING)

    phone.goto("/me/code")
    expect(phone.locator("[data-none]")).to_be_visible()
    expect(phone.locator("[data-board]")).to_be_hidden()


def test_a_service_that_takes_long_to_hand_over_the_key_is_waited_for_the_first_time(
    context: BrowserContext, session: Session, card: Card
) -> None:
    phone = context.new_page()
    phone.clock.install()
    open_page(phone, session, card)
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    phone.route("**/me/code.json", hold)
    with phone.expect_request("**/me/code.json"):
        phone.get_by_role("link", name="出示我的卡").click()

    phone.clock.run_for(10_000)
    expect(phone.locator("[data-none]")).to_be_hidden()
    expect(phone.locator("[data-drawn]")).to_be_visible()
    late[0].continue_()

    assert step_of(session, card, digits_on(phone)) is not None


def test_a_messengers_link_leads_through_the_door_to_a_yes_and_back_to_a_no(
    phone: Page, session: Session, card: Card
) -> None:
    community = session.get_one(Community, card.community_id)
    given_hook(session, community, now=utc_now())
    activated(session, card)
    reference = "oT8Gr5hWzL2kq9XyAbCdEfGh12" * 4

    phone.goto(f"/{community.slug}/me?ref={reference}")
    phone.get_by_label("卡号").fill(number_of(card.serial))
    phone.get_by_label("密码或激活码").fill(PIN)
    phone.get_by_role("button", name="打开").click()
    expect(phone.get_by_label("订阅号")).to_have_value(reference)
    phone.get_by_role("button", name="同意，有事告诉我").click()
    expect(phone.get_by_text(reference)).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360

    phone.get_by_role("button", name="不要再发了").click()

    expect(phone.get_by_text("记下了，不再发了。")).to_be_visible()
