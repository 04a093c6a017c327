/**
 * The course of one sale on the screen, as a pure function: a state and an event give the next
 * state, and what is to be asked of the teller. What a card is worth is the teller's to say.
 */

import { meaningOf } from "../judge/verdicts.js";
import { kindOf, NUMBER_DIGITS } from "../scan/codes.js";
import { fenOf, addKey } from "./money.js";

/**
 * @typedef {"ready" | "checking" | "accepted" | "refused" | "unchecked" | "recording"
 *   | "unrecorded" | "recorded" | "kept"} Phase
 *
 * @typedef {import("./teller.js").Answer} CardAnswer what the teller says of a card
 * @typedef {import("./teller.js").Outcome} Outcome
 * @typedef {import("../judge/discount.js").Quote} Quote
 *
 * @typedef {object} Sale
 * @property {Phase} phase
 * @property {number} turn counts the questions, so that a late answer to an old one is dropped
 * @property {string} code of the card; kept here alone, and forgotten with the sale
 * @property {string} typed digits of the card's number before there is a card, then the amount
 * @property {string} excluded the part without discount, as typed
 * @property {"typed" | "excluded"} field which of the two the keys go to
 * @property {CardAnswer | null} answer
 * @property {CardAnswer | null} held the device's amber answer while the service may know better
 * @property {string | null} verdict
 * @property {import("../judge/limits.js").Passed | null} limit which one, with "over_limit"
 * @property {Quote | null} quote of the sale that was made; null if the card was only noted as used
 * @property {string | null} receipt
 * @property {string | null} kind of a code that is no card, where that has a name
 * @property {number} cardAt when the card was read, in milliseconds
 * @property {Handover | null} sent the sale as it was handed over, to hand it over again
 *
 * @typedef {import("./teller.js").Selling & {do: "record"}} Handover
 *
 * @typedef {{do: "check", code: string, turn: number} | (Handover & {turn: number})} Question
 *
 * @typedef {{sale: Sale, ask: Question | null}} Step
 *
 * @typedef {{totalFen: number, excludedFen: number}} Amounts
 */

/**
 * @typedef {object} Events what each event brings along, by its type
 * @property {{code: string, at?: number}} code
 * @property {{verdict: string, kind?: string | null, at: number}} dropped
 * @property {{key: string}} key a digit, "00" or "."
 * @property {{}} erase
 * @property {{}} exclude
 * @property {{}} clear
 * @property {{idempotencyKey: string}} confirm for the sale that it may become
 * @property {{idempotencyKey: string}} note
 * @property {{turn: number, answer: CardAnswer, online: boolean}} answer
 * @property {{turn: number}} settled
 * @property {{turn: number} & Outcome} outcome
 * @property {{turn: number}} failed
 *
 * @typedef {{[Type in keyof Events]: {type: Type} & Events[Type]}[keyof Events]} SaleEvent
 *
 * @typedef {import("../judge/verdicts.js").VerdictWords} VerdictWords
 */

/**
 * @template Event
 * @typedef {(sale: Sale, event: Event, words: VerdictWords) => Step | null} Transition
 */

/** @type {Sale} */
export const READY = Object.freeze({
  phase: "ready",
  turn: 0,
  code: "",
  typed: "",
  excluded: "",
  field: "typed",
  answer: null,
  held: null,
  verdict: null,
  limit: null,
  quote: null,
  receipt: null,
  kind: null,
  cardAt: -Infinity,
  sent: null,
});

/** Phases in which keys make an amount. An amount may be typed while the card is being checked. */
const PRICING = new Set(["checking", "accepted"]);

/** A code of another kind this soon after a card is ignored, in milliseconds. */
export const RIGHT_AFTER = 5000;

/** Phases in which a digit would be lost or, worse, belong to another sale. */
const DEAF = new Set(["recording", "unrecorded"]);

/**
 * @param {Sale} sale
 * @param {SaleEvent} event
 * @param {VerdictWords} words
 * @returns {Step}
 */
