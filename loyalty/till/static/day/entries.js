/** What the lists of the day say of an entry: pure, so that it is tested without a page. */

import { fenOf, yuan } from "../sell/money.js";
import { meaningOf } from "../judge/verdicts.js";

/** How long after the service has recorded it a till may take a sale back, in milliseconds. */
const VOID_WITHIN = 10 * 60 * 1000;

/**
 * Return whether a sale of the list can still be taken back here.
 * @param {{voided: boolean, with_amount: boolean, total_fen: number, recorded_at: string}} entry
 * @param {number} now milliseconds
 */
export function mayBeVoided(entry, now) {
  return !entry.voided && !isBack(entry) && now - Date.parse(entry.recorded_at) < VOID_WITHIN;
}

/**
 * Return whether goods of a sale can come back: it had an amount, and something is left of it.
 * @param {{voided: boolean, with_amount: boolean, total_fen: number}} entry
 */
export function mayComeBack(entry) {
  return !entry.voided && entry.with_amount && entry.total_fen > 0;
}

/** Return whether all goods of a sale have come back. */
function isBack(entry) {
  return entry.with_amount && entry.total_fen === 0;
}

/**
 * Return whether a sale that is still on the device can be taken back here.
 * @param {{state: string, taken_back?: object}} item as it is queued
 */
export function mayBeTakenBack({ state, taken_back: taken }) {
  return state === "waiting" && !taken;
}

/**
 * Return what comes back, as typed; null where it makes no sense.
 * @param {{total_fen: number, excluded_fen: number}} entry
 * @param {string} amount marked price of all that comes back, in yuan
 * @param {string} excluded marked price of the goods without discount among it; "" if none is said
 * @returns {{amountFen: number, excludedFen: number | null} | null}
 */
export function goodsOf({ total_fen: total, excluded_fen: others }, amount, excluded) {
  const amountFen = fenOf(amount);
  if (amountFen === null || amountFen > total) return null;
  if (excluded === "") return { amountFen, excludedFen: null };
  const excludedFen = /^0*(?:\.0*)?$/.test(excluded) ? 0 : fenOf(excluded);
  if (excludedFen === null || excludedFen > Math.min(amountFen, others)) return null;
  return amountFen - excludedFen > total - others ? null : { amountFen, excludedFen };
}

/**
 * Return the large figure of a sale in the list.
 * @param {any} entry
 * @param {Words} words
 */
export function sumOf(entry, words) {
  if (entry.voided) return words.voided;
  return entry.with_amount ? yuan(entry.payable_fen) : words.no_amount;
}

/**
 * Return the small print of a sale in the list.
 * @param {any} entry
 * @param {Words} words
 */
export function moreOf(entry, words) {
  if (entry.voided || !entry.with_amount) return entry.receipt;
  return `${words.saved.replace("{amount}", yuan(entry.saved_fen))} · ${entry.receipt}`;
}

/**
 * Return the large figure of a sale that has not left the device.
 * @param {{sale: {total_fen?: number, payable_fen?: number}, taken_back?: object}} item as it is
 *   queued
 * @param {Words} words
 */
export function sumOfQueued({ sale, taken_back: taken }, words) {
  if (taken) return words.voided;
  if (sale.payable_fen !== undefined) return yuan(sale.payable_fen);
  return sale.total_fen === undefined ? words.no_amount : yuan(sale.total_fen);
}

/**
 * Return why a sale needs somebody to look at it, and what to do.
 * @param {{verdict: string | null, reason: string | null}} item as it is queued
 * @param {Words} words
 */
export function reasonInWords({ verdict, reason }, words) {
  if (reason === "quarantined") return words.received;
  if (reason === "not_voided") return words.not_voided;
  if (!verdict) return words.malformed;
  return words.attention_reason.replace("{word}", meaningOf(verdict, words).word);
}

/**
 * Return the time of day of an instant at the shop.
 * @param {string | number | Date} instant
 * @param {string} timeZone
 */
export function timeAt(instant, timeZone) {
  /** @type {Intl.DateTimeFormatOptions} */
  const minutes = { timeZone, hour: "2-digit", minute: "2-digit" };
  return new Date(instant).toLocaleTimeString("en-GB", minutes);
}
