/** Which limit a use of a card goes over, and from when it works again; as the service reckons. */

/**
 * @typedef {object} Passed
 * @property {"saved_per_month" | "uses_per_day" | "uses_per_shop_day"} kind
 * @property {string | null} again_from first day the card works again, as 2026-12-10; null where it
 *   has run out by then
 *
 * @typedef {{uses_per_shop_day: number | null, uses_per_day: number | null,
 *   saved_per_month_fen: number | null}} Limits
 */

/**
 * Return the limit that the uses of a card on this device alone pass, one more included: of several
 * the one that lasts longest; null if they pass none. A limit that is reached exactly is kept.
 * @param {Limits} limits
 * @param {readonly {day: string, saved_fen: number}[]} uses of this card
 * @param {string} today
 * @param {number} savingFen what this use saves; 0 while that is not known
 * @param {string} validUntil last day of the card, included
 * @returns {Passed | null}
 */
export function findPassedLimit(limits, uses, today, savingFen, validUntil) {
  const usesToday = uses.filter((use) => use.day === today).length;
  const month = today.slice(0, 7);
  const saved = uses
    .filter((use) => use.day.startsWith(month))
    .reduce((sum, use) => sum + use.saved_fen, 0);
  /**
   * @param {number} after
   * @param {number | null} limit
   */
  const exceeds = (after, limit) => limit !== null && after > limit;
  if (exceeds(saved + savingFen, limits.saved_per_month_fen)) {
    return makePassed("saved_per_month", firstOfNextMonth(today), validUntil);
  }
  if (exceeds(usesToday + 1, limits.uses_per_day)) {
    return makePassed("uses_per_day", dayAfter(today), validUntil);
  }
  if (exceeds(usesToday + 1, limits.uses_per_shop_day)) {
    return makePassed("uses_per_shop_day", dayAfter(today), validUntil);
  }
  return null;
}

/**
 * @param {Passed["kind"]} kind
 * @param {string} again
 * @param {string} validUntil
 * @returns {Passed}
 */
function makePassed(kind, again, validUntil) {
  return { kind, again_from: again <= validUntil ? again : null };
}

/** @param {string} today */
function dayAfter(today) {
  const [year, month, day] = today.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, day + 1)).toISOString().slice(0, 10);
}

/** @param {string} today */
function firstOfNextMonth(today) {
  const [year, month] = today.split("-").map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}
