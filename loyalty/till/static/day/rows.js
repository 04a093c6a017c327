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
import { inTwoTaps } from "./pressing.js";
import { fold } from "../scan/typed_text.js";

/**
 * @typedef {object} Row
 * @property {any} row
 * @property {(name: string) => any} inside returns a part of the row
 */

/** @returns {Row} */
function rowFrom(template, { at, sum, more }, timezone) {
  const row = template.content.firstElementChild.cloneNode(true);
  const inside = (name) => row.querySelector(`[data-${name}]`);
  inside("time").textContent = timeAt(at, timezone());
  inside("sum").textContent = sum;
  inside("more").textContent = more;
  return { row, inside };
}

/**
 * Return the row of a sale that is still on the device.
 * @param {any} template
 * @param {import("../keep/queue.js").Queued} queued
 * @param {string} more
 * @param {{words: any, timezone: () => string}} world
 */
export function queuedRow(template, queued, more, { words, timezone }) {
  const told = { at: queued.sale.happened_at, sum: sumOfQueued(queued, words), more };
  return rowFrom(template, told, timezone);
}

/**
 * Return the row of a sale that the service has recorded.
 * @param {any} template
 * @param {any} entry
 * @param {object} world
 * @param {Words} world.words
 * @param {() => number} world.now milliseconds
 * @param {() => string} world.timezone of the community
 * @param {(entry: any) => unknown} world.takeBack
 * @param {(entry: any, goods: {amountFen: number, excludedFen: number | null}) => unknown}
 *   world.giveBack
 */
export function recordedRow(template, entry, { words, now, timezone, takeBack, giveBack }) {
  const told = { at: entry.happened_at, sum: sumOf(entry, words), more: moreOf(entry, words) };
  const { row, inside } = rowFrom(template, told, timezone);
  row.classList.toggle("taken-back", entry.voided);
  inside("void").hidden = !mayBeVoided(entry, now());
  inTwoTaps(inside("void"), words.sure, () => takeBack(entry));
  inside("return").hidden = !mayComeBack(entry);
  // Rows look alike: whoever hears them is told which sale a button belongs to.
  inside("time").id = `time-${entry.id}`;
  for (const name of ["void", "return"]) {
    inside(name).setAttribute("aria-describedby", inside("time").id);
  }
  offerReturn(inside, entry, words, (goods) => giveBack(entry, goods));
  return row;
}

function offerReturn(inside, entry, /** @type {Words} */ words, giveBack) {
  const form = inside("return-form");
  // Whether goods without discount are among it is asked only where there were some.
  inside("return-excluded").hidden = !(entry.excluded_fen > 0);
  function show(shown) {
    form.hidden = !shown;
    inside("acts").hidden = shown;
    (shown ? form.amount : inside("return")).focus();
  }
  inside("return").addEventListener("click", () => show(true));
  inside("return-cancel").addEventListener("click", () => show(false));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = (field) => fold(field.value);
    const goods = goodsOf(entry, typed(form.amount), typed(form.excluded));
    inside("return-fault").hidden = goods !== null;
    inside("return-fault").textContent = goods === null ? words.return_amount : "";
    if (goods === null) return;
    // Sent once, however often Enter is pressed.
    show(false);
    giveBack(goods);
  });
}
