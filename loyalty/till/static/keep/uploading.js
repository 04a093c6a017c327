/** Sends the waiting sales, oldest first, from one tab at a time. */

/** As many as are sent at once; the service takes up to five hundred. */
const BATCH = 200;

const LOCK = "loyalty-till-upload";

/** Answers that say that the request itself cannot be taken, however often it is sent. */
const NOT_ACCEPTED = new Set([400, 413, 422]);
const RECEIPTS = new Set(["recorded", "replayed", "flagged"]);

/**
 * @typedef {import("./queue.js").Queued} Queued
 *
 * @typedef {object} Result what became of a late sale
 * @property {string} idempotency_key
 * @property {string} outcome such as "recorded", or one of a newer service
 * @property {string} redemption_id
 * @property {string} verdict
 *
 * @typedef {(key: string, result: Result) => Promise<void>} Answered told what became of a sale
 *
 * @typedef {object} Uploading
 * @property {import("./api.js").Api} api
 * @property {import("./queue.js").Queue} queue
 * @property {Answered} answered
 * @property {boolean} revoked the service has refused the till's token
 * @property {boolean} stopped nobody takes what waits any more
 *
 * @typedef {ReturnType<typeof createUploader>} Uploader
 */

/**
 * @param {object} world
 * @param {import("./api.js").Api} world.api
 * @param {import("./queue.js").Queue} world.queue
 * @param {LockManager | undefined} world.locks missing on a page without HTTPS
 * @param {Answered} world.answered
 */
export function createUploader({ api, queue, locks, answered }) {
  /** @type {Uploading} */
  const uploading = { api, queue, answered, revoked: false, stopped: false };
  /** @type {Promise<void> | null} */
  let running = null;

  /**
   * One tab after the other: who comes later finds nothing left, and knows that it is sent.
   * @param {() => Promise<void>} work
   */
  const alone = (work) => (locks ? locks.request(LOCK, work) : work());

  return {
    /** Send what waits; while this tab is at it, once is enough. */
    upload() {
      if (uploading.stopped) return Promise.resolve();
      running = running || alone(() => uploadAll(uploading)).finally(() => (running = null));
      return running;
    },
    revoked: () => uploading.revoked,
    /** The service has refused the till's token; what waits is still offered to the community. */
    refused: () => (uploading.revoked = true),
    /** A new pairing may send again. */
    renew: () => Object.assign(uploading, { revoked: false, stopped: false }),
  };
}

/** @param {Uploading} uploading */
async function uploadAll(uploading) {
  const { queue } = uploading;
  await queue.adoptOrphans();
  for (const piece of piecesOf(await queue.waiting())) {
    if (!(await send(uploading, piece))) return;
  }
}

/**
 * Return the sales in pieces. One that was taken back ends its piece: it is voided before the next
 * sale is judged, so that the card has its use back by then.
 * @param {readonly Queued[]} waiting
 */
function piecesOf(waiting) {
  const pieces = [];
  /** @type {Queued[]} */
  let piece = [];
  for (const item of waiting) {
    piece.push(item);
    if (piece.length === BATCH || item.taken_back) {
      pieces.push(piece);
      piece = [];
    }
  }
  return piece.length === 0 ? pieces : [...pieces, piece];
}

/**
 * Send some sales; return whether it makes sense to go on with others.
 * @param {Uploading} uploading
 * @param {readonly Queued[]} items
 * @returns {Promise<boolean>}
 */
async function send(uploading, items) {
  const { status, body } = await uploading.api.sync(items.map((item) => item.sale));
  if (status === 200 && body !== null && Array.isArray(body.results)) {
    return settle(uploading, items, body.results);
  }
  if (status === 401) return quarantine(uploading, items, body);
  return NOT_ACCEPTED.has(status) ? sendInHalves(uploading, items) : false;
}

/**
 * @param {Uploading} uploading
 * @param {readonly Queued[]} items
 */
async function sendInHalves(uploading, items) {
  if (items.length === 1) {
    await uploading.queue.setAside(items[0], "not_accepted", null);
    return true;
  }
  const half = Math.ceil(items.length / 2);
  return (await send(uploading, items.slice(0, half))) && send(uploading, items.slice(half));
}

/**
 * @param {Uploading} uploading
 * @param {readonly Queued[]} items
 * @param {readonly Result[]} results
 */
async function settle({ api, queue, answered }, items, results) {
  const byKey = new Map(results.map((result) => [Object(result).idempotency_key, result]));
  let settled = 0;
  for (const item of items) {
    const result = byKey.get(item.key);
    if (result === undefined) continue;
    if (RECEIPTS.has(result.outcome)) {
      if (!(await leave(api, queue, item.key, result.redemption_id))) return false;
    } else if (result.outcome === "refused") await queue.setAside(item, "refused", result.verdict);
    else continue;
    settled += 1;
    await answered(item.key, result);
  }
  return settled > 0;
}

/**
 * Let a recorded sale go; return false if it was taken back, and nobody knows whether it is void.
 * @param {import("./api.js").Api} api
 * @param {import("./queue.js").Queue} queue
 * @param {string} key
 * @param {string} id the service's
 */
async function leave(api, queue, key, id) {
  const item = await queue.settle(key);
  if (item === undefined || !item.taken_back) return true;
  const { status } = await api.takeBack(id, item.taken_back.reason, item.taken_back.key);
  if (status === 200 || status === 201) await queue.close(key);
  else if (status === 409) await queue.setAside(item, "not_voided", null);
  else return false;
  return true;
}

/**
 * The till is revoked: what the community has taken in is shown, the rest stays as it is.
 * @param {Uploading} uploading
 * @param {readonly Queued[]} items
 * @param {any} body of the answer
 */
async function quarantine(uploading, items, body) {
  uploading.revoked = true;
  const kept = new Set(Object(body).kept || []);
  for (const item of items) {
    if (kept.has(item.key)) await uploading.queue.setAside(item, "quarantined", "till_revoked");
  }
  uploading.stopped = kept.size === 0;
  return !uploading.stopped;
}
