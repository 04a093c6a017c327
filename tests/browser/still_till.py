"""A till without its screens: the modules alone, at work on a page of the service."""

import time
from typing import Any, cast
from uuid import UUID

from playwright.sync_api import Page

from loyalty.till.assets import version

LONGEST_WAIT = 60
"""Seconds: a machine may be busy, and what has missed its occasion is sent each half minute."""

STILL_PAGE = "icon-192.png"
"""A file of the till on which no module of the till runs by itself."""

OPEN = """async ({ assets, code }) => {
  const { openTill } = await import(`${assets}/shell/opening.js`);
  const { createPairing } = await import(`${assets}/keep/pairing.js`);
  // This page says nothing of verdicts: each card that is judged is named.
  const words = { verdicts: {}, other_verdict: { names_card: true } };
  const till = await openTill(window, createPairing(localStorage), words);
  const sell = (code) => till.teller.judge(code).then(({ card }) => till.teller.record(
    { code, card, totalFen: 1290, excludedFen: 0, key: crypto.randomUUID() }));
  Object.assign(window, { assets, till, sell });
  if (code !== null) await till.teller.pair(code);
}"""

KEPT = """async () => {
  const kept = { localStorage: JSON.stringify({ ...localStorage, ...sessionStorage }) };
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve, reject) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    for (const store of database.objectStoreNames) {
      kept[store] = await new Promise((resolve) => {
        const asked = database.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => resolve(JSON.stringify(asked.result));
      });
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      kept[`cache ${request.url}`] = await (await cache.match(request)).text();
    }
  }
  return kept;
}"""


class StillTill:
    """The modules of the till on one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    def open(cls, page: Page, code: str | None = None) -> "StillTill":
        """Open the till on an empty page, and pair it if there is a code."""
        till = cls.on(page)
        till.open_modules(code)
        return till

    @classmethod
    def on(cls, page: Page) -> "StillTill":
        """Go to the empty page, and open nothing yet."""
        page.goto(f"/till/assets/{version()}/{STILL_PAGE}")
        page.evaluate("(assets) => { window.assets = assets; }", f"/till/assets/{version()}")
        return cls(page)

    def open_modules(self, code: str | None = None) -> None:
        """Put the modules to work on the page as it is."""
        assets = f"/till/assets/{version()}"
        self.page.evaluate(OPEN, {"assets": assets, "code": code})

    def reopen(self) -> None:
        """Close the page, and open it again."""
        self.page.reload()
        self.open_modules()

    def run(self, expression: str) -> Any:
        """Return what an expression of the page comes to, with `till` and `sell` at hand."""
        return self.page.evaluate(f"() => {expression}")

    def id(self) -> UUID:
        """Return the service's id of this till."""
        return UUID(self.run("JSON.parse(localStorage.getItem('loyalty.till')).till.id"))

    def check(self, code: str) -> list[dict[str, Any]]:
        """Return the answers to a card, in their order."""
        answers = self.page.evaluate(
            """async (code) => {
                const answers = [];
                await till.teller.check(code, (answer) => answers.push(answer));
                return answers;
            }""",
            code,
        )
        return cast("list[dict[str, Any]]", answers)

    def sell(self, code: str) -> dict[str, Any]:
        """Sell something for 12.90, and return what became of it."""
        return cast("dict[str, Any]", self.page.evaluate("(code) => sell(code)", code))

    def upload(self) -> None:
        """Send what waits."""
        self.run("till.teller.uploadNow()")

    def state(self) -> dict[str, Any]:
        """Return what the till says of itself."""
        return cast("dict[str, Any]", self.run("till.teller.state()"))

    def waits_for(self, condition: str) -> None:
        """Wait until the till's `state` fulfils a condition."""
        self.page.wait_for_function(
            f"() => {{ const state = till.teller.state(); return {condition}; }}",
            timeout=LONGEST_WAIT * 1000,
        )

    def go_offline(self) -> None:
        """Cut the network."""
        self.page.context.set_offline(offline=True)

    def go_online(self) -> None:
        """Bring the network back."""
        self.page.context.set_offline(offline=False)


def until(page: Page, question: str, arg: Any = None) -> None:
    """Wait until a question that takes a page time to answer is answered with yes."""
    deadline = time.monotonic() + LONGEST_WAIT
    while not page.evaluate(question, arg):
        assert time.monotonic() < deadline, question
        page.wait_for_timeout(50)


def everything_kept(page: Page) -> dict[str, str]:
    """Return all that a page's origin has stored, by where it is."""
    return cast("dict[str, str]", page.evaluate(KEPT))