export function step(sale, event, words) {
  const transition = /** @type {Transition<SaleEvent>} */ (TRANSITIONS[event.type]);
  return transition(sale, event, words) || { sale, ask: null };
}

/**
 * Return the amounts that were typed; null while they make no sale.
 * @param {Sale} sale
 * @returns {Amounts | null}
 */
export function amountsOf(sale) {
  const totalFen = fenOf(sale.typed);
  const excludedFen = fenOf(sale.excluded) || 0;
  if (!PRICING.has(sale.phase) || totalFen === null || excludedFen > totalFen) return null;
  return { totalFen, excludedFen };
}

/** @type {{[Type in keyof Events]: Transition<Events[Type]>}} */
const TRANSITIONS = {
  code: (sale, { code, at }) => (sale.phase === "recording" ? null : check(sale, code, at)),
  dropped: takeDropped,
  key: typeKey,
  erase: (sale) =>
    sale.phase === "ready" || PRICING.has(sale.phase)
      ? stepTo({ ...sale, [sale.field]: sale[sale.field].slice(0, -1) })
      : null,
  exclude: (sale) =>
    sale.phase === "accepted"
      ? stepTo({ ...sale, field: sale.field === "typed" ? "excluded" : "typed" })
      : null,
  clear: (sale) => (sale.phase === "recording" ? null : stepTo(restart(sale, "ready"))),
  confirm,
  note: (sale, { idempotencyKey }) =>
    sale.phase === "accepted" ? record(sale, null, idempotencyKey) : null,
  answer: takeAnswer,
  settled: settle,
  outcome: takeOutcome,
  failed: (sale, { turn }) =>
    turn === sale.turn ? stepTo({ ...sale, phase: "unrecorded" }) : null,
};

/**
 * What is read right after a card was read in passing: its goods, or a poster beside it.
 * @param {Sale} sale
 * @param {Events["dropped"]} event
 */
function takeDropped(sale, { verdict, kind = null, at }) {
  if (sale.phase === "recording" || at - sale.cardAt < RIGHT_AFTER) return null;
  return stepTo(restart(sale, "unchecked", { verdict, kind }));
}

/**
 * @param {Sale} sale
 * @returns {Step}
 */
function stepTo(sale) {
  return { sale, ask: null };
}

/**
 * Return a sale begun anew: nothing of the one before is left but the count of questions.
 * @param {Sale} sale
 * @param {Phase} phase
 * @param {Partial<Sale>} [facts]
 * @returns {Sale}
 */
function restart(sale, phase, facts = {}) {
  return { ...READY, turn: sale.turn + 1, phase, ...facts };
}

/**
 * @param {Sale} sale
 * @param {string} code
 * @param {number} [at] when it was read, in milliseconds
 * @returns {Step}
 */
function check(sale, code, at = -Infinity) {
  const next = restart(sale, "checking", { code, cardAt: at });
  return { sale: next, ask: { do: "check", code, turn: next.turn } };
}

/**
 * @param {Sale} sale that was accepted, so that there is an answer
 * @param {Amounts | null} amounts null to note the card as used
 * @param {string} idempotencyKey
 */
function record(sale, amounts, idempotencyKey) {
  const { totalFen, excludedFen } = amounts || { totalFen: null, excludedFen: 0 };
  const { code, answer } = sale;
  const { card, from } = /** @type {CardAnswer} */ (answer);
  const key = idempotencyKey;
  return handOver(sale, { do: "record", code, card, from, totalFen, excludedFen, key });
}

/**
 * @param {Sale} sale
 * @param {Handover} sent
 * @returns {Step}
 */
function handOver(sale, sent) {
  const turn = sale.turn + 1;
  return { sale: { ...sale, phase: "recording", turn, sent }, ask: { ...sent, turn } };
}

/**
 * @param {Sale} sale
 * @param {Events["key"]} event
 */
