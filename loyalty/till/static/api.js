/** The till's calls of the service. No answer is an outcome of its own, never an error. */

/**
 * @typedef {object} Answer
 * @property {number} status HTTP status; 0 where no usable answer came in time
 * @property {any} body
 */

/** @type {Answer} */
const SILENCE = { status: 0, body: null };

/** Answers after which the same request may succeed: busy, overloaded, broken. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Return the calls a till makes.
 * @param {object} world
 * @param {typeof fetch} world.fetch
 * @param {() => string | null} world.token
 * @param {number} world.patience how long an answer may take, in milliseconds
 */
export function createApi({ fetch, token, patience }) {
  /**
   * @param {string} method
   * @param {string} path below /api/v1
   * @param {object} [body]
   * @param {Record<string, string>} [extra] headers
   * @returns {Promise<Answer>}
   */
  async function call(method, path, body, extra = {}) {
    const headers = { Accept: "application/json", ...extra };
    const known = token();
    if (known !== null) headers.Authorization = `Bearer ${known}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const patienceIsOver = new AbortController();
    const alarm = setTimeout(() => patienceIsOver.abort(), patience);
    try {
      const response = await fetch(`/api/v1${path}`, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: patienceIsOver.signal,
        cache: "no-store",
        credentials: "omit",
      });
      if (PASSING.has(response.status)) return SILENCE;
      return { status: response.status, body: await response.json() };
    } catch {
      return SILENCE;
    } finally {
      clearTimeout(alarm);
    }
  }

  return {
    /** @param {string} code */
    pair: (code) => call("POST", "/till/pairing", { pairing_code: code }),

    /**
     * @param {string} code
     * @param {number | null} totalFen
     */
    check: (code, totalFen) => call("POST", "/validations", shown(code, totalFen)),

    /**
     * Record a sale; without an answer it is sent once more with the same key, and counts once.
     * @param {string} code
     * @param {number | null} totalFen
     * @param {string} key
     */
    async record(code, totalFen, key) {
      const send = () =>
        call("POST", "/redemptions", shown(code, totalFen), { "Idempotency-Key": key });
      const first = await send();
      return first.status === 0 ? send() : first;
    },

    /**
     * @param {string} id
     * @param {string} reason
     */
    takeBack: (id, reason) => call("POST", `/redemptions/${id}/void`, { reason }),

    today: () => call("GET", "/till/today"),

    /**
     * @param {string} community short name
     * @param {string} plaque
     */
    shop: (community, plaque) =>
      call("GET", `/public/${encodeURIComponent(community)}/shops/${encodeURIComponent(plaque)}`),
  };
}

/**
 * @param {string} code
 * @param {number | null} totalFen
 */
function shown(code, totalFen) {
  return totalFen === null ? { code } : { code, total_fen: totalFen };
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
