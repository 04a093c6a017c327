/** The status line and the one warning that matters most, with what to do about it. */

import { findOne } from "./page.js";
import { MAX_OFF_MS } from "./clock.js";

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @typedef {import("../keep/standing.js").State} State */

/**
 * @param {Document} page
 * @param {Words} words
 */
export function createStatus(page, words) {
  const contact = findOne(page, "[data-contact]");
  const line = findOne(page, "[data-line]");
  const facts = findOne(page, "[data-facts-of-line]");
  const warning = findOne(page, "[data-warning]");
  const badge = findOne(page, "[data-badge]");

  return {
    /** @param {State} state */
    draw(state) {
      contact.dataset.contact = state.online ? "on" : "off";
      write(contact, state.online ? words.online : words.offline);
      write(facts, factsOf(state, words).join(" · "));
      line.classList.toggle("busy", state.waiting > 0);
      const text = warningOf(state, words);
      write(warning, text);
      warning.hidden = text === "";
      page.body.classList.toggle("warned", text !== "");
      badge.hidden = state.attention === 0;
      write(findOne(badge, "[data-badge-count]"), String(state.attention));
    },
  };
}

/**
 * Text that has not changed is not written again: a screen reader would say it again.
 * @param {HTMLElement} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {State} state
 * @param {Words} words
 */
function factsOf({ listAgeMs, waiting }, words) {
  const age = ageInWords(listAgeMs, words);
  return waiting === 0 ? [age] : [age, words.waiting.replace("{count}", String(waiting))];
}

/**
 * Return how old the device's list is, in words.
 * @param {number | null} age milliseconds; null if there is no list
 * @param {Words} words
 */
export function ageInWords(age, words) {
  if (age === null) return words.no_list;
  if (age < 2 * MINUTE) return words.list_fresh;
  /**
   * @param {number} unit in milliseconds
   * @param {string} pattern
   */
  const count = (unit, pattern) => pattern.replace("{count}", String(Math.floor(age / unit)));
  if (age < HOUR) return count(MINUTE, words.list_minutes);
  return age < 2 * DAY ? count(HOUR, words.list_hours) : count(DAY, words.list_days);
}

/**
 * Return the warning to show; "" if all is well.
 * @param {State} state
 * @param {Words} words
 */
export function warningOf(state, words) {
  if (state.revoked) return words.revoked;
  if (Math.abs(state.clockOffMs) > MAX_OFF_MS) return clockInWords(state.clockOffMs, words);
  if (isAllowanceUsed(state)) return words.allowance_used;
  // The first list comes a moment after the pairing: only without network it is missed.
  if (state.listAgeMs === null) return state.online ? "" : words.list_missing;
  return state.needsNetwork ? words.list_too_old : "";
}

/**
 * @param {number} off in milliseconds
 * @param {Words} words
 */
function clockInWords(off, words) {
  const pattern = off < 0 ? words.clock_behind : words.clock_ahead;
  return pattern.replace("{count}", String(Math.round(Math.abs(off) / MINUTE)));
}

/** @param {State} state */
function isAllowanceUsed({ allowanceLeft }) {
  return [allowanceLeft.sales, allowanceLeft.saved_fen].some((left) => left !== null && left <= 0);
}
