/** What hands do at the till: keys, taps, and cards held before a scanner or the camera. */

import { HEARD, createScanner } from "./scanner.js";

/** Keys of a keyboard that do what a key of the pad does. */
const BY_HAND = { Backspace: "erase", Escape: "clear" };

/**
 * @param {object} world
 * @param {Document} world.page
 * @param {ReturnType<typeof import("../sell/selling.js").createSale>} world.sale
 * @param {() => void} world.comeForward open the sell screen
 * @param {() => number} [world.now] in milliseconds, by a clock nobody sets
 */
export function createHands({ page, sale, comeForward, now = () => performance.now() }) {
  let listening = false;
  let inFront = false;

  /** Whatever screen is open: a card that is held up wants to be sold to. */
  function read(event) {
    comeForward();
    sale.happen({ ...event, at: now() });
  }

  const scanner = createScanner({
    onCode: (code) => read({ type: "code", code }),
    onDropped: (verdict, { kind }) => read({ type: "dropped", verdict, kind }),
    onKey: (key) => inFront && sale.type(key),
    onEnter,
    later: (work, wait) => setTimeout(work, wait),
  });

  /** Enter confirms, unless the focus is on something else that wants it. */
  function onEnter() {
    const ours = inFront && !wantsEnter(page.activeElement);
    if (ours) sale.press("confirm");
    return ours;
  }

  function hear(event) {
    if (!listening) return;
    if (inFront && event.type === "keydown" && event.code in BY_HAND) {
      scanner.goOn();
      sale.press(BY_HAND[event.code]);
    } else if (!scanner.hear(event)) return;
    event.preventDefault();
  }

  function tap({ target }) {
    const button = target.closest("[data-key], [data-deed]");
    if (button === null) return;
    for (const key of button.dataset.key || "") sale.type(key);
    if (button.dataset.key) return;
    scanner.goOn();
    sale.press(button.dataset.deed);
  }

  for (const type of HEARD) page.addEventListener(type, hear, true);
  for (const keys of page.querySelectorAll("[data-pad], [data-more-keys]")) {
    keys.addEventListener("click", tap);
  }

  return {
    /** @param {{scans: boolean, keys: boolean}} now what is for this screen: scans, typed keys */
    listen({ scans, keys }) {
      listening = scans;
      inFront = keys;
    },
    /** @param {string} code that another eye has read */
    onCode: (code) => read({ type: "code", code }),
    /** @param {"payment_code" | "bad_code"} verdict on what that eye has read */
    onDropped: (verdict) => read({ type: "dropped", verdict }),
  };
}

function wantsEnter(focused) {
  const ours = focused.closest("[data-pad], [data-deed]") !== null;
  return focused.closest("button, a") !== null && !ours;
}
