/** The till's memory on the device: facts, the queue of sales, and uses by card. */

import { openDB } from "../vendor/idb/index.js";

const NAME = "loyalty-till";

/** A sale is on the disk before anybody is told that it is kept. */
const STRICT = Object.freeze({ durability: "strict" });

/**
 * How the database came to be what it is. Steps are added, never changed: a till may come from any
 * version, with sales waiting.
 * @type {readonly Step[]}
 */
export const STEPS = Object.freeze([
  (database) => {
    database.createObjectStore("facts");
    database.createObjectStore("queue", { keyPath: "key" });
    database.createObjectStore("uses", { keyPath: "key" }).createIndex("card", "card");
  },
  // Uses were kept by hashes from which the number of a card is soon guessed.
  (_database, move) => move.objectStore("uses").clear(),
]);

/**
 * @typedef {Awaited<ReturnType<typeof openStore>>} Store
 *
 * @typedef {object} Facts what is kept under a name; each is missing until it is written
 * @property {import("./device.js").Chain} chain
 * @property {number} clock how far the device's is ahead, in milliseconds
 * @property {import("./device.js").DeviceKey | null} device
 * @property {import("./pack.js").KeptPack | null} pack
 * @property {import("./pairing.js").Pairing | null} pairing
 * @property {boolean} revoked
 *
 * @typedef {object} Tables
 * @property {{key: keyof Facts, value: any}} facts
 * @property {{key: string, value: import("./queue.js").Queued}} queue
 * @property {{key: string, value: Use, indexes: {card: string}}} uses
 *
 * @typedef {import("idb").IDBPDatabase<Tables>} Database
 * @typedef {import("idb").IDBPTransaction<unknown, string[], "versionchange">} Move
 * @typedef {(database: import("idb").IDBPDatabase, move: Move) => unknown} Step from one version of
 *   the database, whose tables may be others than today's, to the next
 * @typedef {import("idb").IDBPTransaction<Tables, (keyof Tables)[], "readwrite">} Transaction
 * @typedef {<Result>(tables: (keyof Tables)[], work: (at: Transaction) => Promise<Result>)
 *   => Promise<Result>} Change does all of some work, or nothing
 *
 * @typedef {object} Use of a card on this device
 * @property {string} key of the sale
 * @property {string} [id] the service's of the sale, once it is known
 * @property {string} card its name on this device, by `nameOf` of the roster
 * @property {string} day as 2026-12-01
 * @property {number} saved_fen
 */

/**
 * @param {object} [world]
 * @param {() => void} [world.outdated] called when this memory cannot be used any more, as when a
 *   newer version of the till has taken over
 * @param {readonly Step[]} [world.steps]
 */
export async function openStore({ outdated = () => {}, steps = STEPS } = {}) {
  /** @type {Database} */
  const database = await openDB(NAME, steps.length, {
    upgrade(fresh, from, _to, transaction) {
      const earlier = /** @type {import("idb").IDBPDatabase} */ (/** @type {unknown} */ (fresh));
      const move = /** @type {Move} */ (/** @type {unknown} */ (transaction));
      for (const step of steps.slice(from)) step(earlier, move);
    },
    blocking(_current, _blocked, event) {
      /** @type {IDBDatabase} */ (event.target).close();
      outdated();
    },
    // The browser has closed it, as when somebody clears it: only a new page can open it again.
    terminated: outdated,
  });

  /** @type {Change} */
  async function change(tables, work) {
    const transaction = database.transaction(tables, "readwrite", STRICT);
    const [result] = await Promise.all([work(transaction), transaction.done]);
    return result;
  }

  return {
    ...createFacts(database, change),
    ...createQueueTable(database, change),
    ...createUses(database, change),
    close: () => database.close(),
  };
}

/**
 * @param {Database} database
 * @param {Change} change
 */
function createFacts(database, change) {
  return {
    /**
     * @template {keyof Facts} Name
     * @param {Name} name
     * @returns {Promise<Facts[Name] | undefined>}
     */
    read: (name) => database.get("facts", name),
    /**
     * @template {keyof Facts} Name
     * @param {Name} name
     * @param {Facts[Name]} value
     */
    write: (name, value) => change(["facts"], (at) => at.objectStore("facts").put(value, name)),
    /** @param {Partial<Facts>} facts kept all or none */
    writeAll: (facts) =>
      change(["facts"], (at) => {
        const pairs = /** @type {[keyof Facts, unknown][]} */ (Object.entries(facts));
        return Promise.all(pairs.map(([name, value]) => at.objectStore("facts").put(value, name)));
      }),
  };
}

