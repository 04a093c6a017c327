/** The button that redoes the draw in the reader's own browser, from the published record alone. */
import { sha256, verify } from "./verify-record.js";

/** How much of a lot is shown: enough to compare it by eye with the record. */
const SHOWN_DIGITS = 12;

/**
 * Return a copy of what a template of the page holds.
 * @param {string} selector
 */
function copyOf(selector) {
  const template = document.querySelector(selector);
  if (!(template instanceof HTMLTemplateElement)) throw new Error(`The page lacks ${selector}.`);
  return /** @type {DocumentFragment} */ (template.content.cloneNode(true));
}

/**
 * A sentence of the page with its values, as an element.
 * @param {string} name
 * @param {Record<string, string | number>} values
 */
function said(name, values = {}) {
  const sentence = copyOf(`template[data-said="${name}"]`);
  const texts = document.createTreeWalker(sentence, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = /** @type {Text} */ (texts.currentNode);
    text.data = text.data.replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
  }
  return sentence;
}

/** @param {string} reference whose name the notice tells, if it is one of those it lists */
function nameOf(reference) {
  const place = document.querySelector(`[data-reference="${reference}"]`);
  return place?.getAttribute("data-name") ?? "";
}

/** @param {import("./verify-record.js").Result} result */
function list({ round, selected }) {
  const part = copyOf(`template[data-list="${round}"]`);
  const places = document.createElement("ol");
  for (const { reference, lot } of selected) {
    const shown = lot.slice(0, SHOWN_DIGITS);
    places.append(said("seat", { name: nameOf(reference), reference, lot: shown }));
  }
  part.append(places);
  return part;
}

/**
 * Return what was found, line by line.
 * @param {string} address of the record
 * @returns {Promise<DocumentFragment[]>}
 */
async function check(address) {
  if (sha256 === null) return [said("unable")];
  const answer = await fetch(address);
  if (!answer.ok) return [said("failed")];
  const record = await answer.json();
  const { results, faults } = await verify(record, sha256);
  if (faults.length > 0) return [said("wrong"), ...faults.map((one) => said(one.what, one))];
  const places = results.reduce((sum, one) => sum + one.selected.length + one.reserves.length, 0);
  return [said("fine", { lines: record.lines.length, places }), ...results.map(list)];
}

/**
 * Let the button check the record.
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} found where it says what it found
 */
function offer(button, found) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const answer = await check(button.dataset.verify || "").catch(() => [said("failed")]);
    found.textContent = "";
    found.append(...answer);
    found.hidden = false;
    button.disabled = false;
  });
}

const button = document.querySelector("[data-verify]");
const found = document.querySelector("[data-found]");
if (button instanceof HTMLButtonElement && found instanceof HTMLElement) offer(button, found);
