/**
 * Practice: the same teller, but nothing is sent, queued or counted. One card of no community is
 * taken as valid; a real card is judged by what the device holds.
 */

import { groupDigits, isTrainingCode } from "../scan/codes.js";
import { quote as quoteOf } from "../judge/discount.js";

/** A right number that is issued to nobody: serial 0. */
export const TRAINING_NUMBER = "00000000000098";

const TRAINING_RATE = 850;

/**
 * @typedef {import("../judge/appraising.js").CardFacts} CardFacts
 * @typedef {import("../judge/discount.js").Quote} Quote
 * @typedef {import("../keep/pack.js").Pack} Pack
 * @typedef {import("./teller.js").Teller} Teller
 * @typedef {import("../day/entries.js").Entry & {card: CardFacts | null}} PracticeSale
 */

/**
 * @param {object} world
 * @param {Teller} world.teller the real one, of which only what stays on the device is used
 * @param {() => Pack | null} world.pack null while the device has none
 * @param {() => Date} world.now
 */
export function createTraining({ teller, pack, now }) {
  /** @type {PracticeSale[]} newest first; gone with the page */
  const sales = [];

  /** @type {Teller["quote"]} */
  function quote(shown, totalFen, excludedFen) {
    if (shown === null) return null;
    /** @type {import("../judge/discount.js").Terms} */
    const terms = { pay: shown.pay_permille, rounding: "fen", limit: null };
    return teller.quote(shown, totalFen, excludedFen) || quoteOf(totalFen, excludedFen, terms);
  }

  return {
    teller: {
      ...teller,
      quote,
      // The device's amber is not held back for a service that is not asked.
      state: () => ({ ...teller.state(), online: false, waiting: 0 }),
      /** @type {Teller["waitingItems"]} */
      waitingItems: async () => [],
      // What is put away in practice would be gone in earnest.
      /** @type {Teller["attentionItems"]} */
      attentionItems: async () => [],
      /** @type {Teller["check"]} */
      async check(code, onAnswer) {
        onAnswer(
          isTrainingCode(code) ? makeTrainingAnswer(pack(), now()) : await teller.judge(code),
        );
      },
      /** @type {Teller["record"]} */
      async record({ card, totalFen, excludedFen, key }) {
        const priced = totalFen === null ? null : quote(card, totalFen, excludedFen);
        const receipt = String(sales.length + 1).padStart(8, "0");
        const happened_at = now().toISOString();
        const times = { happened_at, recorded_at: happened_at };
        const facts = { id: key, card, receipt, with_amount: priced !== null, voided: false };
        const amounts = { ...amountsOf(priced), excluded_fen: excludedFen };
        sales.unshift({ ...facts, ...times, ...amounts });
        return { outcome: "recorded", verdict: "ok", receipt, quote: priced };
      },
    },
    book: createTrainingBook(sales, quote, now),
  };
}

/**
 * Return the calls of the day's list, answered from memory.
 * @param {readonly PracticeSale[]} sales
 * @param {Teller["quote"]} quote
 * @param {() => Date} now
 * @returns {import("../day/today.js").Book}
 */
function createTrainingBook(sales, quote, now) {
  /** @param {string} id */
  const find = (id) => /** @type {PracticeSale} */ (sales.find((sale) => sale.id === id));
  return {
    today: async () => ({ status: 200, body: dayOfSales(sales, now()) }),
    async takeBack(id) {
      find(id).voided = true;
      return { status: 201, body: {} };
    },
    async giveBack(id, _reason, amountFen, excludedFen = null) {
      const sale = find(id);
      if (amountFen > sale.total_fen) return { status: 409, body: {} };
      const before = sale.payable_fen;
      const left = sale.total_fen - amountFen;
      // Unless it is said, goods with discount come back first.
      const excluded =
        excludedFen === null ? Math.min(sale.excluded_fen, left) : sale.excluded_fen - excludedFen;
      Object.assign(sale, amountsOf(quote(sale.card, left, excluded)), { excluded_fen: excluded });
      return { status: 201, body: { payable_fen: sale.payable_fen - before } };
    },
  };
}

/**
 * Return the answer to the training card: valid for the month.
 * @param {Pack | null} pack
 * @param {Date} now
 * @returns {import("./teller.js").Answer}
 */
function makeTrainingAnswer(pack, now) {
  const card = {
    honour: pack === null ? null : Object.values(pack.honours)[0],
    pay_permille: TRAINING_RATE,
    valid_from: dayFrom(now, 0, 1),
    valid_until: dayFrom(now, 1, 0),
    last4: TRAINING_NUMBER.slice(-4),
  };
  return { verdict: "ok", card, limit: null, unchecked: [], from: "device", mayRecord: true };
}

/** @param {Quote | null} quote null of a card that was only noted as used */
function amountsOf(quote) {
  if (quote === null) return { total_fen: 0, payable_fen: 0, saved_fen: 0 };
  const { total_fen, payable_fen, saved_fen } = quote;
  return { total_fen, payable_fen, saved_fen };
}

/**
 * @param {readonly PracticeSale[]} sales
 * @param {Date} now
 */
function dayOfSales(sales, now) {
  const counted = sales.filter((sale) => !sale.voided);
  /** @param {"total_fen" | "payable_fen" | "saved_fen"} member */
  const sum = (member) => counted.reduce((all, sale) => all + sale[member], 0);
  return {
    day: dayFrom(now, 0, now.getDate()),
    uses: counted.length,
    total_fen: sum("total_fen"),
    payable_fen: sum("payable_fen"),
    saved_fen: sum("saved_fen"),
    items: sales,
  };
}

/**
 * Return a day of a month as many months after this one; day 0 is the last of the month before.
 * @param {Date} today
 * @param {number} months
 * @param {number} day
 */
function dayFrom(today, months, day) {
  const found = new Date(today.getFullYear(), today.getMonth() + months, day);
  /** @param {number} number */
  const two = (number) => String(number).padStart(2, "0");
  return `${found.getFullYear()}-${two(found.getMonth() + 1)}-${two(found.getDate())}`;
}

/**
 * Return the training card's number as a receipt printer writes it.
 * @param {Words} words
 * @returns {import("../day/slip.js").Slip}
 */
export function makeTrainingSlip(words) {
  const number = groupDigits(TRAINING_NUMBER);
  return { shop: words.training_slip, title: number, lines: [], end: words.training_only };
}
