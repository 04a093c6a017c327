/** How the till stands: contact, what waits, what it may still sell without network. */

import { dayAt } from "../shell/clock.js";

const NO_LIMIT = Object.freeze({ sales: null, saved_fen: null });

/**
 * @typedef {object} Allowance what may be sold without network; null for no limit
 * @property {number | null} sales
 * @property {number | null} saved_fen
 *
 * @typedef {object} State
 * @property {boolean} online the service has answered last time
 * @property {number | null} listAgeMs
 * @property {number} waiting
 * @property {number} attention
 * @property {number} clockOffMs how far the device's clock is ahead
 * @property {boolean} revoked
 * @property {Allowance} allowanceLeft
 * @property {boolean} needsNetwork nothing can be judged without it any more
 *
 * @typedef {ReturnType<typeof createStanding>} Standing
 */

/**
 * @param {object} world
 * @param {import("./pack.js").OfflinePack} world.pack
 * @param {import("./queue.js").Queue} world.queue
 * @param {import("../shell/clock.js").Clock} world.clock
 * @param {() => boolean} world.revoked
 */
export function createStanding({ pack, queue, clock, revoked }) {
  let online = false;
  let counts = { waiting: 0, attention: 0, saved: 0 };
  /** @type {Set<() => void>} */
  const listeners = new Set();

  const tell = () => {
    for (const listener of listeners) listener();
  };

  return {
    /** @returns {State} */
    state() {
      const left = computeAllowanceLeft(pack.current(), counts);
      const usedUp = Object.values(left).some((amount) => amount !== null && amount <= 0);
      return {
        online,
        listAgeMs: pack.ageMs(),
        waiting: counts.waiting,
        attention: counts.attention,
        clockOffMs: clock.offMs(),
        revoked: revoked(),
        allowanceLeft: left,
        needsNetwork: pack.isPossible() && (!pack.isFresh() || usedUp),
      };
    },

    /** Count anew what waits. */
    async recount() {
      const [waiting, attention] = await Promise.all([queue.unsettled(), queue.attention()]);
      const saved = waiting.reduce((sum, item) => sum + item.saved_fen, 0);
      counts = { waiting: waiting.length, attention: attention.length, saved };
      tell();
    },

    /** @param {{status: number}} contact */
    noteContact({ status }) {
      online = status !== 0;
      tell();
    },

    /** @param {() => void} listener called whenever the state may have changed */
    onChange(listener) {
      listeners.add(listener);
    },

    /**
     * Return the date at the shop.
     * @param {number} at milliseconds
     */
    dayOf(at) {
      const { community } = /** @type {import("./pack.js").Pack} */ (pack.current());
      return dayAt(at, community.timezone);
    },
  };
}

/**
 * @param {import("./pack.js").Pack | null} pack
 * @param {{waiting: number, saved: number}} counts
 * @returns {Allowance}
 */
function computeAllowanceLeft(pack, counts) {
  const { sales, saved_fen: saved } = pack === null ? NO_LIMIT : pack.policy.offline;
  return {
    sales: sales === null ? null : sales - counts.waiting,
    saved_fen: saved === null ? null : saved - counts.saved,
  };
}
