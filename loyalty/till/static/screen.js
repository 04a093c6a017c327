/** Draws the state of a sale. What it says comes from the page's words, what it shows from the sale. */

import { inGroups } from "./codes.js";
import { rateInWords, yuan } from "./money.js";

/**
 * @param {Document} page
 * @param {any} words
 */
export function createScreen(page, words) {
  const sell = page.querySelector("[data-screen=sell]");
  const part = (name) => sell.querySelector(`[data-${name}]`);
  const answer = part("answer");

  /** @param {import("./sale.js").Sale} sale */
  function draw(sale, rates) {
    const told = toldOf(sale, words);
    const amount = sale.phase === "recorded" && !sale.quote.with_amount ? null : sale.quote;
    sell.dataset.phase = sale.phase;
    mark(answer, told.tone);
    answer.classList.toggle("priced", amount !== null);
    part("word").textContent = told.word;
    part("advice").textContent = adviceOf(sale, told, words, rates, page.documentElement.lang);
    write(part("typed"), typedOf(sale));
    part("amounts").hidden = amount === null;
    if (amount !== null) {
      part("payable").textContent = yuan(amount.payable_fen);
      part("total").textContent = yuan(amount.total_fen);
      part("saved").textContent = yuan(amount.saved_fen);
    }
    write(part("receipt"), sale.receipt ? words.receipt.replace("{receipt}", sale.receipt) : "");
    part("note").hidden = sale.phase !== "accepted" || sale.typed !== "";
    const confirm = part("confirm");
    confirm.textContent = words.confirm[sale.phase];
    confirm.disabled = idle(sale);
  }

  return { draw };
}

/** Return the tone, word and advice of a state. */
function toldOf(sale, words) {
  if (sale.phase === "recorded" && !sale.quote.with_amount) return words.phases.noted;
  return words.phases[sale.phase] || words.verdicts[sale.verdict];
}

/**
 * Return the colour of a state; null where there is nothing to tell.
 * @param {import("./sale.js").Sale} sale
 * @param {any} words
 * @returns {"yes" | "no" | "unsure" | null}
 */
export function toneOf(sale, words) {
  return toldOf(sale, words).tone || null;
}

function adviceOf(sale, told, words, rates, language) {
  if (sale.phase !== "accepted" || sale.card === null) return told.advice;
  const facts = [words.honours[sale.card.honour] || sale.card.honour];
  const rate = rates[sale.card.honour];
  if (rate !== undefined) facts.push(rateInWords(rate, words.rate));
  facts.push(words.valid_until.replace("{date}", dayInWords(sale.card.valid_until, language)));
  return facts.join(" · ");
}

/** Return what was typed so far: the card's number, or the amount. */
function typedOf(sale) {
  if (sale.phase === "ready") return inGroups(sale.typed);
  return sale.phase === "accepted" && sale.quote === null ? sale.typed : "";
}

/** Return whether the large key would do nothing. */
function idle(sale) {
  if (sale.phase === "checking" || sale.phase === "recording") return true;
  return (sale.phase === "ready" || sale.phase === "accepted") && sale.typed === "";
}

function dayInWords(day, language) {
  const [year, month, date] = day.split("-").map(Number);
  return new Intl.DateTimeFormat(language, { month: "long", day: "numeric" }).format(
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
