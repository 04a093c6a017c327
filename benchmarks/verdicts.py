"""How long the till's page takes from the end of a scan to its verdict, in a real browser.

The time is taken in the page itself: from the last key a scanner sends until the colour of the
answer has changed. First without network, so that the till answers from its own pack; then with it,
until the service has confirmed.

    python -m benchmarks.verdicts [--cards 100]
"""

import shutil
from dataclasses import dataclass
from datetime import datetime

from playwright.sync_api import BrowserContext, Page, ViewportSize, sync_playwright

from benchmarks.demonstration import demonstration
from benchmarks.figures import Figure, find_within, run
from benchmarks.market import ZONE, signed_in
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
    today = datetime.now(ZONE).date().isoformat()
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


def measure(*, cards: int = 100, workers: int = 2, threads: int = 8) -> list[Figure]:
    """Return how long verdicts take, in a service of its own with the demonstration."""
    with (
        demonstration() as built,
        built.serving(workers, threads) as address,
        sync_playwright() as playwright,
    ):
        line = Line(address)
        till = invited(line, signed_in(line, built.accounts, "demo-manager"), cards)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        context = browser.new_context(viewport=PHONE)
        try:
            return judge(*scan(context, f"{address}/till#{till.pairing_url}", till.cards))
        finally:
            browser.close()


def scan(
    context: BrowserContext, address: str, cards: list[str]
) -> tuple[list[float], list[float]]:
    """Pair a till and scan every card twice; return the waits without network, and with it."""
    page = context.new_page()
    page.goto(address)
    page.locator("[data-pair-form] button").click()
    page.wait_for_selector("[data-screen=sell]", state="visible")
    page.wait_for_load_state("networkidle")
    context.set_offline(offline=True)
    from_pack = verdicts(page, cards, "answered")
    context.set_offline(offline=False)
    page.wait_for_timeout(6000)  # The same card is looked at again after five seconds only.
    return from_pack, verdicts(page, cards, "confirmed")


def judge(from_pack: list[float], confirmed: list[float]) -> list[Figure]:
    """Return the median and the 95th of 100 of both."""
    return [
        Figure(
            f"verdict {how}, {name}",
            find_within(waits, share),
            "ms",
            goal if name == "p95" else None,
        )
        for how, waits, goal in (
            ("from the pack", from_pack, LONGEST_WAIT),
            ("confirmed by the service", confirmed, None),
        )
        for name, share in (("p50", 0.5), ("p95", 0.95))
    ]


if __name__ == "__main__":
    run(measure, __doc__)
