/** What the device takes along to judge cards without network; kept, verified, and renewed. */

import { fromBase64 } from "../judge/bytes.js";
import { readRevocations } from "../judge/revocations.js";
import { readRoster } from "../judge/roster.js";
import { keyIdOf } from "../judge/verify.js";

const KEPT_AS = "pack";
const DAY = 24 * 3600 * 1000;

/** As exactly as slow answers tell the time, in milliseconds. */
const GRAIN = 60 * 1000;

/**
 * @typedef {object} PackShop
 * @property {string} name
 * @property {string | null} plaque_number
 * @property {boolean} certified the shop may take cards today
 * @property {string | null} certified_until last day, included
 * @property {Record<string, number>} terms permille that is paid, by honour
 *
 * @typedef {object} Policy
 * @property {"fen" | "jiao"} rounding
 * @property {import("../judge/limits.js").Limits & {discountable_per_sale_fen: number | null}} limits
 * @property {string[]} excluded_categories
 * @property {{days: number, sales: number | null, saved_fen: number | null}} offline null for no limit
 *
 * @typedef {object} PackBasis what is used as it was sent
 * @property {PackShop} shop
 * @property {Policy} policy
 * @property {{slug: string, name: string, timezone: string}} community
 * @property {Record<string, string>} honours codes by their number
 * @property {Record<string, Record<string, string>>} [honour_names] by code and by language; missing
 *   in a pack that was kept before they came along
 *
 * @typedef {{kid: string, x: string, community: string, month: string}} OfferedKey
 *
 * @typedef {object} PackSource what is read before it is used
 * @property {string} issued_at
 * @property {OfferedKey[]} keys
 * @property {unknown} revocations a signed list, not yet believed
 * @property {string} [roster_salt] missing in a pack that was kept before there were marks
 * @property {import("../judge/roster.js").MarkedGroup[]} roster
 *
 * @typedef {object} PackIndex what became of that here
 * @property {Map<string, import("../judge/revocations.js").Key & {month: string}>} keys by id
 * @property {import("../judge/revocations.js").Revocations | null} revocations
 * @property {import("../judge/roster.js").Roster} roster
 * @property {number} issuedAt milliseconds
 *
 * @typedef {PackBasis & PackIndex} Pack
 *
 * @typedef {object} KeptPack
 * @property {PackBasis & PackSource} document as the service sent it
 * @property {unknown} list the last good list of revocations, as it was sent; null if there is none
 * @property {string | null} etag
 * @property {number} confirmedAt milliseconds
 *
 * @typedef {ReturnType<typeof createPack>} OfflinePack
 */

/**
 * @param {object} world
 * @param {import("./api.js").Api} world.api
 * @param {import("./store.js").Store} world.store
 * @param {import("../shell/clock.js").Clock} world.clock
 * @param {SubtleCrypto | undefined} world.subtle missing on a page without HTTPS: then no card is
 *   judged here, and only the prices are reckoned by the pack
 * @param {import("../judge/verify.js").Verifier} world.verifier
 */
export function createPack({ api, store, clock, subtle, verifier }) {
  /** @type {Pack | null} */
  let pack = null;
  /** @type {KeptPack | null} */
  let kept = null;

  /**
   * Take a pack into use with the newer of two lists: the last good one, and its own.
   * @param {KeptPack} next
   */
  async function use(next) {
    const { document } = next;
    const keys = await keysOf(document.keys, subtle);
    /** @param {unknown} list */
    const read = (list) => readRevocations(list, document.community.slug, keys, verifier.hasSigned);
    const { list, revocations } = await newerOf(next.list, document.revocations, read);
    pack = {
      ...document,
      keys,
      revocations,
      roster: readRoster(document.roster_salt, document.roster),
      issuedAt: Date.parse(document.issued_at),
    };
    kept = { ...next, list };
  }

  return {
    async load() {
      const found = await store.read(KEPT_AS);
      // One that another version has kept may be of no use to this one, which then asks anew.
      if (found) await use(found).catch(() => {});
    },

    /** Ask the service for what is new; return whether it has answered. */
    async refresh() {
      const { status, body, etag } = await api.pack(kept === null ? null : kept.etag);
      const confirmedAt = clock.now();
      if (status === 200 && isPack(body)) {
        await use({ document: body, list: kept === null ? null : kept.list, etag, confirmedAt });
      } else if (status === 304 && kept !== null) {
        kept = { ...kept, confirmedAt };
      } else return false;
      await store.write(KEPT_AS, kept);
      return true;
    },

    /** @returns {Pack | null} */
    current: () => pack,

    /** How long ago the service has confirmed the pack, in milliseconds; null if there is none. */
    ageMs: () => (kept === null ? null : Math.max(0, clock.now() - kept.confirmedAt)),

    /** Whether the clock has been set back to before the pack was made, or last confirmed. */
    isOfTomorrow: () =>
      kept !== null &&
      pack !== null &&
      clock.now() + GRAIN < Math.max(pack.issuedAt, kept.confirmedAt),

    /** Whether cards can be judged on this page at all. */
    isPossible: () => Boolean(subtle),

    /** Whether cards may be judged by it. */
    isFresh() {
      return pack !== null && Number(this.ageMs()) <= pack.policy.offline.days * DAY;
    },

    /** Whether it is so young that a card that stopped working would most likely stand on its list. */
    isListFresh() {
      return pack !== null && Number(this.ageMs()) < DAY;
    },

    async forget() {
      pack = null;
      kept = null;
      await store.write(KEPT_AS, null);
    },
  };
}

/**
 * Return what an honour is called; "" while the device does not know.
 * @param {PackBasis | null} pack
 * @param {string | null} honour
 * @param {string} language such as "zh-Hans"
 */
export function honourName(pack, honour, language) {
  const names = pack !== null && honour !== null && (pack.honour_names || {})[honour];
  return (names && (names[language.replace("-", "_")] || names.zh_Hans)) || "";
}

/**
 * Return the keys by their ids; one that goes by another's id is left out.
 * @param {readonly OfferedKey[]} offered
 * @param {SubtleCrypto | undefined} subtle
 */
async function keysOf(offered, subtle) {
  /** @type {Pack["keys"]} */
  const keys = new Map();
  if (!subtle) return keys;
  for (const { kid, x, community, month } of offered) {
    const raw = fromBase64(x);
    if ((await keyIdOf(subtle, raw)) === kid) keys.set(kid, { community, month, raw });
  }
  return keys;
}

/**
 * Return the newer list; one that no key of ours has signed leaves the other in force.
 * @param {unknown} before
 * @param {unknown} offered
 * @param {(list: unknown) => Promise<Pack["revocations"]>} read
 */
async function newerOf(before, offered, read) {
  const [known, sent] = [await read(before), await read(offered)];
  const newer = sent !== null && (known === null || sent.number >= known.number);
  return newer ? { list: offered, revocations: sent } : { list: before, revocations: known };
}

/** @param {any} body */
function isPack(body) {
  return body !== null && typeof body === "object" && Array.isArray(body.roster);
}
