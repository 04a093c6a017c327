/** The course of a sale: events in, questions to the teller, answers drawn and heard. */

import { READY, amountsOf, step } from "./sale.js";
import { spokenOf, toneOf } from "./screen.js";

/** After the last digit, what to take is told to those who cannot see it, in milliseconds. */
const PAUSE = 1000;

/**
 * @param {object} world
 * @param {Element} world.heard what a screen reader reads out
 * @param {Words} world.words
 * @param {() => any} world.teller
 * @param {ReturnType<typeof import("./screen.js").createScreen>} world.screen
 * @param {ReturnType<typeof import("./signals.js").createSignals>} world.signals
 * @param {() => boolean} world.verifyOnly
 * @param {() => string} world.newKey
 */
export function createSale({ heard, words, teller, screen, signals, verifyOnly, newKey }) {
  let sale = READY;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pause;

  function happen(event) {
    const before = sale;
    const { sale: after, ask } = step(sale, event, words);
    sale = after;
    redraw();
    tell(before);
    if (ask !== null) carryOut(ask, teller(), happen);
  }

  function redraw() {
    screen.draw(sale, quoteOf(sale, teller), verifyOnly());
  }

  /** Tell a change by sound, voice and to a screen reader; digits are not chattered. */
  function tell(before) {
    clearTimeout(pause);
    const tone = toneOf(sale, words);
    const sentence = tone === null ? "" : spokenOf(sale, words);
    const changed = sale.phase !== before.phase || tone !== toneOf(before, words);
    if (changed) heard.textContent = sentence;
    if (changed && tone !== null) signals.verdict(tone, sentence);
    else if (sale.phase === "checking" && sale.turn !== before.turn) signals.scanned();
    else if (sale.phase === "accepted") pause = setTimeout(tellPayable, PAUSE);
  }

  function tellPayable() {
    const quote = quoteOf(sale, teller);
    if (quote !== null) heard.textContent = spokenOf({ ...sale, phase: "payable", quote }, words);
  }

  redraw();

  return {
    happen,
    redraw,
    /** @param {string} key a digit, "00" or "." */
    type(key) {
      const pricing = sale.phase === "accepted" || sale.phase === "checking";
      if (!(verifyOnly() && pricing)) happen({ type: "key", key });
    },
    /** @param {string} deed of a key that is no digit */
    press(deed) {
      const alone = deed === "confirm" && sale.phase === "accepted" && verifyOnly();
      happen({ type: alone ? "note" : deed, key: newKey() });
    },
  };
}

/** Return what the typed amount comes to, or what the finished sale came to. */
function quoteOf(sale, teller) {
  const amounts = sale.phase === "recording" ? sale.sent : amountsOf(sale);
  if (amounts === null || amounts.totalFen === null || sale.answer === null) return sale.quote;
  return teller().quote(sale.answer.card, amounts.totalFen, amounts.excludedFen);
}

/** Ask the teller, and have happen what it answers. */
async function carryOut(ask, teller, happen) {
  const { turn } = ask;
  try {
    if (ask.do === "record") {
      happen({ type: "outcome", turn, ...(await teller.record(ask)) });
    } else {
      await teller.check(ask.code, (answer) => {
        happen({ type: "answer", turn, answer, online: teller.state().online });
      });
      happen({ type: "settled", turn });
    }
  } catch (fault) {
    happen({ type: ask.do === "record" ? "failed" : "settled", turn });
    throw fault;
  }
}
