/** Paper from a receipt printer: a heading, a few lines, torn off where the text ends. */

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
 * Return what prints slips on the roll of a receipt printer.
 * @param {object} world
 * @param {Document} world.page
 * @param {() => "58" | "80"} world.roll width of the paper in millimetres
 * @param {() => void} world.print
 */
export function createSlip({ page, roll, print }) {
  const slip = page.querySelector("[data-slip]");
  const part = (name) => slip.querySelector(`[data-slip-${name}]`);
  const paper = new CSSStyleSheet();
  page.adoptedStyleSheets = [paper];

  return {
    /** @param {Slip} text */
    print({ shop, title, lines, end }) {
      part("shop").textContent = shop;
      part("title").textContent = title;
      part("end").textContent = end;
      part("lines").textContent = "";
      for (const [name, value] of lines) part("lines").append(line(name, value));
      page.body.dataset.print = "slip";
      slip.style.width = `${Number(roll()) - 2 * MARGIN}mm`;
      // The paper is as long as the text: a roll is torn off, not cut to a format.
      const length = Math.ceil(slip.offsetHeight / PIXELS_PER_MILLIMETRE) + 2 * MARGIN;
      paper.replaceSync(`@page { size: ${roll()}mm ${length}mm; margin: ${MARGIN}mm; }`);
      print();
      paper.replaceSync("");
      delete page.body.dataset.print;
    },
  };

  function line(name, value) {
    const row = page.createElement("div");
    for (const [tag, text] of [["dt", name], ["dd", value]]) {
      row.append(Object.assign(page.createElement(tag), { textContent: text }));
    }
    return row;
  }
}
