/** What the lists of the day say of an entry: pure, so that it is tested without a page. */

import { fenOf, formatYuan } from "../sell/money.js";
import { meaningOf } from "../judge/verdicts.js";

/** How long after the service has recorded it a till may take a sale back, in milliseconds. */
const VOID_WITHIN = 10 * 60 * 1000;

/**
 * @typedef {object} Entry a sale of the day, less what came back of it
 * @property {string} id
 * @property {string} receipt
 * @property {number} total_fen
 * @property {number} payable_fen
 * @property {number} saved_fen
 * @property {number} excluded_fen
 * @property {boolean} with_amount
 * @property {string} happened_at
 * @property {string} recorded_at
 * @property {boolean} voided
 *
 * @typedef {import("../keep/queue.js").Queued} Queued
 */

/**
 * Return whether a sale of the list can still be taken back here.
 * @param {Pick<Entry, "voided" | "with_amount" | "total_fen" | "recorded_at">} entry
 * @param {number} now milliseconds
 */
export function mayBeVoided(entry, now) {
  return !entry.voided && !isBack(entry) && now - Date.parse(entry.recorded_at) < VOID_WITHIN;
}

/**
 * Return whether goods of a sale can come back: it had an amount, and something is left of it.
 * @param {Pick<Entry, "voided" | "with_amount" | "total_fen">} entry
 */
export function mayComeBack(entry) {
  return !entry.voided && entry.with_amount && entry.total_fen > 0;
}

/**
 * Return whether all goods of a sale have come back.
 * @param {Pick<Entry, "with_amount" | "total_fen">} entry
 */
function isBack(entry) {
  return entry.with_amount && entry.total_fen === 0;
}

/**
 * Return whether a sale that is still on the device can be taken back here.
 * @param {Pick<Queued, "state" | "taken_back">} item
 */
export function mayBeTakenBack({ state, taken_back: taken }) {
  return state === "waiting" && !taken;
}

/**
 * @typedef {object} Goods that come back
 * @property {number} amountFen marked price of all of them
 * @property {number | null} excludedFen of those without discount; null if nobody was asked
 */

/**
 * Return what comes back, as typed; null where it makes no sense.
 * @param {Pick<Entry, "total_fen" | "excluded_fen">} entry
 * @param {string} amount marked price of all that comes back, in yuan
 * @param {string} excluded marked price of the goods without discount among it; "" if none is said
 * @returns {Goods | null}
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
 * @param {Pick<Entry, "voided" | "with_amount" | "payable_fen">} entry
 * @param {Words} words
 */
export function sumOf(entry, words) {
  if (entry.voided) return words.voided;
  return entry.with_amount ? formatYuan(entry.payable_fen) : words.no_amount;
}

/**
 * Return the small print of a sale in the list.
 * @param {Pick<Entry, "voided" | "with_amount" | "saved_fen" | "receipt">} entry
 * @param {Words} words
 */
export function moreOf(entry, words) {
  if (entry.voided || !entry.with_amount) return entry.receipt;
  return `${words.saved.replace("{amount}", formatYuan(entry.saved_fen))} · ${entry.receipt}`;
}

/**
 * Return the large figure of a sale that has not left the device.
 * @param {Pick<Queued, "taken_back"> & {sale: Pick<Queued["sale"], "total_fen" | "payable_fen">}} item
 * @param {Words} words
 */
export function sumOfQueued({ sale, taken_back: taken }, words) {
  if (taken) return words.voided;
  if (sale.payable_fen !== undefined) return formatYuan(sale.payable_fen);
  return sale.total_fen === undefined ? words.no_amount : formatYuan(sale.total_fen);
}

/**
 * Return why a sale needs somebody to look at it, and what to do.
 * @param {Pick<Queued, "verdict" | "reason">} item
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
