/** Sends the waiting sales, oldest first, from one tab at a time. */

/** As many as are sent at once; the service takes up to five hundred. */
const BATCH = 200;

const LOCK = "loyalty-till-upload";

/** Answers that say that the request itself cannot be taken, however often it is sent. */
const NOT_ACCEPTED = new Set([400, 413, 422]);
const RECEIPTS = new Set(["recorded", "replayed", "flagged"]);

/**
 * @param {object} world
 * @param {ReturnType<typeof import("./api.js").createApi>} world.api
 * @param {ReturnType<typeof import("./queue.js").createQueue>} world.queue
 * @param {LockManager | undefined} world.locks missing on a page without HTTPS
 * @param {(key: string, result: any) => Promise<void>} world.answered what became of a sale
 */
export function createUploader({ api, queue, locks, answered }) {
  let revoked = false;
  let stopped = false;
  /** @type {Promise<void> | null} */
  let running = null;

  async function uploadAll() {
    await queue.adoptOrphans();
    const waiting = await queue.waiting();
    for (let at = 0; at < waiting.length; at += BATCH) {
      if (!(await send(waiting.slice(at, at + BATCH)))) return;
    }
  }

  /** Send some sales; return whether it makes sense to go on with others. */
  async function send(items) {
    const { status, body } = await api.sync(items.map((item) => item.sale));
    if (status === 200 && body !== null && Array.isArray(body.results)) {
      return settle(items, body.results);
    }
    if (status === 401) return quarantine(items, body);
    return NOT_ACCEPTED.has(status) ? sendInHalves(items) : false;
  }

  async function sendInHalves(items) {
    if (items.length === 1) {
      await queue.setAside(items[0], "not_accepted", null);
      return true;
    }
    const half = Math.ceil(items.length / 2);
    return (await send(items.slice(0, half))) && send(items.slice(half));
  }

  async function settle(items, results) {
    const byKey = new Map(results.map((result) => [Object(result).idempotency_key, result]));
    let settled = 0;
    for (const item of items) {
      const result = byKey.get(item.key) || {};
      if (RECEIPTS.has(result.outcome)) await queue.settle(item.key);
      else if (result.outcome === "refused") await queue.setAside(item, "refused", result.verdict);
      else continue;
      settled += 1;
      await answered(item.key, result);
    }
    return settled > 0;
  }

  /** The till is revoked: what the community has taken in is shown, the rest stays as it is. */
  async function quarantine(items, body) {
    revoked = true;
    const kept = new Set(Object(body).kept || []);
    for (const item of items) {
      if (kept.has(item.key)) await queue.setAside(item, "quarantined", "till_revoked");
    }
    stopped = kept.size === 0;
    return !stopped;
  }

  /** One tab after the other: who comes later finds nothing left, and knows that it is sent. */
  const alone = (work) => (locks ? locks.request(LOCK, work) : work());

  return {
    /** Send what waits; while this tab is at it, once is enough. */
    upload() {
      if (stopped) return Promise.resolve();
      running = running || alone(uploadAll).finally(() => (running = null));
      return running;
    },
    revoked: () => revoked,
    /** The service has refused the till's token; what waits is still offered to the community. */
    refused: () => (revoked = true),
    /** A new pairing may send again. */
    renew() {
      revoked = false;
      stopped = false;
    },
  };
}
