/**
 * Practice: the same teller, but nothing is sent, queued or counted. One card of no community is
 * taken as valid; a real card is judged by what the device holds.
 */

import { inGroups, isTrainingCode } from "../scan/codes.js";
import { quote as quoteOf } from "../judge/discount.js";

/** A right number that is issued to nobody: serial 0. */
export const TRAINING_NUMBER = "00000000000098";

const TRAINING_RATE = 850;
const USUAL_HONOUR = "civilized_resident";

/**
 * @param {object} world
 * @param {any} world.teller the real one, of which only what stays on the device is used
 * @param {() => any} world.pack the offline pack; null while the device has none
 * @param {() => Date} world.now
 */
export function createTraining({ teller, pack, now }) {
  /** @type {any[]} newest first; gone with the page */
  const sales = [];

  function quote(shown, totalFen, excludedFen) {
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
      waitingItems: async () => [],
      // What is put away in practice would be gone in earnest.
      attentionItems: async () => [],
      async check(code, onAnswer) {
        onAnswer(isTrainingCode(code) ? valid(pack(), now()) : await teller.judge(code));
      },
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
    book: bookOf(sales, quote, now),
  };
}

/** Return the calls of the day's list, answered from memory. */
function bookOf(sales, quote, now) {
  const find = (id) => sales.find((sale) => sale.id === id);
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

/** Return the answer to the training card: valid for the month. */
function valid(pack, now) {
  const card = {
    honour: pack === null ? USUAL_HONOUR : Object.values(pack.honours)[0],
    pay_permille: TRAINING_RATE,
    valid_from: dayFrom(now, 0, 1),
    valid_until: dayFrom(now, 1, 0),
    last4: TRAINING_NUMBER.slice(-4),
  };
  return { verdict: "ok", card, unchecked: [], from: "device", mayRecord: true };
}

function amountsOf(quote) {
  const { total_fen = 0, payable_fen = 0, saved_fen = 0 } = quote || {};
  return { total_fen, payable_fen, saved_fen };
}

function dayOfSales(sales, now) {
  const counted = sales.filter((sale) => !sale.voided);
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

/** Return a day of a month as many months after this one; day 0 is the last of the month before. */
function dayFrom(today, months, day) {
  const found = new Date(today.getFullYear(), today.getMonth() + months, day);
  const two = (number) => String(number).padStart(2, "0");
  return `${found.getFullYear()}-${two(found.getMonth() + 1)}-${two(found.getDate())}`;
}

/**
 * Return the training card's number as a receipt printer writes it.
 * @param {Words} words
 * @returns {import("../day/slip.js").Slip}
 */
export function trainingSlip(words) {
  const number = inGroups(TRAINING_NUMBER);
  return { shop: words.training_slip, title: number, lines: [], end: words.training_only };
}
