/**
 * The page on which a scanner is tried: how the last code came, and what to change in the scanner.
 * All it says stands in the page (till/scanner_test.html). Nothing is kept and nothing is sent.
 */

import { findAll, findOne, createPartFinder } from "../shell/page.js";
import { isOfCard, maskCode, stripPrefix } from "./codes.js";
import { BURST_GAP } from "./keystrokes.js";
import { EVENTS, createScanner } from "./scanner.js";

/** Where the letters of the sample's host stand in its address. */
const HOST = [8, 24];

/**
 * Return what is to be said of a code, by the names of the page's sentences.
 * @param {import("./keystrokes.js").Manner} manner
 * @param {readonly string[]} samples texts of the codes the page shows
 * @returns {string[]}
 */
export function adviceOn(manner, samples) {
  const { kind, end, pace, letters, capsLock } = manner;
  if (kind === "payment_code") return ["payment"];
  const text = stripPrefix(manner.text);
  const dropped = samples.some((sample) => isPartOf(text, sample));
  const layout = samples.some((sample) => isAlike(text, sample));
  const converted = letters === "small" || letters === "mixed";
  const card = isOfCard(kind);
  const found = /** @type {[string, boolean][]} */ ([
    ["dropped", dropped],
    ["layout", layout],
    ["caps_lock", converted && capsLock],
    ["converted", converted && !capsLock],
    ["prefix", card && text !== manner.text],
    ["slow", pace > BURST_GAP],
    ["no_end", end === ""],
    ["other", !card && !dropped && !layout],
  ]).filter(([, applies]) => applies);
  return found.length === 0 ? ["good"] : found.map(([name]) => name);
}

/**
 * Return whether a text is a sample of which up to half the letters were lost on the way.
 * @param {string} text
 * @param {string} sample
 */
function isPartOf(text, sample) {
  if (text.length >= sample.length || text.length < sample.length / 2) return false;
  let place = 0;
  for (const letter of sample) if (letter === text[place]) place += 1;
  return place === text.length;
}

/**
 * Return whether a text is the sample's address with some of its letters exchanged.
 * @param {string} text
 * @param {string} sample
 */
function isAlike(text, sample) {
  if (text.length !== sample.length || text === sample) return false;
  const host = sample.slice(...HOST);
  const same = [...text.slice(...HOST)].filter((letter, place) => letter === host[place]);
  return same.length >= (HOST[1] - HOST[0]) / 2;
}

/**
 * Bring the page to life; it listens while it is in front.
 * @param {Document} page
 */
export function createScannerTest(page) {
  const screen = findOne(page, "[data-screen=scanner-test]");
  const part = createPartFinder(screen, "scan-");
  const samples = Array.from(
    findAll(screen, "[data-sample]"),
    (image) => image.dataset.sample || "",
  );

  /**
   * Show of the sentences of one sort those that are named.
   * @param {string} sort
   * @param {readonly string[]} names
   */
  function choose(sort, names) {
    for (const said of findAll(screen, `[data-${sort}]`)) {
      said.hidden = !names.includes(String(said.getAttribute(`data-${sort}`)));
    }
  }

  /** @param {import("./keystrokes.js").Manner} manner */
  function tell(manner) {
    part("waiting").hidden = true;
    part("result").hidden = false;
    choose("kind", [manner.kind]);
    choose("end", [manner.end || "none"]);
    choose("letters", [manner.letters]);
    choose("advice", adviceOn(manner, samples));
    part("length").textContent = String(manner.length);
    part("pace").textContent = String(Math.round(manner.pace));
    part("content").textContent = maskCode(manner.text);
    part("report").scrollIntoView({ block: "nearest" });
  }

  const scanner = createScanner({
    onCode: (_code, manner) => tell(manner),
    onDropped: (_verdict, manner) => tell(manner),
    onKey: () => {},
    onEnter: () => false,
    later: setTimeout,
    // Here somebody scans the same code again on purpose.
    sameCode: 0,
  });

  for (const type of EVENTS) {
    page.addEventListener(
      type,
      (event) => {
        if (!screen.hidden && scanner.hear(event)) event.preventDefault();
      },
      true,
    );
  }
}