/**
 * @param {Database} database
 * @param {Change} change
 */
function createQueueTable(database, change) {
  return {
    items: () => database.getAll("queue"),
    /** @param {string} key */
    item: (key) => database.get("queue", key),

    /**
     * Keep a sale unless one of its key is kept; return the one that is.
     * @param {import("./queue.js").Queued} item
     */
    add: (item) =>
      change(["queue"], async (at) => {
        const queue = at.objectStore("queue");
        const earlier = await queue.get(item.key);
        if (earlier === undefined) await queue.put(item);
        return earlier || item;
      }),

    /** @param {import("./queue.js").Queued} item known to be there; else it is not brought back */
    replace: (item) =>
      change(["queue"], async (at) => {
        const queue = at.objectStore("queue");
        if ((await queue.get(item.key)) !== undefined) await queue.put(item);
      }),

    /**
     * Remove a sale that has a receipt; return it, and keep it, if it was taken back meanwhile.
     * @param {string} key
     */
    settle: (key) =>
      change(["queue"], async (at) => {
        const queue = at.objectStore("queue");
        const item = await queue.get(key);
        if (item !== undefined && item.taken_back) return item;
        await queue.delete(key);
        return undefined;
      }),

    /**
     * Write down that a sale which waits was taken back; return whether it still waited.
     * @param {string} key
     * @param {import("./queue.js").TakenBack} deed
     */
    takeBack: (key, deed) =>
      change(["queue"], async (at) => {
        const queue = at.objectStore("queue");
        const item = await queue.get(key);
        if (item === undefined || item.state !== "waiting" || item.taken_back) return false;
        await queue.put({ ...item, saved_fen: 0, taken_back: deed });
        return true;
      }),

    /** @param {string} key */
    remove: (key) => change(["queue"], (at) => at.objectStore("queue").delete(key)),

    /**
     * Remove a sale if it is in a state: another tab may have sealed it meanwhile, or let it wait.
     * @param {string} key
     * @param {import("./queue.js").Queued["state"]} state
     */
    removeIn: (key, state) =>
      change(["queue"], async (at) => {
        const queue = at.objectStore("queue");
        const item = await queue.get(key);
        if (item !== undefined && item.state === state) await queue.delete(key);
      }),

    /**
     * Keep a sealed sale and move the chain on, both or neither; return false if somebody else has
     * moved the chain meanwhile. A sale that has left the queue is not brought back.
     * @param {import("./queue.js").Queued} item
     * @param {import("./device.js").Chain} before
     * @param {import("./device.js").Chain} after
     */
    seal: (item, before, after) =>
      change(["facts", "queue"], async (at) => {
        const facts = at.objectStore("facts");
        const queue = at.objectStore("queue");
        const chain = (await facts.get("chain")) || before;
        if (chain.digest !== before.digest) return false;
        const earlier = await queue.get(item.key);
        if (earlier === undefined || earlier.state !== "sent") return true;
        await facts.put(after, "chain");
        await queue.put(item);
        return true;
      }),
  };
}

/**
 * @param {Database} database
 * @param {Change} change
 */
function createUses(database, change) {
  return {
    /** @param {string} card its name on this device */
    usesOf: (card) => database.getAllFromIndex("uses", "card", card),
    /** @param {Use} use */
    noteUse: (use) => change(["uses"], (at) => at.objectStore("uses").put(use)),
    /** @param {string} key of the sale @param {string} id the service's */
    nameUse: (key, id) =>
      change(["uses"], async (at) => {
        const uses = at.objectStore("uses");
        const use = await uses.get(key);
        if (use !== undefined) await uses.put({ ...use, id });
      }),
    /** @param {string} key of the sale, or the service's id of it */
    dropUse: (key) =>
      change(["uses"], async (at) => {
        const uses = at.objectStore("uses");
        for (const use of await uses.getAll()) {
          if (use.key === key || use.id === key) await uses.delete(use.key);
        }
      }),
    /** @param {string} day as 2026-12-01 */
    dropUsesBefore: (day) =>
      change(["uses"], async (at) => {
        const uses = at.objectStore("uses");
        for (const use of await uses.getAll()) if (use.day < day) await uses.delete(use.key);
      }),
  };
}
