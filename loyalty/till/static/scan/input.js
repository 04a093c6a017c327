/** What comes in at the till: keys, taps, and cards held before a scanner or the camera. */

import { findAll } from "../shell/page.js";
import { EVENTS, createScanner } from "./scanner.js";

/**
 * Keys of a keyboard that do what a key of the pad does.
 * @type {Partial<Record<string, import("../sell/selling.js").Command>>}
 */
const BY_HAND = { Backspace: "erase", Escape: "clear" };

/**
 * @param {object} world
 * @param {Document} world.page
 * @param {import("../sell/selling.js").CourseOfSale} world.sale
 * @param {() => void} world.comeForward open the sell screen
 * @param {() => number} [world.now] in milliseconds, by a clock nobody sets
 */
export function createInput({ page, sale, comeForward, now = () => performance.now() }) {
  let listening = false;
  let inFront = false;

  /**
   * Whatever screen is open: a card that is held up wants to be sold to.
   * @param {{type: "code", code: string}
   *   | {type: "dropped", verdict: "payment_code" | "bad_code", kind?: string}} event
   */
  function read(event) {
    comeForward();
    sale.handle({ ...event, at: now() });
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

  /** @param {Event} event */
  function hear(event) {
    if (!listening) return;
    const deed = event.type === "keydown" && BY_HAND[/** @type {KeyboardEvent} */ (event).code];
    if (inFront && deed) {
      scanner.goOn();
      sale.press(deed);
    } else if (!scanner.hear(event)) return;
    event.preventDefault();
  }

  /** @param {Event} event */
  function tap({ target }) {
    /** @type {HTMLElement | null} */
    const button = /** @type {Element} */ (target).closest("[data-key], [data-deed]");
    if (button === null) return;
    for (const key of button.dataset.key || "") sale.type(key);
    if (button.dataset.key) return;
    scanner.goOn();
    sale.press(/** @type {import("../sell/selling.js").Command} */ (button.dataset.deed));
  }

  for (const type of EVENTS) page.addEventListener(type, hear, true);
  for (const keys of findAll(page, "[data-pad], [data-more-keys]")) {
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

/** @param {Element | null} focused */
function wantsEnter(focused) {
  if (focused === null) return false;
  const ours = focused.closest("[data-pad], [data-deed]") !== null;
  return focused.closest("button, a") !== null && !ours;
}
