/**
 * The verdict a device can give by itself, as a pure function. Green needs a signature, and a list
 * of the cards that stopped working that is younger than a day; red needs something known; whatever
 * is merely not known is amber.
 */

import { findPassedLimit } from "./limits.js";

/** @typedef {"signature" | "other_tills" | "list_age" | "clock"} Unchecked */

/**
 * @typedef {object} Facts what the device knows of a card that is shown
 * @property {boolean} readable the code is a card number, or a token of a version we know
 * @property {boolean} equipped the pack is there and young enough, and some allowance is left
 * @property {boolean} signed the code is a token, and its key is known
 * @property {boolean} genuine the signature is right; means nothing unless `signed`
 * @property {boolean} ours the key is of the shop's community, as all are but those of a pack of
 *   before; means nothing unless `signed`
 * @property {boolean} onRoster the number is on the roster; means nothing if `signed`
 * @property {"revoked" | "suspended" | null} listed on the verified revocation list
 * @property {boolean} listFresh the list is younger than a day
 * @property {boolean} clockWrong
 * @property {string} today in the community's zone, as 2026-12-09
 * @property {string | null} validFrom first day, included
 * @property {string | null} validUntil last day, included
 * @property {boolean} certified the shop may take cards today
 * @property {boolean} overLimit the uses on this device alone are over a limit
 *
 * @typedef {object} Judgement
 * @property {string} verdict
 * @property {Unchecked[]} unchecked what was not checked
 * @property {boolean} mayRecord a rate is known, and nothing definite speaks against the card
 */

/**
 * @typedef {object} Unequipped what is known of a card where the device cannot judge any
 * @property {boolean} readable as above
 * @property {false} equipped
 */

/**
 * What no device can know without network, however good its pack is.
 * @type {readonly Unchecked[]}
 */
const ELSEWHERE = Object.freeze(["other_tills", "list_age"]);

/**
 * Return the verdict on a card, the most lasting reason first.
 * @param {Facts | Unequipped} facts
 * @returns {Judgement}
 */
export function judge(facts) {
  /** @type {Unchecked[]} */
  const unsigned = ["signature", ...ELSEWHERE];
  if (!facts.readable) return refuse("bad_code");
  if (!facts.equipped) return makeUnsure(unsigned);
  if (facts.signed && !facts.genuine) return refuse("forged");
  if (facts.signed && !facts.ours) return refuse("other_community");
  if (facts.listed !== null) return refuse(facts.listed);
  if (!facts.signed && !facts.onRoster) return makeUnsure(unsigned);
  if (facts.clockWrong) return { verdict: "clock_wrong", unchecked: ["clock"], mayRecord: false };
  if (facts.today > /** @type {string} */ (facts.validUntil)) return refuse("expired");
  if (facts.today < /** @type {string} */ (facts.validFrom)) return refuse("not_yet_valid");
  if (!facts.certified) return refuse("shop_not_certified");
  if (facts.overLimit) return refuse("over_limit");
  if (facts.signed && facts.listFresh) {
    return { verdict: "ok_offline", unchecked: [...ELSEWHERE], mayRecord: true };
  }
  return { ...makeUnsure(facts.signed ? [...ELSEWHERE] : unsigned), mayRecord: true };
}

/**
 * @param {string} verdict
 * @returns {Judgement}
 */
function refuse(verdict) {
  return { verdict, unchecked: [], mayRecord: false };
}

/**
 * @param {Unchecked[]} unchecked
 * @returns {Judgement}
 */
function makeUnsure(unchecked) {
  return { verdict: "cannot_verify_offline", unchecked, mayRecord: false };
}

/**
 * Return whether one more use of a card is over a limit, by its uses on this device alone; a limit
 * that is reached exactly is kept.
 * @param {import("./limits.js").Limits} limits
 * @param {readonly {day: string, saved_fen: number}[]} uses of this card
 * @param {string} today
 * @param {number} savingFen what this use saves; 0 while that is not known
 */
export function isOverOwnLimit(limits, uses, today, savingFen) {
  return findPassedLimit(limits, uses, today, savingFen, today) !== null;
}

/**
 * Return the first and last day of a card.
 * @param {string} month the key's, as 2026-12
 * @param {number} months
 */
export function validityOf(month, months) {
  const [year, number] = month.split("-").map(Number);
  // Day 0 of a month is the last one of the month before.
  const last = new Date(Date.UTC(year, number - 1 + months, 0));
  return { validFrom: `${month}-01`, validUntil: last.toISOString().slice(0, 10) };
}
