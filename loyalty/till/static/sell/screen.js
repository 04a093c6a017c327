/** Draws the state of a sale. What it says comes from the page's words. */

import { findOne, findOneOf, createPartFinder } from "../shell/page.js";
import { meaningOf } from "../judge/verdicts.js";
import { groupDigits } from "../scan/codes.js";
import { fenOf, rateInWords, formatYuan } from "./money.js";
import { amountsOf } from "./sale.js";
import { rateInSpokenWords } from "./voice.js";

/**
 * @typedef {Words["other_verdict"]["tone"]} Tone
 * @typedef {{tone?: Tone, word: string, advice: string}} Sentence
 *
 * @typedef {import("./sale.js").Sale} Sale
 * @typedef {Omit<Sale, "phase"> & {phase: Sale["phase"] | "payable"}} ShownSale a sale; or what is
 *   to be paid, while its amount is typed
 *
 * @typedef {import("../judge/discount.js").Quote} Quote
 * @typedef {import("../shell/page.js").Part} Part
 */

/**
 * @param {Document} page
 * @param {Words} words
 * @param {(honour: string | null) => string} nameOf what an honour is called; "" if nobody knows
 */
export function createScreen(page, words, nameOf) {
  const sell = findOne(page, "[data-screen=sell]");
  const part = createPartFinder(sell);
  const confirm = findOneOf(HTMLButtonElement, sell, "[data-confirm]");
  const answer = part("answer");

  /**
   * @param {Sale} sale
   * @param {Quote | null} quote what the typed amount comes to; null while there is none
   * @param {boolean} verifyOnly no amounts are asked for
   */
  function draw(sale, quote, verifyOnly) {
    const sentence = sentenceOf(sale, words);
    sell.dataset.phase = sale.phase;
    mark(answer, sentence.tone);
    const pricing = sale.phase === "accepted" && sale.typed !== "";
    answer.classList.toggle("priced", pricing || quote !== null);
    part("word").textContent = sentence.word;
    write(part("advice"), adviceOf(sale, words, page.documentElement.lang, nameOf));
    write(part("unchecked"), uncheckedOf(sale, words));
    part("confirmed").hidden = !isConfirmed(sale);
    write(part("typed"), quote === null ? typedOf(sale, words) : "");
    write(part("excluded"), excludedOf(sale, words));
    drawAmounts(part, quote);
    write(part("receipt"), sale.receipt ? words.receipt.replace("{receipt}", sale.receipt) : "");
    drawChoices(part, sale, verifyOnly);
    confirm.textContent =
      sale.phase === "accepted" && verifyOnly ? words.note : words.confirm[sale.phase];
    confirm.disabled = isIdle(sale, verifyOnly);
    // Whoever has no mouse must reach what there is to scroll, and nothing else.
    answer.tabIndex = answer.scrollHeight > answer.clientHeight ? 0 : -1;
  }

  return { draw };
}

/**
 * @param {Part} part
 * @param {Quote | null} quote
 */
function drawAmounts(part, quote) {
  part("amounts").hidden = quote === null;
  if (quote === null) return;
  part("payable").textContent = formatYuan(quote.payable_fen);
  part("total").textContent = formatYuan(quote.total_fen);
  part("saved").textContent = formatYuan(quote.saved_fen);
}

/**
 * @param {Part} part
 * @param {Sale} sale
 * @param {boolean} verifyOnly
 */
function drawChoices(part, sale, verifyOnly) {
  const accepted = sale.phase === "accepted";
  part("note").hidden = !accepted || sale.typed !== "" || verifyOnly;
  part("exclude").hidden = !accepted || sale.typed === "" || verifyOnly;
  part("exclude").setAttribute("aria-pressed", String(sale.field === "excluded"));
}

/**
 * Return the tone, word and advice of a state.
 * @param {ShownSale} sale
 * @param {Words} words
 * @returns {Sentence}
 */
export function sentenceOf(sale, words) {
  if (sale.phase === "recorded" && sale.quote === null) return words.phases.noted;
  const listed = sale.phase === "accepted" && sale.verdict === "cannot_verify_offline";
  if (listed) return words.phases.listed;
  const foreign = sale.phase === "unchecked" && sale.kind !== null && words.foreign[sale.kind];
  if (foreign) return foreign;
  /** @type {Partial<Record<ShownSale["phase"], Sentence>>} */
  const phases = words.phases;
  const own = phases[sale.phase];
  if (own) return own;
  const verdict = meaningOf(sale.verdict, words);
  return sale.limit === null ? verdict : { ...verdict, ...limitInWords(sale.limit, words) };
}

