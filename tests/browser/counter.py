"""What is done at a till's counter: pairing, holding a card before the scanner, selling."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Shop
from loyalty.rules.card_number import number_of
from loyalty.services.actors import Role
from loyalty.services.tills.pairing import InviteTill, invite_till
from loyalty.services.work import Work
from tests.given import given_staff

TRAINING_NUMBER = "00000000000098"

SET_ASIDE = """() => new Promise(done => {
    indexedDB.open("loyalty-till").onsuccess = ({ target: { result: database } }) => {
        const change = database.transaction("queue", "readwrite");
        change.objectStore("queue").put({
            key: "set-aside", state: "attention", reason: "refused", verdict: "unknown",
            queuedAt: Date.now(), saved_fen: 300,
            sale: { happened_at: new Date().toISOString(), total_fen: 2000, payable_fen: 1700 },
        });
        change.oncomplete = () => { database.close(); done(); };
    };
})"""
"""As the uploader leaves a sale that the service has refused."""


def pairing_code(session: Session, shop: Shop) -> str:
    """Return a code that binds a till of the shop, once."""
    community = session.get_one(Community, shop.community_id)
    staff = given_staff(session, community, Role.STAFF)
    invitation = invite_till(Work(session, staff, datetime.now(UTC)), InviteTill(shop.id, "前台"))
    session.commit()
    return invitation.code


def stop_the_clock(page: Page) -> None:
    """Have a page's time pass when a test says so: no key comes too late, no rest is too short."""
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))


def scan(page: Page, text: str) -> None:
    """Type like a scanner: fast, by places of keys, with Enter at the end."""
    page.evaluate(
        """text => {
            const press = (code, shiftKey) =>
              (document.activeElement || document.body).dispatchEvent(new KeyboardEvent("keydown",
                { code, key: "Process", shiftKey, bubbles: true, cancelable: true }));
            const marks = { ":": ["Semicolon", true], "/": ["Slash"], ".": ["Period"] };
            for (const letter of text) {
              if (/[0-9]/.test(letter)) press(`Digit${letter}`, false);
              else if (/[A-Z]/.test(letter)) press(`Key${letter}`, true);
              else press(marks[letter][0], Boolean(marks[letter][1]));
            }
            press("Enter", false);
        }""",
        text,
    )


def pair(page: Page, session: Session, shop: Shop) -> None:
    """Bind the page to the shop."""
    page.goto(f"/till#pair={pairing_code(session, shop)}")
    page.get_by_role("button", name="绑定").click()
    expect(page.locator("[data-screen=sell]")).to_be_visible()


def url_of(page: Page, card: Card) -> str:
    """Return what the card's QR holds."""
    return f"{page.evaluate('() => location.origin')}/C/{card.token}".upper()


def sell(page: Page, card: Card, amount: str) -> None:
    """Sell to a card while there is network, from scan to receipt."""
    scan(page, number_of(card.serial))
    expect(page.locator("[data-confirmed]")).to_be_visible()
    page.keyboard.type(amount)
    page.keyboard.press("Enter")
    expect(page.locator("[data-word]")).to_have_text("已记账")


def set_aside(page: Page) -> None:
    """Have a sale on the device that was not recorded, and open the till again."""
    page.evaluate(SET_ASIDE)
    page.reload()
