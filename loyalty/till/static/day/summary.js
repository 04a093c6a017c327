/** The day in one sentence and on one slip of paper. */

import { timeAt } from "./entries.js";
import { yuan } from "../sell/money.js";
import { dayInWords } from "../sell/screen.js";

/**
 * Return the day as it is spoken.
 * @param {any} day
 * @param {Words} words
 */
export function daySpoken(day, words) {
  return words.spoken.day
    .replace("{count}", String(day.uses))
    .replace("{payable}", yuan(day.payable_fen))
    .replace("{saved}", yuan(day.saved_fen));
}

/**
 * Return the lines of the day's slip.
 * @param {any} day
 * @param {number} waiting sales that have not left the device, not in the sums
 * @param {Words} words
 * @returns {[string, string][]}
 */
export function dayLines(day, waiting, words) {
  /** @type {[string, string][]} */
  const lines = [
    [words.slip_uses, String(day.uses)],
    [words.slip_total, yuan(day.total_fen)],
    [words.slip_payable, yuan(day.payable_fen)],
    [words.slip_saved, yuan(day.saved_fen)],
  ];
  if (waiting > 0) lines.push([words.slip_waiting, String(waiting)]);
  return lines;
}

/**
 * @param {object} world
 * @param {Document} world.page
 * @param {Words} world.words
 * @param {{print: (text: import("./slip.js").Slip) => void}} world.slip
 * @param {() => number} world.waiting sales that have not left the device
 * @param {() => number} world.now milliseconds
 * @param {() => string} world.timezone of the community
 * @param {(sentence: string) => void} world.say
 */
export function createSummary({ page, words, slip, waiting, now, timezone, say }) {
  const part = (name) => page.querySelector(`[data-${name}]`);
  /** @type {any} null while the service has not answered */
  let day = null;

  part("speak-day").addEventListener("click", () => say(daySpoken(day, words)));
  part("print-day").addEventListener("click", () => {
    slip.print({
      shop: part("shop").textContent,
      title: words.slip_title.replace("{date}", dayInWords(day.day, page.documentElement.lang)),
      lines: dayLines(day, waiting(), words),
      end: words.slip_end.replace("{time}", timeAt(now(), timezone())),
    });
  });

  return {
    /** @param {any} known of the day; null while the service has not answered */
    follow(known) {
      day = known;
      for (const name of ["speak-day", "print-day"]) {
        /** @type {HTMLButtonElement} */ (part(name)).disabled = day === null;
      }
    },
  };
}
