/** Draws the state of a sale. What it says comes from the page's words. */

import { meaningOf } from "../judge/verdicts.js";
import { inGroups } from "../scan/codes.js";
import { fenOf, rateInWords, yuan } from "./money.js";
import { amountsOf } from "./sale.js";
import { rateSpoken } from "./voice.js";

/**
 * @typedef {Words["other_verdict"]["tone"]} Tone
 *
 * @typedef {import("./sale.js").Sale} Sale
 * @typedef {Omit<Sale, "phase"> & {phase: Sale["phase"] | "payable"}} Told a sale; or, while its
 *   amount is typed, what is to be paid
 */

/**
 * @param {Document} page
 * @param {Words} words
 */
export function createScreen(page, words) {
  const sell = page.querySelector("[data-screen=sell]");
  const part = (name) => sell.querySelector(`[data-${name}]`);
  const answer = part("answer");

  /**
   * @param {import("./sale.js").Sale} sale
   * @param {any} quote what the typed amount comes to; null while there is none
   * @param {boolean} verifyOnly no amounts are asked for
   */
  function draw(sale, quote, verifyOnly) {
    const told = toldOf(sale, words);
    sell.dataset.phase = sale.phase;
    mark(answer, told.tone);
    const pricing = sale.phase === "accepted" && sale.typed !== "";
    answer.classList.toggle("priced", pricing || quote !== null);
    part("word").textContent = told.word;
    write(part("advice"), adviceOf(sale, words, page.documentElement.lang));
    write(part("unchecked"), uncheckedOf(sale, words));
    part("confirmed").hidden = !confirmed(sale);
    write(part("typed"), quote === null ? typedOf(sale, words) : "");
    write(part("excluded"), excludedOf(sale, words));
    drawAmounts(part, quote);
    write(part("receipt"), sale.receipt ? words.receipt.replace("{receipt}", sale.receipt) : "");
    drawKeys(part, sale, verifyOnly, words);
    // Whoever has no mouse must reach what there is to scroll, and nothing else.
    answer.tabIndex = answer.scrollHeight > answer.clientHeight ? 0 : -1;
  }

  return { draw };
}

function drawAmounts(part, quote) {
  part("amounts").hidden = quote === null;
  if (quote === null) return;
  part("payable").textContent = yuan(quote.payable_fen);
  part("total").textContent = yuan(quote.total_fen);
  part("saved").textContent = yuan(quote.saved_fen);
}

function drawKeys(part, sale, verifyOnly, /** @type {Words} */ words) {
  const accepted = sale.phase === "accepted";
  part("note").hidden = !accepted || sale.typed !== "" || verifyOnly;
  part("exclude").hidden = !accepted || sale.typed === "" || verifyOnly;
  part("exclude").setAttribute("aria-pressed", String(sale.field === "excluded"));
  const confirm = part("confirm");
  confirm.textContent = accepted && verifyOnly ? words.note : words.confirm[sale.phase];
  confirm.disabled = idle(sale, verifyOnly);
}

/**
 * Return the tone, word and advice of a state.
 * @param {Told} sale
 * @param {Words} words
 * @returns {{tone?: Tone, word: string, advice: string}}
 */
export function toldOf(sale, words) {
  if (sale.phase === "recorded" && sale.quote === null) return words.phases.noted;
  const listed = sale.phase === "accepted" && sale.verdict === "cannot_verify_offline";
  if (listed) return words.phases.listed;
  const foreign = sale.phase === "unchecked" && sale.kind !== null && words.foreign[sale.kind];
  if (foreign) return foreign;
  if (words.phases[sale.phase]) return words.phases[sale.phase];
  const verdict = meaningOf(sale.verdict, words);
  return sale.limit === null ? verdict : { ...verdict, ...limitWords(sale.limit, words) };
}

/** Return which limit was met, and from when the card works again. */
function limitWords({ kind, again_from: day }, /** @type {Words} */ words) {
  const told = words.limits[kind];
  return told === undefined
    ? {}
    : { word: told.word, advice: day === null ? told.over : told.again };
}

