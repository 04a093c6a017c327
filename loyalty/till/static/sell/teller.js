/**
 * What the sell screen talks to: a card is judged by the device at once and by the service if it
 * answers, and a sale is written down before it is sent.
 */

import { isOfCard, kindOf } from "../scan/codes.js";
import { quote as quoteOf } from "../judge/discount.js";

/**
 * @typedef {object} Answer
 * @property {string} verdict
 * @property {import("../judge/appraising.js").CardFacts | null} card
 * @property {import("../judge/judging.js").Unchecked[]} unchecked
 * @property {import("../judge/limits.js").Passed | null} limit which one, with "over_limit"
 * @property {"device" | "service"} from
 * @property {string} [kind] of a code that is no card
 * @property {boolean} mayRecord a rate is known, and nothing definite speaks against the card
 *
 * @typedef {object} Selling
 * @property {string} code
 * @property {import("../judge/appraising.js").CardFacts | null} card
 * @property {"device" | "service"} from whoever judged the card
 * @property {number | null} totalFen null if the card is only noted as used
 * @property {number} excludedFen
 * @property {string} key of the sale, the same however often it is tried
 */

/**
 * @typedef {object} Outcome what became of a sale
 * @property {"recorded" | "kept" | "refused"} outcome
 * @property {string} [id] the service's
 * @property {string | null} [receipt]
 * @property {string | null} [verdict]
 * @property {import("../judge/limits.js").Passed | null} [limit] which one, with "over_limit"
 * @property {Quote | null} [quote]
 */

/**
 * @typedef {object} Parts
 * @property {import("../keep/api.js").Api} api
 * @property {import("../keep/store.js").Store} store
 * @property {import("../keep/device.js").Device} device
 * @property {import("../keep/pack.js").OfflinePack} pack
 * @property {import("../judge/appraising.js").Appraiser} appraiser
 * @property {import("../keep/queue.js").Queue} queue
 * @property {import("../keep/uploading.js").Uploader} uploader
 * @property {import("../shell/clock.js").Clock} clock
 * @property {import("../keep/standing.js").Standing} standing
 * @property {ReturnType<typeof import("../keep/pairing.js").createPairing>} pairing
 * @property {() => Promise<void>} synchronise sends what waits and asks what is new
 *
 * @typedef {ReturnType<typeof createTeller>} Teller
 *
 * @typedef {import("../judge/discount.js").Quote} Quote
 * @typedef {import("../keep/queue.js").Queued} Queued
 */

/** Where the memory that survives everything has the pairing. */
export const PAIRING = "pairing";

/** @param {Parts} world */
export function createTeller(world) {
  return {
    state: world.standing.state,
    onChange: world.standing.onChange,
    ...createChecks(world),
    ...createSales(world),
    ...createQueueCalls(world),
    ...createPairingCalls(world),
  };
}

/** @param {Parts} parts */
function createChecks({ api, appraiser, standing }) {
  /**
   * Return what the device alone says of a card.
   * @param {string} code
   * @returns {Promise<Answer>}
   */
  async function judge(code) {
    const kind = kindOf(code);
    // Money of the person at the counter must not leave the device.
    if (!isOfCard(kind)) {
      return { ...makeRefusal(kind === "payment_code" ? kind : "bad_code", "device"), kind };
    }
    const { revoked, needsNetwork } = standing.state();
    if (revoked) return makeRefusal("till_revoked", "device");
    return { ...(await appraiser.appraise(code, !needsNetwork)), from: "device" };
  }

  /**
   * Return what the service says of a card; null where it has not said anything.
   * @param {string} code
   * @returns {Promise<Answer | null>}
   */
  async function ask(code) {
    const { status, body } = await api.check(code);
    if (status === 401) return makeRefusal("till_revoked", "service");
    const { verdict, limit = null } = Object(body);
    if (status !== 200 || !verdict) return null;
    const { serial: _serial, ...facts } = Object(body.card);
    const card = body.card ? facts : null;
    const kind = verdict === "bad_code" ? kindOf(code) : undefined;
    const mayRecord = verdict === "ok";
    return { verdict, card, limit, kind, unchecked: [], from: "service", mayRecord };
  }

  return {
    judge,

    /**
     * Tell what the device says of a card at once, then what the service says if it answers.
     * @param {string} code
     * @param {(answer: Answer) => void} onAnswer
     */
    async check(code, onAnswer) {
      const asked = isOfCard(kindOf(code)) ? ask(code) : null;
      onAnswer(await judge(code));
      const answer = await asked;
      if (answer !== null) onAnswer(answer);
    },
  };
}

/**
 * @param {string} verdict
 * @param {Answer["from"]} from
 * @returns {Answer}
 */
function makeRefusal(verdict, from) {
  return { verdict, card: null, limit: null, unchecked: [], from, mayRecord: false };
}

