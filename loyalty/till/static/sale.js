/**
 * The course of one sale on the screen, as a pure function: a state and an event give the next
 * state, and what is to be asked of the service. Green comes from the service's answer alone.
 */

import { NUMBER_DIGITS } from "./codes.js";
import { fenOf, typedWith } from "./money.js";

/**
 * @typedef {"ready" | "checking" | "accepted" | "refused" | "unchecked" | "recording"
 *   | "unrecorded" | "recorded"} Phase
 *
 * @typedef {object} Sale
 * @property {Phase} phase
 * @property {number} turn counts the questions, so that a late answer to an old one is dropped
 * @property {string} code of the card; kept here alone, and forgotten with the sale
 * @property {string} typed digits of the card's number before there is a card, then the amount
 * @property {number | null} amount fen that were sent; null if the card is only noted as used
 * @property {string | null} verdict
 * @property {any} card
 * @property {any} quote
 * @property {string | null} receipt
 * @property {string | null} key of this sale, the same however often it is sent
 *
 * @typedef {{do: "check" | "quote", code: string, amount: number | null, turn: number}
 *   | {do: "record", code: string, amount: number | null, key: string, turn: number}} Question
 */

/** @type {Sale} */
export const READY = Object.freeze({
  phase: "ready",
  turn: 0,
  code: "",
  typed: "",
  amount: null,
  verdict: null,
  card: null,
  quote: null,
  receipt: null,
  key: null,
});

const TYPING = new Set(["ready", "accepted"]);

/** Phases in which a digit would be lost or, worse, belong to another sale. */
const DEAF = new Set(["checking", "recording", "unrecorded"]);

/**
 * @param {Sale} sale
 * @param {any} event named by `type`
 * @returns {{sale: Sale, ask: Question | null}}
 */
export function step(sale, event) {
  const deed = DEEDS[event.type];
  return deed(sale, event) || { sale, ask: null };
}

const DEEDS = {
  code: (sale, { code }) => (sale.phase === "recording" ? null : check(sale, code)),
  dropped: (sale, { verdict }) =>
    sale.phase === "recording" ? null : { sale: over(sale, "unchecked", { verdict }), ask: null },
  key: typeKey,
  erase: (sale) =>
    TYPING.has(sale.phase) ? still({ ...sale, typed: sale.typed.slice(0, -1), quote: null }) : null,
  clear: (sale) => (sale.phase === "recording" ? null : still(over(sale, "ready"))),
  confirm,
  note: (sale, { key }) => (sale.phase === "accepted" ? record(sale, null, key) : null),
  pause: previewed,
  answered,
};

function still(sale) {
  return { sale, ask: null };
}

/** Return a sale begun anew: nothing of the one before is left but the count of questions. */
function over(sale, phase, facts = {}) {
  return { ...READY, turn: sale.turn + 1, phase, ...facts };
}

function check(sale, code) {
  const next = over(sale, "checking", { code });
  return { sale: next, ask: { do: "check", code, amount: null, turn: next.turn } };
}

function record(sale, amount, key) {
  const next = { ...sale, phase: "recording", amount, key, turn: sale.turn + 1 };
  return { sale: next, ask: { do: "record", code: sale.code, amount, key, turn: next.turn } };
}

function typeKey(sale, { key }) {
  if (DEAF.has(sale.phase)) return null;
  if (sale.phase === "accepted") {
    const typed = typedWith(sale.typed, key);
    return still({ ...sale, typed, quote: typed === sale.typed ? sale.quote : null });
  }
  const before = sale.phase === "ready" ? sale.typed : "";
  const typed = key === "." ? before : (before + key).slice(0, NUMBER_DIGITS);
  return still(sale.phase === "ready" ? { ...sale, typed } : over(sale, "ready", { typed }));
}

function confirm(sale, { key }) {
  switch (sale.phase) {
    case "ready":
      return sale.typed === "" ? null : check(sale, sale.typed);
    case "accepted": {
      const amount = fenOf(sale.typed);
      return amount === null ? null : record(sale, amount, key);
    }
    case "unrecorded":
      // The same key: if the first attempt did arrive, this one is answered and not counted.
      return record(sale, sale.amount, sale.key);
    case "unchecked":
      return sale.code === "" ? still(over(sale, "ready")) : check(sale, sale.code);
    case "refused":
    case "recorded":
      return still(over(sale, "ready"));
    default:
      return null;
  }
}

/** The typing has paused: ask what this amount comes to. */
function previewed(sale) {
  const amount = fenOf(sale.typed);
  if (sale.phase !== "accepted" || amount === null || sale.quote !== null) return null;
  const turn = sale.turn + 1;
  return { sale: { ...sale, turn }, ask: { do: "quote", code: sale.code, amount, turn } };
}

function answered(sale, { question, status, body }) {
  if (question.turn !== sale.turn) return null;
  if (status === 401) return still(over(sale, "refused", { verdict: "till_revoked" }));
  const told = {
    check: () => checked(sale, status, body),
    quote: () => quoted(sale, question, status, body),
    record: () => recorded(sale, status, body),
  };
  return still(told[question.do]());
}

function checked(sale, status, body) {
  if (status === 0) return { ...sale, phase: "unchecked", verdict: "cannot_verify_offline" };
  if (status !== 200) return { ...sale, phase: "unchecked", verdict: "bad_code" };
  const { verdict, card = null } = body;
  return { ...sale, phase: verdict === "ok" ? "accepted" : "refused", verdict, card };
}

function quoted(sale, question, status, body) {
  if (status !== 200 || question.amount !== fenOf(sale.typed)) return sale;
  if (body.verdict !== "ok") return { ...sale, phase: "refused", verdict: body.verdict };
  return { ...sale, quote: body.quote };
}

function recorded(sale, status, body) {
  if (status === 200 || status === 201) {
    const { receipt, verdict } = body;
    return { ...sale, phase: "recorded", verdict, quote: body, receipt, code: "", key: null };
  }
  if (status === 409 && body && body.verdict) {
    return { ...sale, phase: "refused", verdict: body.verdict };
  }
  return { ...sale, phase: "unrecorded" };
}