function typeKey(sale, { key }) {
  if (DEAF.has(sale.phase)) return null;
  if (PRICING.has(sale.phase)) {
    return stepTo({ ...sale, [sale.field]: addKey(sale[sale.field], key) });
  }
  const before = sale.phase === "ready" ? sale.typed : "";
  const typed = key === "." ? before : (before + key).slice(0, NUMBER_DIGITS);
  return stepTo(sale.phase === "ready" ? { ...sale, typed } : restart(sale, "ready", { typed }));
}

/**
 * @param {Sale} sale
 * @param {Events["confirm"]} event
 */
function confirm(sale, { idempotencyKey }) {
  switch (sale.phase) {
    case "ready":
      return sale.typed === "" ? null : check(sale, sale.typed);
    case "accepted": {
      const amounts = amountsOf(sale);
      return amounts === null ? null : record(sale, amounts, idempotencyKey);
    }
    case "unrecorded":
      // The same key: if the first attempt was kept after all, this one counts no second time.
      return handOver(sale, /** @type {Handover} */ (sale.sent));
    case "unchecked":
      return sale.code === "" ? stepTo(restart(sale, "ready")) : check(sale, sale.code);
    case "refused":
    case "recorded":
    case "kept":
      return stepTo(restart(sale, "ready"));
    default:
      return null;
  }
}

/**
 * The teller has looked at the card. Amber from the device waits a moment for the service where
 * there is one to be expected: a colour that changes under the eyes is trusted by nobody. But what the
 * service knows goes before what the device has said, as long as nobody has gone on from there.
 * @param {Sale} sale
 * @param {Events["answer"]} event
 * @param {VerdictWords} words
 */
function takeAnswer(sale, { turn, answer, online }, words) {
  if (turn !== sale.turn) return null;
  const unknown = meaningOf(answer.verdict, words).ask_again;
  if (unknown && answer.from === "device" && online) return stepTo({ ...sale, held: answer });
  return stepTo(applyAnswer(sale, answer, words));
}

/**
 * No further answer will come.
 * @param {Sale} sale
 * @param {Events["settled"]} event
 * @param {VerdictWords} words
 * @returns {Step | null}
 */
function settle(sale, { turn }, words) {
  if (turn !== sale.turn || sale.phase !== "checking") return null;
  if (sale.held !== null) return stepTo(applyAnswer(sale, sale.held, words));
  return stepTo({ ...sale, phase: "unchecked", verdict: "cannot_verify_offline" });
}

/**
 * @param {Sale} sale
 * @param {CardAnswer} answer
 * @param {VerdictWords} words
 * @returns {Sale}
 */
function applyAnswer(sale, answer, words) {
  const { verdict, limit = null, kind = null } = answer;
  const phase = answer.mayRecord ? "accepted" : phaseWithoutSale(verdict, words);
  return { ...sale, phase, verdict, limit, answer, kind, held: null };
}

/**
 * @param {string | null} verdict
 * @param {VerdictWords} words
 * @returns {Phase}
 */
function phaseWithoutSale(verdict, words) {
  return meaningOf(verdict, words).ask_again ? "unchecked" : "refused";
}

/**
 * The teller has recorded the sale, kept it for later, or refused it.
 * @param {Sale} sale
 * @param {Events["outcome"]} event
 * @param {VerdictWords} words
 */
function takeOutcome(
  sale,
  { turn, outcome, quote = null, receipt = null, verdict = null, limit = null },
  words,
) {
  if (turn !== sale.turn) return null;
  if (outcome === "refused") {
    const kind = verdict === "bad_code" ? kindOf(sale.code) : null;
    return stepTo({ ...sale, phase: phaseWithoutSale(verdict, words), verdict, limit, kind });
  }
  const { totalFen } = /** @type {Handover} */ (sale.sent);
  const priced = totalFen === null ? null : quote;
  return stepTo(restart(sale, outcome, { verdict, quote: priced, receipt }));
}
