/** The course of a sale: events in, questions to the teller, answers drawn and heard. */

import { READY, amountsOf, step } from "./sale.js";
import { spokenOf, toneOf } from "./screen.js";

/** After the last digit, what to take is told to those who cannot see it, in milliseconds. */
const PAUSE = 1000;

/**
 * @typedef {import("./sale.js").Sale} Sale
 * @typedef {import("./sale.js").SaleEvent} SaleEvent
 * @typedef {import("./teller.js").Teller} Teller
 *
 * @typedef {"erase" | "exclude" | "clear" | "confirm" | "note"} Command of a key that is no digit
 *
 * @typedef {ReturnType<typeof createSale>} CourseOfSale
 */

/**
 * Return the course of a sale, which handles what happens and shows what follows.
 * @param {object} world
 * @param {Element} world.liveRegion what a screen reader reads out
 * @param {Words} world.words
 * @param {() => Teller} world.teller
 * @param {ReturnType<typeof import("./screen.js").createScreen>} world.screen
 * @param {ReturnType<typeof import("./signals.js").createSignals>} world.signals
 * @param {() => boolean} world.verifyOnly
 * @param {() => string} world.newKey
 */
export function createSale({ liveRegion, words, teller, screen, signals, verifyOnly, newKey }) {
  let sale = READY;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pause;

  /** @param {SaleEvent} event */
  function handle(event) {
    const before = sale;
    const { sale: after, ask } = step(sale, event, words);
    sale = after;
    redraw();
    tell(before);
    if (ask !== null) carryOut(ask, teller(), handle);
  }

  function redraw() {
    screen.draw(sale, quoteOf(sale, teller), verifyOnly());
  }

  /**
   * Tell a change by sound, voice and to a screen reader; single digits are not told.
   * @param {Sale} before
   */
  function tell(before) {
    clearTimeout(pause);
    const tone = toneOf(sale, words);
    const sentence = tone === null ? "" : spokenOf(sale, words);
    const changed = sale.phase !== before.phase || tone !== toneOf(before, words);
    if (changed) liveRegion.textContent = sentence;
    if (changed && tone !== null) signals.verdict(tone, sentence);
    else if (sale.phase === "checking" && sale.turn !== before.turn) signals.scanned();
    else if (sale.phase === "accepted") pause = setTimeout(tellPayable, PAUSE);
  }

  function tellPayable() {
    const quote = quoteOf(sale, teller);
    if (quote !== null)
      liveRegion.textContent = spokenOf({ ...sale, phase: "payable", quote }, words);
  }

  redraw();

  return {
    handle,
    redraw,
    /** @param {string} key a digit, "00" or "." */
    type(key) {
      const pricing = sale.phase === "accepted" || sale.phase === "checking";
      if (!(verifyOnly() && pricing)) handle({ type: "key", key });
    },
    /** @param {Command} command */
    press(command) {
      const alone = command === "confirm" && sale.phase === "accepted" && verifyOnly();
      handle({ type: alone ? "note" : command, idempotencyKey: newKey() });
    },
  };
}

/**
 * Return what the typed amount comes to, or what the finished sale came to.
 * @param {Sale} sale
 * @param {() => Teller} teller
 */
function quoteOf(sale, teller) {
  const amounts = sale.phase === "recording" ? sale.sent : amountsOf(sale);
  if (amounts === null || amounts.totalFen === null || sale.answer === null) return sale.quote;
  return teller().quote(sale.answer.card, amounts.totalFen, amounts.excludedFen);
}

/**
 * Ask the teller, and handle what it answers.
 * @param {import("./sale.js").Question} ask
 * @param {Teller} teller
 * @param {(event: SaleEvent) => void} handle
 */
async function carryOut(ask, teller, handle) {
  const { turn } = ask;
  try {
    if (ask.do === "record") {
      handle({ type: "outcome", turn, ...(await teller.record(ask)) });
    } else {
      await teller.check(ask.code, (answer) => {
        handle({ type: "answer", turn, answer, online: teller.state().online });
      });
      handle({ type: "settled", turn });
    }
  } catch (fault) {
    handle({ type: ask.do === "record" ? "failed" : "settled", turn });
    throw fault;
  }
}
