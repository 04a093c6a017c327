/** The sell screen at work: keys and scans in, questions out, answers drawn and heard. */

import { createScanner } from "./scanner.js";
import { READY, step } from "./sale.js";
import { toneOf } from "./screen.js";

/** After the last digit the till asks what the amount comes to, in milliseconds. */
const PAUSE = 350;

/**
 * @param {object} world
 * @param {Document} world.page
 * @param {any} world.words
 * @param {any} world.api
 * @param {{draw: (sale: import("./sale.js").Sale, rates: Record<string, number>) => void}} world.screen
 * @param {Record<string, number>} world.rates
 * @param {() => string} world.newKey
 * @param {(answer: {status: number}) => void} world.heard
 * @param {(tone: "yes" | "no" | "unsure") => void} world.sound
 */
export function createSale({ page, words, api, screen, rates, newKey, heard, sound }) {
  let sale = READY;
  let listening = false;
  let pause = 0;

  const questions = {
    check: ({ code }) => api.check(code, null),
    quote: ({ code, amount }) => api.check(code, amount),
    record: ({ code, amount, key }) => api.record(code, amount, key),
  };

  async function happen(event) {
    const before = sale;
    const { sale: after, ask } = step(sale, event);
    sale = after;
    screen.draw(sale, rates);
    const tone = toneOf(sale, words);
    if (tone !== null && sale.phase !== before.phase) sound(tone);
    if (event.type === "key" || event.type === "erase") previewSoon();
    if (ask === null) return;
    const answer = await questions[ask.do](ask);
    heard(answer);
    happen({ type: "answered", question: ask, ...answer });
  }

  function previewSoon() {
    clearTimeout(pause);
    pause = setTimeout(() => happen({ type: "pause" }), PAUSE);
  }

  const scanner = createScanner({
    onCode: (code) => happen({ type: "code", code }),
    onDropped: (verdict) => happen({ type: "dropped", verdict }),
    onKey: (key) => happen({ type: "key", key }),
    onEnter,
    later: setTimeout,
  });

  /** Enter confirms, unless the focus is on something else that wants it. */
  function onEnter() {
    const focused = page.activeElement;
    const elsewhere = focused.closest("button, a") !== null && !focused.closest("[data-pad]");
    if (!elsewhere) happen({ type: "confirm", key: newKey() });
    return !elsewhere;
  }

  const byHand = { Backspace: "erase", Escape: "clear" };

  function press(event) {
    if (!listening || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.code in byHand) {
      scanner.forget();
      happen({ type: byHand[event.code] });
    } else if (!scanner.hear(event)) return;
    event.preventDefault();
  }

  function tap({ target }) {
    const button = target.closest("button");
    if (button === null) return;
    if (button.dataset.key) {
      for (const key of button.dataset.key) happen({ type: "key", key });
      return;
    }
    scanner.forget();
    happen({ type: button.dataset.deed, key: newKey() });
  }

  page.addEventListener("keydown", press, true);
  page.querySelector("[data-pad]").addEventListener("click", tap);
  page.querySelector("[data-note]").addEventListener("click", () => {
    happen({ type: "note", key: newKey() });
  });
  screen.draw(sale, rates);

  return {
    /** @param {boolean} now whether the sell screen is in front */
    listen(now) {
      listening = now;
    },
  };
}
