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
export const AT_THE_COUNTER = 1500;

/** Many sales, or many cards, may take this long on a weak network, in milliseconds. */
const IN_THE_BACKGROUND = 30000;

/**
 * Return the calls a till makes.
 * @param {object} world
 * @param {typeof fetch} world.fetch
 * @param {() => string | null} world.token
 * @param {number} world.patience how long an answer may take where nobody stands at the counter
 * @param {() => number} [world.now] the device's clock, in milliseconds
 * @param {(contact: {status: number, date: string | null, sentAt: number, heardAt: number}) => void}
 *   [world.heard] told of each answer, and of silence
 */
export function createApi({ fetch, token, patience, now = Date.now, heard = () => {} }) {
  const atTheCounter = Math.min(patience, AT_THE_COUNTER);

  /**
   * @param {string} method
   * @param {string} path below /api/v1
   * @param {object} [how]
   * @param {object} [how.body]
   * @param {Record<string, string>} [how.headers]
   * @param {number} [how.wait]
   * @returns {Promise<Answer>}
   */
  async function call(method, path, { body, headers = {}, wait = patience } = {}) {
    const patienceIsOver = new AbortController();
    const alarm = setTimeout(() => patienceIsOver.abort(), wait);
    const sentAt = now();
    const request = {
      method,
      headers: { ...headersOf(body), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: patienceIsOver.signal,
      cache: "no-store",
      credentials: "omit",
    };
    let date = null;
    let answer = SILENCE;
    try {
      const response = await fetch(`/api/v1${path}`, request);
      date = response.headers.get("Date");
      answer = await answerOf(response);
    } catch {
      // No network, no patience left, or an answer that broke off: silence.
    }
    clearTimeout(alarm);
    heard({ status: answer.status, date, sentAt, heardAt: now() });
    return answer;
  }

  function headersOf(body) {
    const headers = { Accept: "application/json" };
    const known = token();
    if (known !== null) headers.Authorization = `Bearer ${known}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    return headers;
  }

  return {
    /**
     * @param {string} code
     * @param {string | null} deviceKey public half
     */
    pair: (code, deviceKey = null) =>
      call("POST", "/till/pairing", { body: { pairing_code: code, device_public_key: deviceKey } }),

    /**
     * @param {string} code
     * @param {number | null} totalFen
     */
    check: (code, totalFen) =>
      call("POST", "/validations", {
        body: totalFen === null ? { code } : { code, total_fen: totalFen },
        wait: atTheCounter,
      }),

    /** @param {any} sale as it is kept in the queue */
    record: ({ idempotency_key: key, device: _proof, ...sale }) =>
      call("POST", "/redemptions", {
        body: sale,
        headers: { "Idempotency-Key": key },
        wait: atTheCounter,
      }),

    /** @param {readonly any[]} sales up to five hundred */
    sync: (sales) =>
      call("POST", "/redemptions/sync", { body: { items: sales }, wait: IN_THE_BACKGROUND }),

    /** @param {string | null} etag of the pack that is kept */
    pack: (etag) =>
      call("GET", "/till/offline-pack", {
        headers: etag === null ? {} : { "If-None-Match": etag },
        wait: IN_THE_BACKGROUND,
      }),

    /**
     * @param {string} id
     * @param {string} reason
     */
    takeBack: (id, reason) => call("POST", `/redemptions/${id}/void`, { body: { reason } }),

    /**
     * @param {string} id
     * @param {string} reason
     * @param {number} amountFen marked price of what comes back
     */
    giveBack: (id, reason, amountFen) =>
      call("POST", `/redemptions/${id}/returns`, { body: { reason, amount_fen: amountFen } }),

    today: () => call("GET", "/till/today"),
  };
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
 * @param {(bytes: Uint8Array) => Uint8Array} fill such as crypto.getRandomValues
 */
export function newKey(fill) {
  const bytes = fill(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
