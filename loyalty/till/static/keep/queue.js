/**
 * The sales that have no receipt yet. A sale is written here before it is sent; it leaves on a
 * receipt, or when a refusal was shown at once, so that no sale was made.
 */

/**
 * @typedef {object} SaleRequest a sale as the service expects it
 * @property {string} idempotency_key
 * @property {string} happened_at
 * @property {string} code
 * @property {number} [total_fen] missing if the card is only noted as used, as are the next two
 * @property {number} [excluded_fen]
 * @property {number} [payable_fen]
 * @property {import("./device.js").Proof} [device] once the sale waits
 *
 * @typedef {{key: string, reason: string}} TakenBack the void of a sale, under a key of its own
 *
 * @typedef {object} Queued
 * @property {string} key idempotency key of the sale
 * @property {"sent" | "waiting" | "attention"} state `sent` while its first answer is awaited
 * @property {SaleRequest} sale
 * @property {number} queuedAt milliseconds, by the right time
 * @property {number} saved_fen
 * @property {string | null} verdict why it needs attention, where the service has told
 * @property {"refused" | "not_accepted" | "quarantined" | "not_voided" | null} reason
 * @property {TakenBack} [taken_back] what follows its upload, where it was taken back on the
 *   device: a sealed sale has its number, so it is sent all the same
 *
 * @typedef {ReturnType<typeof createQueue>} Queue
 */

/** After this a first answer is no longer awaited: whoever waited was closed, in milliseconds. */
export const ORPHANED = 10000;

/**
 * @param {object} world
 * @param {import("./store.js").Store} world.store
 * @param {import("./device.js").Device} world.device
 * @param {() => number} world.now
 */
export function createQueue({ store, device, now }) {
  /** @param {Queued["state"][]} states */
  const inState = (...states) => itemsIn(store, states);
  /** @param {string} key */
  const keep = (key) => seal(store, device, key);

  return {
    /** Seal a sale, so that it waits for the network; one that has left stays away. */
    keep,

    /**
     * Write a sale down; return it as it was written first, however often it is tried.
     * @param {SaleRequest} sale
     * @param {number} savedFen
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

    /**
     * Let a sale with a receipt go; return it if it was taken back here, and is still to be voided.
     * @param {string} key
     */
    settle: (key) => store.settle(key),

    /** @param {string} key of a sale that was voided after its upload */
    close: (key) => store.remove(key),

    /**
     * Take a sale back that waits; return false if it has left meanwhile.
     * @param {string} key
     * @param {TakenBack} deed
     */
    takeBack: (key, deed) => store.takeBack(key, deed),

    /** @param {string} key of a sale that was refused at the counter; once sealed it is sent */
    withdraw: (key) => store.removeIn(key, "sent"),

    /** @param {string} key of a sale that somebody has looked at; one that waits stays */
    dismiss: (key) => store.removeIn(key, "attention"),

    /**
     * Keep a sale for a person to look at.
     * @param {Queued} item
     * @param {NonNullable<Queued["reason"]>} reason
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

/**
 * @param {import("./store.js").Store} store
 * @param {import("./device.js").Device} device
 * @param {string} key
 */
async function seal(store, device, key) {
  for (;;) {
    const item = await store.item(key);
    if (item === undefined || item.state !== "sent") return;
    const { sale, before, after } = await device.seal(item.sale);
    if (await store.seal({ ...item, sale, state: "waiting" }, before, after)) return;
  }
}

/**
 * Return the sales in some states, oldest first.
 * @param {import("./store.js").Store} store
 * @param {readonly Queued["state"][]} states
 */
async function itemsIn(store, states) {
  const items = await store.items();
  return items
    .filter((item) => states.includes(item.state))
    .sort((one, other) => one.queuedAt - other.queuedAt);
}
