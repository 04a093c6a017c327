/** The day in one sentence and on one slip of paper. */

import { findOneOf, createPartFinder } from "../shell/page.js";
import { timeAt } from "./entries.js";
import { formatYuan } from "../sell/money.js";
import { dayInWords } from "../sell/screen.js";

/** @typedef {import("./today.js").Day} Day */

/**
 * Return the day as it is spoken.
 * @param {Pick<Day, "uses" | "payable_fen" | "saved_fen">} day
 * @param {Words} words
 */
export function dayInSpokenWords(day, words) {
  return words.spoken.day
    .replace("{count}", String(day.uses))
    .replace("{payable}", formatYuan(day.payable_fen))
    .replace("{saved}", formatYuan(day.saved_fen));
}

/**
 * Return the lines of the day's slip.
 * @param {Pick<Day, "uses" | "total_fen" | "payable_fen" | "saved_fen">} day
 * @param {number} waiting sales that have not left the device, not in the sums
 * @param {Words} words
 * @returns {[string, string][]}
 */
export function slipLinesOf(day, waiting, words) {
  /** @type {[string, string][]} */
  const lines = [
    [words.slip_uses, String(day.uses)],
    [words.slip_total, formatYuan(day.total_fen)],
    [words.slip_payable, formatYuan(day.payable_fen)],
    [words.slip_saved, formatYuan(day.saved_fen)],
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
  const part = createPartFinder(page);
  const speaking = findOneOf(HTMLButtonElement, page, "[data-speak-day]");
  const printing = findOneOf(HTMLButtonElement, page, "[data-print-day]");
  /** @type {Day | null} null while the service has not answered */
  let day = null;

  speaking.addEventListener("click", () => day !== null && say(dayInSpokenWords(day, words)));
  printing.addEventListener("click", () => {
    if (day === null) return;
    slip.print({
      shop: String(part("shop").textContent),
      title: words.slip_title.replace("{date}", dayInWords(day.day, page.documentElement.lang)),
      lines: slipLinesOf(day, waiting(), words),
      end: words.slip_end.replace("{time}", timeAt(now(), timezone())),
    });
  });

  return {
    /** @param {Day | null} known null while the service has not answered */
    follow(known) {
      day = known;
      speaking.disabled = printing.disabled = day === null;
    },
  };
}
