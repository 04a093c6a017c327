/** Looks a card up in what the device holds, and has it judged. */

import { bytesOf, hexOf } from "./bytes.js";
import { dayAt } from "../shell/clock.js";
import { kindOf, normalise, numberOf, SERIAL_DIGITS } from "../scan/codes.js";
import { judge, validityOf } from "./judging.js";
import { findPassedLimit } from "./limits.js";
import { findOnRoster, marksOf, nameOf } from "./roster.js";
import { meaningOf } from "./verdicts.js";
import { readToken, tokenIn } from "./verify.js";

/**
 * @typedef {object} CardFacts
 * @property {string | null} honour
 * @property {number} pay_permille what the holder pays at this shop
 * @property {string} valid_from
 * @property {string} valid_until
 * @property {string} last4
 *
 * @typedef {import("../keep/pack.js").Pack} Pack
 *
 * @typedef {Omit<CardFacts, "last4">} Found what the pack or its token says of a card
 *
 * @typedef {ReturnType<typeof createAppraiser>} Appraiser
 */

/**
 * @param {object} world
 * @param {import("../keep/pack.js").OfflinePack} world.pack
 * @param {import("../keep/store.js").Store} world.store
 * @param {import("../shell/clock.js").Clock} world.clock
 * @param {SubtleCrypto | undefined} world.subtle
 * @param {import("./verify.js").Verifier} world.verifier
 * @param {import("./verdicts.js").VerdictWords} world.words
 */
export function createAppraiser({ pack, store, clock, subtle, verifier, words }) {
  /**
   * Return the name under which the uses of a card are kept here; "" if nothing can be judged here.
   * @param {string} code
   */
  async function useNameOf(code) {
    const serial = serialIn(code);
    const known = pack.current();
    if (serial === null || known === null || !subtle) return "";
    return nameOf(subtle, known.roster, await marksOf(subtle, known.roster, serial));
  }

  /**
   * Return what the device says of a card.
   * @param {string} code
   * @param {boolean} equipped as in `judge`
   */
  async function appraise(code, equipped) {
    const known = pack.current();
    const claims = claimsIn(code);
    const kind = kindOf(code);
    const rotating = kind === "rotating";
    const readable = claims !== null || kind === "card_number" || rotating;
    // Whose a rotating code is, and whether it was used, the service alone knows.
    if (!readable || rotating || known === null || !subtle) {
      return { ...judge({ readable, equipped: false }), card: null, limit: null };
    }
    const serial = /** @type {string} */ (serialIn(code));
    const key = claims === null ? undefined : known.keys.get(claims.keyId);
    const found =
      claims === null || key === undefined
        ? findOnRoster(known.roster, await marksOf(subtle, known.roster, serial))
        : readFromToken(known, claims, key);
    const today = todayOf(known);
    const limit = found && (await findPassedLimitOf(code, 0, found.valid_until));
    const judgement = judge({
      readable,
      // A token whose key is not known here is like a number that is not on the roster.
      equipped: equipped && (claims === null || key !== undefined),
      signed: key !== undefined,
      genuine: claims !== null && key !== undefined && (await verifier.isGenuine(claims, key.raw)),
      ours: key !== undefined && key.community === known.community.slug,
      onRoster: found !== null,
      listed: await findListed(subtle, known, serial),
      listFresh: pack.isListFresh(),
      clockWrong: clock.isWrong() || pack.isOfTomorrow(),
      today,
      validFrom: found && found.valid_from,
      validUntil: found && found.valid_until,
      certified: isCertified(known.shop, today),
      overLimit: limit !== null,
    });
    const believed = found !== null && meaningOf(judgement.verdict, words).names_card;
    const card = believed ? addRate(known, found, numberOf(serial).slice(-4)) : null;
    return { ...judgement, card, limit: judgement.verdict === "over_limit" ? limit : null };
  }

  /** @param {Pack} known */
  const todayOf = (known) => dayAt(clock.now(), known.community.timezone);

  /**
   * Return the limit that one more use of a card, saving that many fen, passes on this device.
   * @param {string} code
   * @param {number} savingFen
   * @param {string} validUntil last day of the card, included
   */
  async function findPassedLimitOf(code, savingFen, validUntil) {
    const known = pack.current();
    const name = await useNameOf(code);
    if (known === null || name === "") return null;
    const uses = await store.usesOf(name);
    return findPassedLimit(known.policy.limits, uses, todayOf(known), savingFen, validUntil);
  }

  return { appraise, useNameOf, findPassedLimitOf };
}

/** @param {string} code */
function claimsIn(code) {
  return readToken(tokenIn(normalise(code)));
}

/**
 * Return the first twelve digits of the number of a card; null if the code names none.
 * @param {string} code
 */
function serialIn(code) {
  if (kindOf(code) === "card_number") return normalise(code).slice(0, SERIAL_DIGITS);
  const claims = claimsIn(code);
  return claims === null ? null : claims.serial;
}

/**
 * Return what the verified revocation list says of a card; null if it is not on it.
 * @param {SubtleCrypto} subtle
 * @param {Pack} known
 * @param {string} serial
 */
async function findListed(subtle, { revocations, community }, serial) {
  const named = bytesOf(`loyalty serial|${community.slug}|${serial}`);
  const hash = hexOf(new Uint8Array(await subtle.digest("SHA-256", named), 0, 8));
  return (revocations && revocations.states.get(hash)) || null;
}

/**
 * @param {Pack} known
 * @param {import("./verify.js").Claims} claims
 * @param {{month: string}} key that has signed them
 * @returns {Found}
 */
function readFromToken(known, claims, key) {
  const { validFrom, validUntil } = validityOf(key.month, claims.months);
  return {
    honour: known.honours[claims.honour] || null,
    pay_permille: claims.pay,
    valid_from: validFrom,
    valid_until: validUntil,
  };
}

/**
 * The shop's agreed rate for an honour goes before the card's own.
 * @param {Pack} known
 * @param {Found} found
 * @param {string} last4
 * @returns {CardFacts}
 */
function addRate(known, { honour, pay_permille: own, valid_from, valid_until }, last4) {
  const pay = (honour !== null && known.shop.terms[honour]) || own;
  return { honour, pay_permille: pay, valid_from, valid_until, last4 };
}

/**
 * @param {import("../keep/pack.js").PackShop} shop
 * @param {string} today
 */
function isCertified(shop, today) {
  return shop.certified && (shop.certified_until === null || today <= shop.certified_until);
}
