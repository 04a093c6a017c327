"""A service that answers later than a counter waits: the till goes on, and a sale counts once.

Here the till's own time-outs fire. Its clock is stopped, so that they do when the test says so,
however busy the machine is.
"""

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from loyalty.models import Card, Shop
from loyalty.rules.card_number import number_of
from tests.browser.books import cases, sales
from tests.browser.conftest import NO_ANSWER_TOO_LATE, Network
from tests.browser.counter import pair, scan, stop_the_clock

AT_THE_COUNTER = 1500
"""Milliseconds that somebody at the counter waits for an answer."""
NEXT_UPLOAD = 30_000
"""Milliseconds after which what waits has been sent again."""

LOOKING, IN_TIME, UNSURE, KEPT = "正在查…", "有效", "没能核验", "已记下"


def pass_by(page: Page, milliseconds: int) -> None:
    """Let the page's time go on, and what is due in it happen."""
    page.clock.run_for(milliseconds)


@pytest.fixture
def counter(context: BrowserContext, session: Session, shop: Shop, card: Card) -> Page:  # noqa: ARG001  # is on the roster
    """A paired till on its sell screen, whose time passes when a test says so."""
    page = context.new_page()
    stop_the_clock(page)
    pair(page, session, shop)
    return page


def show(page: Page, card: Card) -> None:
    """Hold the card before the scanner; its number has no signature, so the service is asked."""
    with page.expect_request("**/validations"):
        scan(page, number_of(card.serial))


def sell(page: Page) -> None:
    """Type an amount and take it; the sale is on its way to the service."""
    with page.expect_request("**/redemptions"):
        page.keyboard.type("12.9")
        page.keyboard.press("Enter")


@pytest.mark.usefixtures("unlimited")
def test_late_answers_are_not_waited_for_and_the_sale_is_settled_once(
    counter: Page, session: Session, card: Card, network: Network
) -> None:
    word = counter.locator("[data-word]")
    network.open.clear()

    show(counter, card)
    pass_by(counter, AT_THE_COUNTER)
    expect(word).to_have_text(UNSURE)
    sell(counter)
    pass_by(counter, AT_THE_COUNTER)
    expect(word).to_have_text(KEPT)
    expect(counter.locator(".line")).to_contain_text("1笔待传")

    network.open.set()
    pass_by(counter, NEXT_UPLOAD)

    expect(counter.locator(".line")).not_to_contain_text("待传")
    assert (sales(session), cases(session)) == (1, [])


@pytest.mark.parametrize(
    ("script", "milliseconds"),
    [("null", AT_THE_COUNTER - 1), (NO_ANSWER_TOO_LATE, 2 * AT_THE_COUNTER)],
    ids=["just in time", "without its time-outs"],
)
def test_a_till_that_waits_still_takes_the_answer(
    counter: Page, card: Card, network: Network, *, script: str, milliseconds: int
) -> None:
    counter.evaluate(script)
    network.open.clear()

    show(counter, card)
    pass_by(counter, milliseconds)
    expect(counter.locator("[data-word]")).to_have_text(LOOKING)

    network.open.set()
    expect(counter.locator("[data-word]")).to_have_text(IN_TIME)
