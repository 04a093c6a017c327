/** The till's calls of the service. No answer is an outcome of its own, never an error. */

/**
 * @typedef {object} Answer
 * @property {number} status HTTP status; 0 where no usable answer came in time
 * @property {any} body null where there is none
 * @property {string | null} etag
 */

/** @type {Answer} */
const SILENCE = Object.freeze({ status: 0, body: null, etag: null });

/** Answers after which the same request may succeed: busy, overloaded, broken. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Whoever waits at the counter waits no longer than this, in milliseconds. */
const AT_THE_COUNTER = 1500;

/** Many sales, or many cards, may take this long on a weak network, in milliseconds. */
const IN_THE_BACKGROUND = 30000;

/**
 * @typedef {object} How
 * @property {object} [body]
 * @property {Record<string, string>} [headers]
 * @property {number} [wait] in milliseconds
 *
 * @typedef {object} Contact an answer, or silence
 * @property {number} status as in Answer
 * @property {string | null} date when the service says that was
 * @property {number} sentAt by the device's clock, in milliseconds
 * @property {number} heardAt
 *
 * @typedef {(method: string, path: string, how?: How) => Promise<Answer>} Call path below /api/v1
 *
 * @typedef {ReturnType<typeof createApi>} Api
 */

/**
 * Return the calls a till makes.
 * @param {object} world
 * @param {typeof globalThis.fetch} world.fetch
 * @param {() => string | null} world.token
 * @param {number} world.patience how long an answer may take where nobody stands at the counter
 * @param {() => number} [world.now] the device's clock, in milliseconds
 * @param {(contact: Contact) => void} [world.onContact] called with each answer, and with silence
 */
export function createApi({ fetch, token, patience, now = Date.now, onContact = () => {} }) {
  /** @type {Call} */
  async function call(method, path, { body, headers = {}, wait = patience } = {}) {
    /** @type {RequestInit} */
    const request = {
      method,
      headers: { ...headersOf(body, token()), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
    };
    const sentAt = now();
    const { answer, date } = await waitForAnswer(wait, (signal) =>
      fetch(`/api/v1${path}`, { ...request, signal }),
    );
    onContact({ status: answer.status, date, sentAt, heardAt: now() });
    return answer;
  }

  return { ...createCounterCalls(call), ...createBackgroundCalls(call), ...createDayCalls(call) };
}

/** @param {Call} call */
function createCounterCalls(call) {
  return {
    /** @param {string} code */
    check: (code) => call("POST", "/validations", { body: { code }, wait: AT_THE_COUNTER }),

    /** @param {import("./queue.js").SaleRequest} sale as it is kept in the queue */
    record: ({ idempotency_key: key, device: _proof, ...sale }) =>
      call("POST", "/redemptions", {
        body: sale,
        headers: { "Idempotency-Key": key },
        wait: AT_THE_COUNTER,
      }),
  };
}

/** @param {Call} call */
function createBackgroundCalls(call) {
  return {
    /**
     * @param {string} code
     * @param {string | null} deviceKey public half
     */
    pair: (code, deviceKey) =>
      call("POST", "/till/pairing", { body: { pairing_code: code, device_public_key: deviceKey } }),

    /** @param {readonly import("./queue.js").SaleRequest[]} sales up to five hundred */
    sync: (sales) =>
      call("POST", "/redemptions/sync", { body: { items: sales }, wait: IN_THE_BACKGROUND }),

    /** @param {string | null} etag of the pack that is kept */
    pack: (etag) =>
      call("GET", "/till/offline-pack", {
        headers: etag === null ? {} : { "If-None-Match": etag },
        wait: IN_THE_BACKGROUND,
      }),
  };
}

/** @param {Call} call */
function createDayCalls(call) {
  return {
    today: () => call("GET", "/till/today"),

    /**
     * @param {string} id
     * @param {string} reason
     * @param {string} [key] of the deed, the same however often it is tried
     */
    takeBack: (id, reason, key) =>
      call("POST", `/redemptions/${id}/void`, { body: { reason }, headers: makeKeyHeaders(key) }),

    /**
     * @param {string} id
     * @param {string} reason
     * @param {number} amountFen marked price of what comes back
     * @param {number | null} [excludedFen] how much of it are goods without discount; null if
     *   nobody was asked
     * @param {string} [key] of the deed, the same however often it is tried
     */
    giveBack: (id, reason, amountFen, excludedFen = null, key) =>
      call("POST", `/redemptions/${id}/returns`, {
        body: {
          reason,
          amount_fen: amountFen,
          ...(excludedFen === null ? {} : { excluded_fen: excludedFen }),
        },
        headers: makeKeyHeaders(key),
      }),
  };
}

/**
 * @param {string} [key] of the deed
 * @returns {Record<string, string>}
 */
function makeKeyHeaders(key) {
  return key === undefined ? {} : { "Idempotency-Key": key };
}

/**
 * @param {object | undefined} body
 * @param {string | null} token
 */
function headersOf(body, token) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (token !== null) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return headers;
}

/**
 * Return what is answered in time, and when the service says that was.
 * @param {number} wait milliseconds
 * @param {(signal: AbortSignal) => Promise<Response>} ask
 */
async function waitForAnswer(wait, ask) {
  const patienceIsOver = new AbortController();
  const alarm = setTimeout(() => patienceIsOver.abort(), wait);
  /** @type {string | null} */
  let date = null;
  let answer = SILENCE;
  try {
    const response = await ask(patienceIsOver.signal);
    date = response.headers.get("Date");
    answer = await answerOf(response);
  } catch {
    // No network, no patience left, or an answer that broke off: silence.
  }
  clearTimeout(alarm);
  return { answer, date };
}

/**
 * @param {Response} response
 * @returns {Promise<Answer>}
 */
async function answerOf(response) {
  const { status } = response;
  if (PASSING.has(status)) return SILENCE;
  const etag = response.headers.get("ETag");
  if (status === 304) return { status, body: null, etag };
  const ours = /\bjson\b/.test(response.headers.get("Content-Type") || "");
  // What a hotel's network or a proxy puts in between is no answer of the service; that a request
  // was too large for a proxy is worth knowing all the same.
  if (!ours) return status === 413 ? { status, body: null, etag } : SILENCE;
  return { status, body: await response.json(), etag };
}

/**
 * Return a new key for a sale, a version 4 UUID. `crypto.randomUUID` needs HTTPS and a newer
 * browser than many a stall has.
 * @param {(bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>} fill such as crypto.getRandomValues
 */
export function makeKey(fill) {
  const bytes = fill(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