/**
 * Return which limit was met, and from when the card works again.
 * @param {import("../judge/limits.js").Passed} limit
 * @param {Words} words
 * @returns {Partial<Sentence>}
 */
function limitInWords({ kind, again_from: day }, words) {
  const text = words.limits[kind];
  return text === undefined
    ? {}
    : { word: text.word, advice: day === null ? text.over : text.again };
}

/**
 * Return the colour of a state; null where there is nothing to tell.
 * @param {ShownSale} sale
 * @param {Words} words
 * @returns {Tone | null}
 */
export function toneOf(sale, words) {
  return sentenceOf(sale, words).tone || null;
}

/**
 * Return what is said aloud of a state: the word, and the one number that matters.
 * @param {ShownSale} sale
 * @param {Words} words
 * @returns {string}
 */
export function spokenOf(sale, words) {
  const { word } = sentenceOf(sale, words);
  const rate = rateOf(sale);
  if (sale.phase === "accepted" && rate !== null) {
    return words.spoken.both
      .replace("{word}", word)
      .replace("{more}", rateInSpokenWords(rate, words.spoken));
  }
  if (sale.quote === null) return word;
  const payable = words.spoken.payable.replace("{amount}", formatYuan(sale.quote.payable_fen));
  return words.spoken.both.replace("{word}", word).replace("{more}", payable);
}

/**
 * @param {Sale} sale
 * @param {Words} words
 * @param {string} language
 * @param {(honour: string | null) => string} nameOf
 */
function adviceOf(sale, words, language, nameOf) {
  if (sale.phase === "ready" && sale.typed !== "") return "";
  const card = sale.phase === "accepted" && sale.answer !== null ? sale.answer.card : null;
  if (card === null) return sentenceOf(sale, words).advice;
  const { honour, pay_permille: pay, valid_until: until } = card;
  const holder = [nameOf(honour), words.valid_until.replace("{date}", dayInWords(until, language))]
    .filter(Boolean)
    .join(" · ");
  if (pay === null) return holder;
  return `${words.rate_here.replace("{rate}", rateInWords(pay, words.rate))}\n${holder}`;
}

/**
 * Return what the holder pays here, in permille; null while it is not known.
 * @param {ShownSale} sale
 */
function rateOf({ answer }) {
  return answer === null || answer.card === null ? null : answer.card.pay_permille;
}

/**
 * Return what the device could not check, in words; "" once the service has looked.
 * @param {Sale} sale
 * @param {Words} words
 */
function uncheckedOf({ phase, answer }, words) {
  if (phase !== "accepted" || answer === null || answer.unchecked.length === 0) return "";
  const what = answer.unchecked.map((code) => words.unchecked[code] || code);
  return words.not_checked.replace("{what}", what.join(words.list_comma));
}

/** @param {Sale} sale */
function isConfirmed({ phase, answer }) {
  return phase === "accepted" && answer !== null && answer.from === "service";
}

/**
 * Return what was typed so far: the card's number, or the amount.
 * @param {Sale} sale
 * @param {Words} words
 */
function typedOf(sale, words) {
  if (sale.phase === "ready") return groupDigits(sale.typed);
  if ((sale.phase !== "accepted" && sale.phase !== "checking") || sale.typed === "") return "";
  return words.yuan.replace("{amount}", sale.typed);
}

/**
 * Return the part without discount, or that it is more than the whole.
 * @param {Sale} sale
 * @param {Words} words
 */
function excludedOf(sale, words) {
  const excluding = sale.field === "excluded" || sale.excluded !== "";
  if (sale.phase !== "accepted" || !excluding) return "";
  if (fenOf(sale.typed) !== null && amountsOf(sale) === null) return words.excluded_over;
  return words.excluded_part.replace("{amount}", sale.excluded || "0");
}

/**
 * Return whether the large key would do nothing.
 * @param {Sale} sale
 * @param {boolean} verifyOnly
 */
function isIdle(sale, verifyOnly) {
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

/**
 * @param {HTMLElement} element
 * @param {Tone | undefined} tone
 */
function mark(element, tone) {
  if (tone) element.dataset.tone = tone;
  else delete element.dataset.tone;
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function write(element, text) {
  element.textContent = text;
  element.hidden = text === "";
}