/** @param {Parts} parts */
function createSales({ api, store, pack, appraiser, queue, clock, standing }) {
  /**
   * @param {import("../judge/appraising.js").CardFacts | null} card
   * @param {number} totalFen
   * @param {number} excludedFen
   */
  function quote(card, totalFen, excludedFen) {
    const known = pack.current();
    if (known === null || card === null) return null;
    const { rounding, limits } = known.policy;
    const limit = limits.discountable_per_sale_fen;
    return quoteOf(totalFen, excludedFen, { pay: card.pay_permille, rounding, limit });
  }

  return {
    quote,

    /**
     * @param {Selling} selling
     * @returns {Promise<Outcome>}
     */
    async record({ code, card, from, totalFen, excludedFen, key }) {
      const priced = totalFen === null ? null : quote(card, totalFen, excludedFen);
      if (priced !== null && priced.discountable_fen === 0) {
        return { outcome: "refused", verdict: "nothing_discountable" };
      }
      const savedFen = priced === null ? 0 : priced.saved_fen;
      // Where the service has judged the card it also judges the sale, and knows all other tills.
      const limit =
        from === "device" && card !== null
          ? await appraiser.findPassedLimitOf(code, savedFen, card.valid_until)
          : null;
      if (limit !== null) return { outcome: "refused", verdict: "over_limit", limit };
      const happenedAt = new Date(clock.now()).toISOString();
      const amounts = amountsOf(totalFen, excludedFen, priced);
      const sale = { idempotency_key: key, happened_at: happenedAt, code, ...amounts };
      const item = await queue.add(sale, savedFen);
      const outcome = await outcomeOf(queue, item, await api.record(item.sale), priced);
      // The rules may have changed. Where they cannot be had now, they come with the next pack.
      if (outcome.verdict === "amount_mismatch") pack.refresh().catch(() => {});
      // A memory that is full now must not make a sale seem lost that is kept or recorded.
      await remember(item, outcome, { store, appraiser, standing }).catch(() => {});
      return outcome;
    },
  };
}

/**
 * Only an answer of the service about this very sale ends its waiting.
 * @param {import("../keep/queue.js").Queue} queue
 * @param {Queued} item
 * @param {import("../keep/api.js").Answer} answer
 * @param {Quote | null} priced
 * @returns {Promise<Outcome>}
 */
async function outcomeOf(queue, item, { status, body }, priced) {
  const { id, receipt, verdict, limit, with_amount: withAmount } = Object(body);
  if ((status === 200 || status === 201) && receipt) {
    await queue.settle(item.key);
    return { outcome: "recorded", id, receipt, verdict, quote: withAmount ? body : null };
  }
  if (status === 401 || (status === 409 && verdict)) {
    await queue.withdraw(item.key);
    return { outcome: "refused", verdict: status === 401 ? "till_revoked" : verdict, limit };
  }
  await queue.keep(item.key);
  return { outcome: "kept", quote: priced };
}

/**
 * @param {Queued} item
 * @param {Outcome} outcome
 * @param {Pick<Parts, "store" | "appraiser" | "standing">} parts
 */
async function remember(item, { outcome, id }, { store, appraiser, standing }) {
  const { key, sale, saved_fen: saved } = item;
  const card = outcome === "refused" ? "" : await appraiser.useNameOf(sale.code);
  if (card !== "") {
    const day = standing.dayOf(Date.parse(sale.happened_at));
    await store.noteUse({ key, id, card, day, saved_fen: saved });
  }
  await standing.recount();
}

/**
 * @param {number | null} totalFen
 * @param {number} excludedFen
 * @param {Quote | null} priced
 */
function amountsOf(totalFen, excludedFen, priced) {
  if (totalFen === null) return {};
  return {
    total_fen: totalFen,
    ...(excludedFen > 0 ? { excluded_fen: excludedFen } : {}),
    ...(priced === null ? {} : { payable_fen: priced.payable_fen }),
  };
}

/** @param {Parts} parts */
function createQueueCalls({ store, queue, uploader, clock, standing }) {
  return {
    waitingItems: () => queue.unsettled(),
    attentionItems: () => queue.attention(),

    /**
     * Take a sale back that waits for the network, and give the card its use back on this device.
     * @param {string} key of the sale
     * @param {import("../keep/queue.js").TakenBack} deed
     */
    async takeBackWaiting(key, deed) {
      const done = await queue.takeBack(key, deed);
      if (done) await store.dropUse(key);
      await standing.recount();
      return done;
    },

    /** @param {string} key of a sale that somebody has looked at */
    async dismiss(key) {
      await queue.dismiss(key);
      await standing.recount();
    },

    /** The last resort: everything that has no receipt, as a file. */
    async exportQueue() {
      const items = await store.items();
      const exported = { exported_at: new Date(clock.now()).toISOString(), items };
      return new Blob([JSON.stringify(exported, null, 2)], { type: "application/json" });
    },

    async uploadNow() {
      await queue.tryAgain();
      await uploader.upload();
      await standing.recount();
    },
  };
}

/** @param {Parts} parts */
function createPairingCalls({
  api,
  store,
  device,
  pack,
  uploader,
  standing,
  pairing,
  synchronise,
}) {
  /** A sale without receipt would be out of sight; a revoked till keeps it for the next pairing. */
  const mayUnpair = async () => uploader.revoked() || (await store.items()).length === 0;

  return {
    mayUnpair,

    /**
     * @param {string} code of the pairing
     * @returns {Promise<import("../keep/api.js").Answer>}
     */
    async pair(code) {
      const key = await device.newKey();
      const answer = await api.pair(code, key === null ? null : key.publicKey);
      if (answer.status !== 201) return answer;
      await Promise.all([device.adopt(key), pack.forget()]);
      // First: the page's other memory follows this one when the till is opened.
      await store.write(PAIRING, answer.body);
      pairing.keep(answer.body);
      uploader.renew();
      await synchronise();
      return answer;
    },

    /** Forget the pairing, its key and its pack; return whether nothing forbade it. */
    async unpair() {
      // The community that has revoked a till is the one to hear of its sales.
      if (uploader.revoked()) await uploader.upload();
      if (!(await mayUnpair())) return false;
      await Promise.all([store.write(PAIRING, null), device.adopt(null), pack.forget()]);
      // Last: the other tabs begin anew with it.
      pairing.forget();
      await standing.recount();
      return true;
    },
  };
}
