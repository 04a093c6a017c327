/** Draws the pictures of a page. Without this script the tables beneath them remain. */

import { heightOf, optionOf } from "./options.js";
import { copyPicture, savePicture } from "./saving.js";

/** @param {string} name */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Return the colours and letters of the page as it is shown now. */
function readTheme() {
  return {
    ink: colour("--ink"),
    soft: colour("--ink-soft"),
    line: colour("--line"),
    surface: colour("--surface"),
    from: colour("--chart-from"),
    to: colour("--chart-to"),
    series: ["--chart-1", "--chart-2", "--chart-3"].map(colour),
    // ECharts writes it between double quotes.
    font: getComputedStyle(document.body).fontFamily.replace(/"/g, "'"),
    size: Number.parseFloat(getComputedStyle(document.body).fontSize),
  };
}

/** @param {HTMLElement} figure */
function drawFigure(figure) {
  const place = figure.querySelector("[data-drawing]");
  const said = figure.querySelector("[data-drawn]");
  if (!(place instanceof HTMLElement && said)) return;
  const drawn = JSON.parse(said.textContent || "{}");
  place.hidden = false;
  place.style.height = `${heightOf(drawn, readTheme().size)}px`;
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  const draw = () => chart.setOption(optionOf(drawn, readTheme(), place.clientWidth), true);
  draw();
  window.addEventListener("resize", () => {
    chart.resize();
    draw();
  });
  matchMedia("(prefers-color-scheme: dark)").addListener(draw);
  offerPicture(figure, chart);
  foldTable(figure);
}

/**
 * Fold the table where its picture is drawn; on paper it stands beneath it.
 * @param {HTMLElement} figure
 */
function foldTable(figure) {
  const table = figure.querySelector("details");
  if (!table) return;
  table.open = false;
  window.addEventListener("beforeprint", () => {
    table.open = true;
  });
}

/**
 * @param {HTMLElement} figure
 * @param {import("./saving.js").Chart} chart
 */
function offerPicture(figure, chart) {
  const tools = figure.querySelector("[data-tools]");
  if (!(tools instanceof HTMLElement)) return;
  tools.hidden = false;
  const picture = { name: figure.dataset.chart || "chart", chart };
  for (const button of tools.querySelectorAll("button")) {
    const format = button.dataset.save;
    if (format === "svg" || format === "png") {
      button.addEventListener("click", () => savePicture(picture, format));
    } else {
      button.addEventListener("click", async () => {
        const copied = await copyPicture(picture);
        button.textContent = (copied ? button.dataset.done : button.dataset.failed) || "";
      });
    }
  }
}

if (window.echarts) {
  /** @type {NodeListOf<HTMLElement>} */
  const figures = document.querySelectorAll("[data-chart]");
  figures.forEach(drawFigure);
}
