/** What time it is: the device's clock, put right by the last answer of the service. */

/** A clock further off than this cannot be trusted with a date. */
export const MAX_OFF_MS = 10 * 60 * 1000;

/** The service tells its time in whole seconds: less than this is no difference. */
const RESOLUTION_MS = 2000;

/** No answer is that long on its way: the device has slept meanwhile. */
const MAX_UNDERWAY_MS = 60 * 1000;

/** Letters of a date as HTTP writes it: one that a proxy has added stands behind it. */
const DATE_LETTERS = 29;

const KEPT_AS = "clock";

/** @typedef {ReturnType<typeof createClock>} Clock */

/**
 * @param {object} world
 * @param {() => number} world.now the device's clock, in milliseconds
 * @param {import("../keep/store.js").Store} world.store
 */
export function createClock({ now, store }) {
  let off = 0;

  return {
    async load() {
      off = (await store.read(KEPT_AS)) || 0;
    },

    /** The right time as far as it is known, in milliseconds. */
    now: () => now() - off,

    /** How far the device's clock is ahead of the service's, in milliseconds. */
    offMs: () => off,

    isWrong: () => Math.abs(off) > MAX_OFF_MS,

    /**
     * Compare the clocks.
     * @param {{date: string | null, sentAt: number, heardAt: number}} contact by the device's clock
     */
    compare({ date, sentAt, heardAt }) {
      const theirs = Date.parse((date || "").slice(0, DATE_LETTERS));
      const underway = heardAt - sentAt;
      // Below zero if the device's clock was set meanwhile.
      if (Number.isNaN(theirs) || underway < 0 || underway > MAX_UNDERWAY_MS) return;
      const difference = Math.round((sentAt + heardAt) / 2) - (theirs + 500);
      const before = off;
      off = Math.abs(difference) < RESOLUTION_MS ? 0 : difference;
      if (Math.abs(off - before) >= RESOLUTION_MS) store.write(KEPT_AS, off);
    },
  };
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const calendars = new Map();

/**
 * Return the date in a zone, as 2026-12-09.
 * @param {number} at milliseconds
 * @param {string} timezone
 */
export function dayAt(at, timezone) {
  if (!calendars.has(timezone)) {
    calendars.set(
      timezone,
      // Swedes write dates as computers do.
      new Intl.DateTimeFormat("sv-SE", {
        timeZone: timezone,
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
      }),
    );
  }
  const calendar = /** @type {Intl.DateTimeFormat} */ (calendars.get(timezone));
  return calendar.format(at);
}
