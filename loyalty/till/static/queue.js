/**
 * The sales that have no receipt yet. A sale is written here before it is sent; it leaves on a
 * receipt, or when a refusal was shown at once, so that no sale was made.
 */

/**
 * @typedef {object} Queued
 * @property {string} key idempotency key of the sale
 * @property {"sent" | "waiting" | "attention"} state `sent` while its first answer is awaited
 * @property {any} sale as the service expects it; with the device's proof once it waits
 * @property {number} queuedAt milliseconds, by the right time
 * @property {number} saved_fen
 * @property {string | null} verdict why it needs attention, where the service has told
 * @property {"refused" | "not_accepted" | "quarantined" | null} reason
 */

/** After this a first answer is no longer awaited: whoever waited was closed, in milliseconds. */
export const ORPHANED = 10000;

/**
 * @param {object} world
 * @param {import("./store.js").Store} world.store
 * @param {ReturnType<typeof import("./device.js").createDevice>} world.device
 * @param {() => number} world.now
 */
export function createQueue({ store, device, now }) {
  const inState = (...states) => itemsIn(store, states);
  const keep = (key) => seal(store, device, key);

  return {
    /** Seal a sale, so that it waits for the network; one that has left stays away. */
    keep,

    /**
     * Write a sale down; return it as it was written first, however often it is tried.
     * @param {any} sale
     * @param {number} savedFen
     * @returns {Promise<Queued>}
     */
    add: (sale, savedFen) =>
      store.add({
        key: sale.idempotency_key,
        state: "sent",
        sale,
        queuedAt: now(),
        saved_fen: savedFen,
        verdict: null,
        reason: null,
      }),

    /** Seal what a closed page has left behind. */
    async adoptOrphans() {
      for (const item of await inState("sent")) {
        // Either way: the clock may have been put right since.
        if (Math.abs(now() - item.queuedAt) > ORPHANED) await keep(item.key);
      }
    },

    waiting: () => inState("waiting"),
    unsettled: () => inState("sent", "waiting"),
    attention: () => inState("attention"),

    /** @param {string} key of a sale with a receipt */
    settle: (key) => store.remove(key),

    /** @param {string} key of a sale that was refused at the counter; once sealed it is sent */
    withdraw: (key) => store.removeIn(key, "sent"),

    /** @param {string} key of a sale that somebody has looked at; one that waits stays */
    dismiss: (key) => store.removeIn(key, "attention"),

    /**
     * Keep a sale for a person to look at.
     * @param {Queued} item
     * @param {"refused" | "not_accepted" | "quarantined"} reason
     * @param {string | null} verdict
     */
    setAside: (item, reason, verdict) =>
      store.replace({ ...item, state: "attention", reason, verdict }),

    /** Let what the service could not take wait again: a new version may take it. */
    async tryAgain() {
      for (const item of await inState("attention")) {
        if (item.reason === "not_accepted") await store.replace({ ...item, state: "waiting" });
      }
    },
  };
}

async function seal(store, device, key) {
  for (;;) {
    const item = await store.item(key);
    if (item === undefined || item.state !== "sent") return;
    const { sale, before, after } = await device.seal(item.sale);
    if (await store.seal({ ...item, sale, state: "waiting" }, before, after)) return;
  }
}

/** Return the sales in some states, oldest first. */
async function itemsIn(store, states) {
  const items = await store.items();
  return items
    .filter((item) => states.includes(item.state))
    .sort((one, other) => one.queuedAt - other.queuedAt);
}
