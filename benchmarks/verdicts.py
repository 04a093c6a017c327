"""How long the till's page takes from the end of a scan to its verdict, in a real browser.

The time is taken in the page itself: from the last key a scanner sends until the colour of the
answer has changed. First without network, so that the till answers from its own pack; then with it,
until the service has confirmed.
"""

import argparse
import shutil
import sys
from dataclasses import dataclass
from datetime import datetime

from playwright.sync_api import Page, ViewportSize, sync_playwright

from benchmarks import replay
from benchmarks.market import signed_in
from benchmarks.service import Line

LONGEST_WAIT = 300
"""For 95 of 100 verdicts from the pack, in milliseconds."""

PHONE: ViewportSize = {"width": 360, "height": 640}

SCAN = """({ text, until }) => new Promise((told) => {
    const answer = document.querySelector("[data-answer]");
    const press = (code, shiftKey) => document.body.dispatchEvent(new KeyboardEvent("keydown",
        { code, key: "Process", shiftKey, bubbles: true, cancelable: true }));
    const marks = { ":": ["Semicolon", true], "/": ["Slash"], ".": ["Period"] };
    press("Escape");
    const seen = () => {
        const confirmed = document.querySelector("[data-confirmed]");
        if (!answer.dataset.tone || (until === "confirmed" && confirmed.hidden)) return;
        watch.disconnect();
        told({ tone: answer.dataset.tone, waited: performance.now() - scanned });
    };
    const watch = new MutationObserver(seen);
    for (const letter of text) {
        if (/[0-9]/.test(letter)) press(`Digit${letter}`);
        else if (/[A-Za-z]/.test(letter))
            press(`Key${letter.toUpperCase()}`, letter < "a");
        else press(...marks[letter]);
    }
    const scanned = performance.now();
    watch.observe(document.querySelector("[data-screen=sell]"),
        { subtree: true, attributes: true, childList: true });
    press("Enter");
    seen();
})"""


@dataclass(frozen=True, slots=True)
class Till:
    """A till to be paired, and cards that work today."""

    pairing_url: str
    cards: list[str]
    """What their QRs hold."""


def invited(line: Line, manager: str, cards: int) -> Till:
    """Invite a till of a certified shop, and find cards for it."""
    today = datetime.now(replay.ZONE).date().isoformat()
    shop = line.list("/shops", manager, state="certified")[0]
    path = f"/shops/{shop['id']}/tills"
    till = line.ask("POST", path, token=manager, body={"name": "verdicts"})
    urls = [
        card["card_url"]
        for card in line.list("/cards", manager, state="active")
        if card["valid_from"] <= today <= card["valid_until"]
    ]
    return Till(till["pairing_url"].partition("#")[2], urls[:cards])


def verdicts(page: Page, cards: list[str], until: str) -> list[float]:
    """Scan each card once; return the waits in milliseconds.

    Raises:
        SystemExit: a card was not green.
    """
    answers = [page.evaluate(SCAN, {"text": card, "until": until}) for card in cards]
    if wrong := [answer for answer in answers if answer["tone"] != "yes"]:
        raise SystemExit(f"{len(wrong)} of {len(answers)} cards were not green.")
    return [answer["waited"] for answer in answers]


def print_waits(name: str, waits: list[float]) -> float:
    """Print the median and the 95th of 100 in milliseconds; return the latter."""
    waits.sort()
    median, p95 = (waits[min(int(len(waits) * share), len(waits) - 1)] for share in (0.5, 0.95))
    print(f"{name}: median {median:.0f} ms, p95 {p95:.0f} ms of {len(waits)} scans")
    return p95


def main() -> int:
    """Measure and print; return 1 if the till's own answers come too late."""
    parser = argparse.ArgumentParser(description=__doc__, parents=[replay.where()])
    parser.add_argument("--cards", type=int, default=100)
    asked = parser.parse_args()
    line = Line(asked.base_url)
    till = invited(line, signed_in(line, asked.accounts, "demo-manager"), asked.cards)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        context = browser.new_context(viewport=PHONE)
        page = context.new_page()
        page.goto(f"{asked.base_url}/till#{till.pairing_url}")
        page.locator("[data-pair-form] button").click()
        page.wait_for_selector("[data-screen=sell]", state="visible")
        page.wait_for_load_state("networkidle")
        context.set_offline(offline=True)
        from_pack = print_waits(
            "from the pack, without network", verdicts(page, till.cards, "answered")
        )
        context.set_offline(offline=False)
        page.wait_for_timeout(6000)  # The same card is looked at again after five seconds only.
        print_waits("confirmed by the service", verdicts(page, till.cards, "confirmed"))
        browser.close()
    if from_pack > LONGEST_WAIT:
        print(f"A till is to answer from its pack within {LONGEST_WAIT} ms.")
    return int(from_pack > LONGEST_WAIT)


if __name__ == "__main__":
    sys.exit(main())
