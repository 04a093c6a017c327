/** What a basket costs with a card: the same result as the service's rules, in whole fen. */

import { MAX_FEN } from "../sell/money.js";

const WHOLE = 1000;

/**
 * @typedef {object} Terms
 * @property {number} pay permille of the price that is paid
 * @property {"fen" | "jiao"} rounding
 * @property {number | null} limit the most that is discounted in one sale, in marked price
 *
 * @typedef {object} Quote
 * @property {number} total_fen
 * @property {number} discountable_fen
 * @property {number} payable_fen
 * @property {number} saved_fen
 * @property {number} pay_permille
 */

/**
 * Return what a basket costs with the card; null if the amounts make no sense.
 * Fractions are dropped, in the customer's favour: a till never rounds up.
 * @param {number} total marked price of everything
 * @param {number} excluded marked price of the goods the card does not apply to
 * @param {Terms} terms
 * @returns {Quote | null}
 */
export function quote(total, excluded, { pay, rounding, limit }) {
  const sensible = total > 0 && total <= MAX_FEN && excluded >= 0 && excluded <= total;
  if (!sensible) return null;
  const part = total - excluded;
  const discountable = limit === null ? part : Math.min(part, limit);
  // At most 10^7 × 10^3, far below where whole numbers end.
  const share = discountable * pay;
  const exact = (share - (share % WHOLE)) / WHOLE;
  const payable = rounding === "jiao" ? exact - (exact % 10) : exact;
  const saved = discountable - payable;
  return {
    total_fen: total,
    discountable_fen: discountable,
    payable_fen: total - saved,
    saved_fen: saved,
    pay_permille: pay,
  };
}
