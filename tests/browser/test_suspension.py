"""A suspended shop: its till knows within a minute, one without network at its next contact.

The till's clock is stopped, so that a minute passes when the test says so.
"""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Shop
from loyalty.rules.certification import CertificationAction
from loyalty.services.actors import Role
from loyalty.services.shops.certification import MoveCertification, move_certification
from loyalty.services.work import Work
from tests.browser.counter import pair, scan, stop_the_clock, url_of
from tests.browser.still_till import until
from tests.given import given_staff

A_MINUTE = 60_000
MAY_SELL = """() => new Promise((told) => {
    indexedDB.open("loyalty-till").onsuccess = ({ target: { result: database } }) => {
        const asked = database.transaction("facts").objectStore("facts").get("pack");
        asked.onsuccess = () => { database.close(); told(asked.result.document.shop.certified); };
    };
})"""
"""What the pack says that the till has taken into use, and then written down."""
VALID, SUSPENDED = "有效（离线）", "本店未挂牌"


@pytest.fixture
def counter(context: BrowserContext, session: Session, shop: Shop, card: Card) -> Page:  # noqa: ARG001  # is on the roster
    """A paired till on its sell screen, whose time passes when a test says so."""
    page = context.new_page()
    stop_the_clock(page)
    pair(page, session, shop)
    return page


def suspend(session: Session, shop: Shop) -> None:
    manager = given_staff(session, session.get_one(Community, shop.community_id), Role.MANAGER)
    step = MoveCertification(shop.id, CertificationAction.SUSPEND, "消防通道堆放杂物")
    move_certification(Work(session, manager, datetime.now(UTC)), step)
    session.commit()


def learn(page: Page) -> None:
    """Let a minute pass in which the till learns of the suspension; then its network is gone."""
    page.clock.run_for(A_MINUTE)
    until(page, f"async () => !(await ({MAY_SELL})())")
    page.context.set_offline(offline=True)


def show(page: Page, card: Card) -> None:
    """Hold the card before the scanner, once the last one has been put away."""
    page.clock.run_for(6_000)
    scan(page, url_of(page, card))


def test_a_connected_till_knows_within_a_minute_by_itself(
    counter: Page, session: Session, shop: Shop, card: Card
) -> None:
    suspend(session, shop)
    learn(counter)

    show(counter, card)

    expect(counter.locator("[data-word]")).to_have_text(SUSPENDED)


def test_a_till_without_network_knows_at_its_next_contact(
    counter: Page, session: Session, shop: Shop, card: Card
) -> None:
    counter.context.set_offline(offline=True)
    suspend(session, shop)
    counter.clock.run_for(A_MINUTE)
    show(counter, card)
    expect(counter.locator("[data-word]")).to_have_text(VALID)

    counter.context.set_offline(offline=False)
    learn(counter)
    show(counter, card)

    expect(counter.locator("[data-word]")).to_have_text(SUSPENDED)
