/** Paper from a receipt printer: a heading, a few lines, torn off where the text ends. */

import { findOne, findOneOf, createPartFinder } from "../shell/page.js";

/** What a receipt printer leaves white on each side, in millimetres. */
const MARGIN = 4;

/** CSS counts 96 pixels to 25.4 millimetres. */
const PIXELS_PER_MILLIMETRE = 96 / 25.4;

/**
 * @typedef {object} Slip
 * @property {string} shop
 * @property {string} title
 * @property {[string, string][]} lines names and values
 * @property {string} end
 */

/**
 * Return what prints slips on the roll of a receipt printer, and the page itself on a sheet.
 * @param {object} world
 * @param {Document} world.page
 * @param {() => "58" | "80"} world.roll width of the paper in millimetres
 * @param {Window} world.window
 */
export function createSlip({ page, roll, window }) {
  const slip = findOne(page, "[data-slip]");
  const onPaper = findOneOf(HTMLLinkElement, page, "link[media=print]");

  const rules = () => /** @type {CSSStyleSheet} */ (onPaper.sheet);

  /** Make the page printable as it is seen. A telephone prints long after it was asked to. */
  function tidy() {
    if (page.body.dataset.print === undefined) return;
    delete page.body.dataset.print;
    rules().deleteRule(0);
  }

  window.addEventListener("afterprint", tidy);

  return {
    /** @param {Slip} text */
    print(text) {
      tidy();
      write(page, slip, text);
      page.body.dataset.print = "slip";
      slip.style.width = `${Number(roll()) - 2 * MARGIN}mm`;
      // The paper is as long as the text: a roll is torn off, not cut to a format.
      const length = Math.ceil(slip.offsetHeight / PIXELS_PER_MILLIMETRE) + 2 * MARGIN;
      const size = `@page { size: ${roll()}mm ${length}mm; margin: ${MARGIN}mm; }`;
      rules().insertRule(size, 0);
      window.print();
    },
    printPage() {
      tidy();
      window.print();
    },
  };
}

/**
 * @param {Document} page
 * @param {HTMLElement} slip
 * @param {Slip} text
 */
function write(page, slip, { shop, title, lines, end }) {
  const part = createPartFinder(slip, "slip-");
  part("shop").textContent = shop;
  part("title").textContent = title;
  part("end").textContent = end;
  part("lines").textContent = "";
  part("lines").append(...lines.map((pair) => makeRow(page, pair)));
}

/**
 * @param {Document} page
 * @param {[string, string]} pair
 */
function makeRow(page, [name, value]) {
  const row = page.createElement("div");
  for (const [tag, text] of [
    ["dt", name],
    ["dd", value],
  ]) {
    row.append(Object.assign(page.createElement(tag), { textContent: text }));
  }
  return row;
}
