/** How the till stands: contact, what waits, what it may still sell without network. */

import { dayAt } from "../shell/clock.js";

const NO_LIMIT = Object.freeze({ sales: null, saved_fen: null });

/**
 * @typedef {object} State
 * @property {boolean} online the service has answered last time
 * @property {number | null} listAgeMs
 * @property {number} waiting
 * @property {number} attention
 * @property {number} clockOffMs how far the device's clock is ahead
 * @property {boolean} revoked
 * @property {{sales: number | null, saved_fen: number | null}} allowanceLeft null for no limit
 * @property {boolean} needsNetwork nothing can be judged without it any more
 */

/**
 * @param {object} world
 * @param {ReturnType<typeof import("./pack.js").createPack>} world.pack
 * @param {ReturnType<typeof import("./queue.js").createQueue>} world.queue
 * @param {ReturnType<typeof import("../shell/clock.js").createClock>} world.clock
 * @param {() => boolean} world.revoked
 */
export function createStanding({ pack, queue, clock, revoked }) {
  let online = false;
  let counts = { waiting: 0, attention: 0, saved: 0 };
  const listeners = new Set();

  const tell = () => {
    for (const listener of listeners) listener();
  };

  return {
    /** @returns {State} */
    state() {
      const left = allowanceLeft(pack.current(), counts);
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
    heard({ status }) {
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

function allowanceLeft(pack, counts) {
  const { sales, saved_fen: saved } = pack === null ? NO_LIMIT : pack.policy.offline;
  return {
    sales: sales === null ? null : sales - counts.waiting,
    saved_fen: saved === null ? null : saved - counts.saved,
  };
}
