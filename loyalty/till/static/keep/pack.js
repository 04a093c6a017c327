/** What the device takes along to judge cards without network; kept, verified, and renewed. */

import { fromBase64, hexOf } from "../judge/bytes.js";
import { readRevocations } from "../judge/revocations.js";
import { keyIdOf } from "../judge/verify.js";

const KEPT_AS = "pack";
const HASH_BYTES = 8;
const DAY = 24 * 3600 * 1000;

/** As exactly as slow answers tell the time, in milliseconds. */
const GRAIN = 60 * 1000;

/**
 * @typedef {object} RosterGroup
 * @property {string} honour
 * @property {number} pay_permille
 * @property {string} valid_from
 * @property {string} valid_until
 *
 * @typedef {object} Pack what the service sent, and what became of it here
 * @property {any} shop
 * @property {any} policy
 * @property {{slug: string, name: string, timezone: string}} community
 * @property {Record<string, string>} honours codes by their number
 * @property {Map<string, {community: string, month: string, raw: Uint8Array<ArrayBuffer>}>} keys by id
 * @property {import("../judge/revocations.js").Revocations | null} revocations
 * @property {Map<string, RosterGroup>} roster by serial hash
 * @property {number} issuedAt milliseconds
 */

/**
 * @param {object} world
 * @param {ReturnType<typeof import("./api.js").createApi>} world.api
 * @param {import("./store.js").Store} world.store
 * @param {ReturnType<typeof import("../shell/clock.js").createClock>} world.clock
 * @param {SubtleCrypto | undefined} world.subtle missing on a page without HTTPS: then no card is
 *   judged here, and only the prices are reckoned by the pack
 * @param {ReturnType<typeof import("../judge/verify.js").createVerifier>} world.verifier
 */
export function createPack({ api, store, clock, subtle, verifier }) {
  /** @type {Pack | null} */
  let pack = null;
  /** @type {{document: any, list: any, etag: string | null, confirmedAt: number} | null} */
  let kept = null;

  /** Take a pack into use with the newer of two lists: the last good one, and its own. */
  async function use(next) {
    const { document } = next;
    const keys = await keysOf(document.keys, subtle);
    const read = (list) => readRevocations(list, document.community.slug, keys, verifier.hasSigned);
    const { list, revocations } = await newerOf(next.list, document.revocations, read);
    pack = {
      ...document,
      keys,
      revocations,
      roster: rosterOf(document.roster),
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

/** Return the keys by their ids; one that goes by another's id is left out. */
async function keysOf(offered, subtle) {
  const keys = new Map();
  for (const { kid, x, community, month } of subtle ? offered : []) {
    const raw = fromBase64(x);
    if ((await keyIdOf(subtle, raw)) === kid) keys.set(kid, { community, month, raw });
  }
  return keys;
}

/** Return the newer list; one that no key of ours has signed leaves the other in force. */
async function newerOf(before, offered, read) {
  const [known, told] = [await read(before), await read(offered)];
  const newer = told !== null && (known === null || told.number >= known.number);
  return newer ? { list: offered, revocations: told } : { list: before, revocations: known };
}

function isPack(body) {
  return body !== null && typeof body === "object" && Array.isArray(body.roster);
}

/** @returns {Map<string, RosterGroup>} */
function rosterOf(groups) {
  const roster = new Map();
  for (const group of groups) {
    const bytes = fromBase64(group.hashes);
    for (let at = 0; at < bytes.length; at += HASH_BYTES) {
      roster.set(hexOf(bytes.subarray(at, at + HASH_BYTES)), group);
    }
  }
  return roster;
}
