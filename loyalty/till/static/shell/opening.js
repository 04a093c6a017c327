/** Puts the parts of the till together that need no page: memory, judgement, queue, contact. */

import { createApi } from "../keep/api.js";
import { createAppraiser } from "../judge/appraising.js";
import { createClock } from "./clock.js";
import { createDevice } from "../keep/device.js";
import { createPack } from "../keep/pack.js";
import { followPairing } from "../keep/pairing.js";
import { createQueue } from "../keep/queue.js";
import { createStanding } from "../keep/standing.js";
import { openStore } from "../keep/store.js";
import { createTeller, PAIRING } from "../sell/teller.js";
import { createUploader } from "../keep/uploading.js";
import { createVerifier } from "../judge/verify.js";

/** How long an answer may take where nobody stands at the counter, in milliseconds. */
const PATIENCE = 8000;

/** How often what waits is sent, in milliseconds. */
const UPLOADS = 30 * 1000;

/** Uses of this month count against limits; older ones than this cannot be of it. */
const LONGEST_MONTH = 31 * 24 * 3600 * 1000;

/** Under which name the till remembers that it was revoked. */
const REVOKED = "revoked";

/** Statuses of answers to a till whose token is good. */
const RECEIVED = new Set([200, 201, 304]);

/** Statuses of a deed that is done, now or when it was sent before. */
const DONE = new Set([200, 201]);

/**
 * How old the pack may grow before the service is asked what is new, in milliseconds: less than
 * passes between two uploads, so that a shop that is suspended is known within a minute.
 */
const PACK_GROWS_OLD = 25 * 1000;

/**
 * Return the teller of this device, its right time, and the calls about its day. What waits is sent
 * on start, focus, `online`, and every half minute, as long as the page is open.
 * @param {Window & typeof globalThis} window
 * @param {ReturnType<typeof import("../keep/pairing.js").createPairing>} pairing
 * @param {Words} words
 */
export async function openTill(window, pairing, words) {
  const token = () => (pairing.read() || { token: null }).token;
  followPairing(window);
  const store = await openStore({ outdated: () => window.location.reload() });
  const parts = makeParts(window, token, store, words);
  const { api, clock, pack, uploader, standing } = parts;
  // The page's other memory is written late, and may tell of an earlier pairing.
  const paired = await store.read(PAIRING);
  if (paired) pairing.keep(paired);
  else if (paired === null) pairing.forget();
  await Promise.all([clock.load(), pack.load()]);
  if (await store.read(REVOKED)) uploader.refused();
  // The page may be of a newer version, or what stood before the service may be gone.
  await parts.queue.tryAgain();
  await store.dropUsesBefore(new Date(clock.now() - LONGEST_MONTH).toISOString().slice(0, 10));
  await standing.recount();

  async function synchronise() {
    if (token() === null) return;
    await uploader.upload();
    const age = pack.ageMs();
    const old = age === null || age > PACK_GROWS_OLD;
    // Where the service was not heard, asking tells whether it is there again.
    if (old || !standing.state().online) await pack.refresh();
    await standing.recount();
  }
  for (const occasion of ["focus", "online"]) window.addEventListener(occasion, synchronise);
  window.setInterval(synchronise, UPLOADS);
  synchronise();
  const teller = createTeller({ ...parts, pairing, synchronise });
  return { teller, clock, pack, book: createBook(api, store) };
}

/**
 * Make the parts, and have those told of each contact that learn from it.
 * @param {Window & typeof globalThis} window
 * @param {() => string | null} token
 * @param {import("../keep/store.js").Store} store
 * @param {import("../judge/verdicts.js").VerdictWords} words
 */
function makeParts({ crypto: { subtle }, fetch, navigator }, token, store, words) {
  const clock = createClock({ now: Date.now, store });
  /** @type {((contact: import("../keep/api.js").Contact) => void)[]} */
  const listeners = [clock.compare];
  /** @param {import("../keep/api.js").Contact} contact */
  const onContact = (contact) => {
    for (const listener of listeners) listener(contact);
  };
  const api = createApi({
    fetch: (...asked) => fetch(...asked),
    token,
    patience: PATIENCE,
    onContact,
  });
  const verifier = createVerifier({ subtle, noble: () => import("../vendor/noble/index.js") });
  const device = createDevice({ store, subtle });
  const pack = createPack({ api, store, clock, subtle, verifier });
  const appraiser = createAppraiser({ pack, store, clock, subtle, verifier, words });
  const queue = createQueue({ store, device, now: clock.now });
  const uploader = createUploader({
    api,
    queue,
    locks: navigator.locks,
    answered: (key, { outcome, redemption_id: id }) =>
      outcome === "refused" ? store.dropUse(key) : store.nameUse(key, id),
  });
  const standing = createStanding({ pack, queue, clock, revoked: uploader.revoked });

  /**
   * A revoked till remembers it without network, until the service takes its token again.
   * @param {number} status
   */
  function noteRevocation(status) {
    const refused = status === 401;
    if (!(refused || RECEIVED.has(status)) || refused === uploader.revoked()) return;
    if (refused) uploader.refused();
    else uploader.renew();
    store.write(REVOKED, refused);
  }

  // The standing is told last: it tells of what the others have learnt.
  listeners.push(({ status }) => noteRevocation(status), standing.noteContact);
  return { api, store, clock, device, pack, appraiser, queue, uploader, standing };
}

/**
 * Let the till be installed, and opened without network.
 * @param {Window & typeof globalThis} window
 */
export async function install({ navigator }) {
  // Without HTTPS browsers have neither.
  if (navigator.serviceWorker === undefined) return;
  try {
    const worker = await navigator.serviceWorker.register("/till/worker.js", { scope: "/till" });
    // What is kept here must not be cleared to make room for pictures.
    if (navigator.storage && navigator.storage.persist) await navigator.storage.persist();
    // Browsers look for a newer version when they find the time; the network may be gone by then.
    await worker.update();
  } catch {
    // A browser that refuses sells all the same, as long as there is network.
  }
}

/**
 * Return the calls about the day; what is taken back counts against no limit.
 * @param {import("../keep/api.js").Api} api
 * @param {import("../keep/store.js").Store} store
 * @returns {import("../day/today.js").Book}
 */
function createBook(api, store) {
  return {
    today: api.today,
    takeBack: (id, reason, key) => dropUseOnceDone(id, api.takeBack(id, reason, key)),
    giveBack: (id, ...goods) => dropUseOnceDone(id, api.giveBack(id, ...goods)),
  };

  /**
   * @param {string} id
   * @param {Promise<import("../keep/api.js").Answer>} asked
   */
  async function dropUseOnceDone(id, asked) {
    const answer = await asked;
    if (DONE.has(answer.status) && answer.body.uses < 0) await store.dropUse(id);
    return answer;
  }
}