/**
 * Return the colour of a state; null where there is nothing to tell.
 * @param {Told} sale
 * @param {Words} words
 * @returns {Tone | null}
 */
export function toneOf(sale, words) {
  return toldOf(sale, words).tone || null;
}

/**
 * Return what is said aloud of a state: the word, and the one number that matters.
 * @param {Told} sale
 * @param {Words} words
 * @returns {string}
 */
export function spokenOf(sale, words) {
  const { word } = toldOf(sale, words);
  if (sale.phase === "accepted" && rateOf(sale) !== null) {
    return words.spoken.both
      .replace("{word}", word)
      .replace("{more}", rateSpoken(rateOf(sale), words.spoken));
  }
  if (sale.quote === null) return word;
  const payable = words.spoken.payable.replace("{amount}", yuan(sale.quote.payable_fen));
  return words.spoken.both.replace("{word}", word).replace("{more}", payable);
}

function adviceOf(sale, /** @type {Words} */ words, language) {
  if (sale.phase === "ready" && sale.typed !== "") return "";
  if (sale.phase !== "accepted" || sale.answer.card === null) return toldOf(sale, words).advice;
  const { honour, pay_permille: pay, valid_until: until } = sale.answer.card;
  const holder = [
    words.honours[honour] || honour,
    words.valid_until.replace("{date}", dayInWords(until, language)),
  ].join(" · ");
  if (pay === null) return holder;
  return `${words.rate_here.replace("{rate}", rateInWords(pay, words.rate))}\n${holder}`;
}

/** Return what the holder pays here, in permille; null while it is not known. */
function rateOf({ answer }) {
  return answer === null || answer.card === null ? null : answer.card.pay_permille;
}

/** Return what the device could not check, in words; "" once the service has looked. */
function uncheckedOf(sale, /** @type {Words} */ words) {
  if (sale.phase !== "accepted" || sale.answer.unchecked.length === 0) return "";
  const what = sale.answer.unchecked.map((code) => words.unchecked[code] || code);
  return words.not_checked.replace("{what}", what.join(words.list_comma));
}

function confirmed(sale) {
  return sale.phase === "accepted" && sale.answer.from === "service";
}

/** Return what was typed so far: the card's number, or the amount. */
function typedOf(sale, /** @type {Words} */ words) {
  if (sale.phase === "ready") return inGroups(sale.typed);
  if ((sale.phase !== "accepted" && sale.phase !== "checking") || sale.typed === "") return "";
  return words.yuan.replace("{amount}", sale.typed);
}

/** Return the part without discount, or that it is more than the whole. */
function excludedOf(sale, /** @type {Words} */ words) {
  const excluding = sale.field === "excluded" || sale.excluded !== "";
  if (sale.phase !== "accepted" || !excluding) return "";
  if (fenOf(sale.typed) !== null && amountsOf(sale) === null) return words.excluded_over;
  return words.excluded_part.replace("{amount}", sale.excluded || "0");
}

/** Return whether the large key would do nothing. */
function idle(sale, verifyOnly) {
  if (sale.phase === "checking" || sale.phase === "recording") return true;
  if (sale.phase === "ready") return sale.typed === "";
  return sale.phase === "accepted" && !verifyOnly && amountsOf(sale) === null;
}

/**
 * Return a calendar day such as "2026-12-31" in words.
 * @param {string} day
 * @param {string} language
 * @param {{year?: "numeric"}} [more] where the year is not this one
 */
export function dayInWords(day, language, more = {}) {
  const [year, month, date] = day.split("-").map(Number);
  return new Intl.DateTimeFormat(language, { month: "short", day: "numeric", ...more }).format(
    new Date(year, month - 1, date),
  );
}

function mark(element, tone) {
  if (tone) element.dataset.tone = tone;
  else delete element.dataset.tone;
}

function write(element, text) {
  element.textContent = text;
  element.hidden = text === "";
}
