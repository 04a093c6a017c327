/** The rows of the lists of the day, each a copy of a template of the page. */

import {
  goodsOf,
  mayBeVoided,
  mayComeBack,
  moreOf,
  sumOf,
  sumOfQueued,
  timeAt,
} from "./entries.js";
import { findOneOf, createPartFinder } from "../shell/page.js";
import { askForSecondTap } from "./pressing.js";
import { fold } from "../scan/typed_text.js";

/**
 * @typedef {import("./entries.js").Entry} Entry
 * @typedef {import("./entries.js").Goods} Goods
 *
 * @typedef {HTMLFormElement & {amount: HTMLInputElement, excluded: HTMLInputElement}} ReturnForm
 *
 * @typedef {object} Row
 * @property {HTMLElement} row
 * @property {import("../shell/page.js").Part} inside
 */

/**
 * @param {HTMLTemplateElement} template
 * @param {{at: string, sum: string, more: string}} texts
 * @param {() => string} timezone
 * @returns {Row}
 */
function makeRow(template, { at, sum, more }, timezone) {
  const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const row = findOneOf(HTMLLIElement, copy, "li");
  const inside = createPartFinder(row);
  inside("time").textContent = timeAt(at, timezone());
  inside("sum").textContent = sum;
  inside("more").textContent = more;
  return { row, inside };
}

/**
 * Return the row of a sale that is still on the device.
 * @param {HTMLTemplateElement} template
 * @param {import("../keep/queue.js").Queued} queued
 * @param {string} more
 * @param {{words: Words, timezone: () => string}} world
 */
export function makeQueuedRow(template, queued, more, { words, timezone }) {
  const texts = { at: queued.sale.happened_at, sum: sumOfQueued(queued, words), more };
  return makeRow(template, texts, timezone);
}

/**
 * Return the row of a sale that the service has recorded.
 * @param {HTMLTemplateElement} template
 * @param {Entry} entry
 * @param {object} world
 * @param {Words} world.words
 * @param {() => number} world.now milliseconds
 * @param {() => string} world.timezone of the community
 * @param {(entry: Entry) => unknown} world.takeBack
 * @param {(entry: Entry, goods: Goods) => unknown} world.giveBack
 */
export function makeRecordedRow(template, entry, { words, now, timezone, takeBack, giveBack }) {
  const texts = { at: entry.happened_at, sum: sumOf(entry, words), more: moreOf(entry, words) };
  const { row, inside } = makeRow(template, texts, timezone);
  row.classList.toggle("taken-back", entry.voided);
  inside("void").hidden = !mayBeVoided(entry, now());
  askForSecondTap(inside("void"), words.sure, () => takeBack(entry));
  inside("return").hidden = !mayComeBack(entry);
  // Rows look alike: whoever hears them is told which sale a button belongs to.
  inside("time").id = `time-${entry.id}`;
  for (const name of ["void", "return"]) {
    inside(name).setAttribute("aria-describedby", inside("time").id);
  }
  const form = /** @type {ReturnForm} */ (findOneOf(HTMLFormElement, row, "[data-return-form]"));
  offerReturn({ form, inside, entry, words, giveBack: (goods) => giveBack(entry, goods) });
  return row;
}

/**
 * @param {object} world
 * @param {ReturnForm} world.form
 * @param {Row["inside"]} world.inside
 * @param {Entry} world.entry
 * @param {Words} world.words
 * @param {(goods: Goods) => unknown} world.giveBack
 */
function offerReturn({ form, inside, entry, words, giveBack }) {
  // Whether goods without discount are among it is asked only where there were some.
  inside("return-excluded").hidden = !(entry.excluded_fen > 0);
  /** @param {boolean} shown */
  function show(shown) {
    form.hidden = !shown;
    inside("acts").hidden = shown;
    (shown ? form.amount : inside("return")).focus();
  }
  inside("return").addEventListener("click", () => show(true));
  inside("return-cancel").addEventListener("click", () => show(false));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const goods = goodsOf(entry, fold(form.amount.value), fold(form.excluded.value));
    inside("return-fault").hidden = goods !== null;
    inside("return-fault").textContent = goods === null ? words.return_amount : "";
    if (goods === null) return;
    // Sent once, however often Enter is pressed.
    show(false);
    giveBack(goods);
  });
}
