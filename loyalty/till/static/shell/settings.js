/** The settings of this device, and what it is. */

import { findOne, createPartFinder } from "./page.js";
import { formatYuan } from "../sell/money.js";
import { askForSecondTap } from "../day/pressing.js";
import { ageInWords } from "./status.js";

/**
 * @param {object} world
 * @param {Document} world.page
 * @param {Words} world.words
 * @param {import("./choices.js").KeptChoices} world.choices
 * @param {{available: () => boolean}} world.voice
 * @param {() => void} world.tryOut let the sounds and the voice be heard
 * @param {() => import("../sell/teller.js").Teller} world.teller
 * @param {() => void} world.onUnpaired
 * @param {() => void} world.printTraining
 */
export function createSettings(world) {
  const { page, words, choices, voice, tryOut, teller, onUnpaired, printTraining } = world;
  const screen = findOne(page, "[data-screen=settings]");
  const part = createPartFinder(screen);
  /** @type {NodeListOf<HTMLInputElement>} */
  const ticks = screen.querySelectorAll("[data-choice]");
  /** @type {NodeListOf<HTMLInputElement>} */
  const rolls = screen.querySelectorAll("[name=roll]");

  for (const tick of ticks) {
    tick.addEventListener("change", () => choices.change({ [choiceOf(tick)]: tick.checked }));
  }
  for (const roll of rolls) {
    roll.addEventListener("change", () =>
      choices.change({ roll: /** @type {"58" | "80"} */ (roll.value) }),
    );
  }
  part("try").addEventListener("click", tryOut);
  part("print-training").addEventListener("click", printTraining);
  askForSecondTap(part("unpair"), words.unpair_sure, unpair);

  async function unpair() {
    if (!(await teller().mayUnpair())) say(hindranceInWords(teller().state(), words));
    else if (await teller().unpair()) onUnpaired();
    else say(words.unpair_failed);
  }

  /** @param {string} sentence */
  function say(sentence) {
    part("unpair-said").textContent = sentence;
    part("unpair-said").hidden = false;
  }

  /** @param {import("./choices.js").Choices} shown */
  function drawChoices(shown) {
    for (const tick of ticks) tick.checked = shown[choiceOf(tick)];
    for (const roll of rolls) roll.checked = roll.value === shown.roll;
  }

  /** @param {import("../keep/pack.js").Pack | null} pack null while the device has none */
  function drawAbout(pack) {
    const { listAgeMs, waiting, allowanceLeft } = teller().state();
    part("list").textContent = listInWords(pack, ageInWords(listAgeMs, words), words);
    part("waiting-count").textContent = String(waiting);
    part("allowance").textContent = allowanceInWords(allowanceLeft, words);
    part("unpair-said").hidden = true;
    // Some browsers load their voices after the page.
    part("no-voice").hidden = voice.available();
  }

  return { drawChoices, drawAbout };
}

/**
 * Return the choice that a tick of the page stands for.
 * @param {HTMLInputElement} tick
 */
function choiceOf(tick) {
  return /** @type {Exclude<keyof import("./choices.js").Choices, "roll">} */ (tick.dataset.choice);
}

/**
 * Return what is on the device, and what to do about it: not all of it waits for the network.
 * @param {import("../keep/standing.js").State} state
 * @param {Words} words
 */
function hindranceInWords({ waiting, attention }, words) {
  if (waiting > 0) return words.unpair_waiting.replace("{count}", String(waiting));
  return words.unpair_attention.replace("{count}", String(attention));
}

/**
 * @param {import("../keep/pack.js").Pack | null} pack
 * @param {string} age in words
 * @param {Words} words
 */
function listInWords(pack, age, words) {
  const number = pack && pack.revocations ? pack.revocations.number : undefined;
  if (number === undefined) return age;
  return words.list_number.replace("{number}", String(number)).replace("{age}", age);
}

/**
 * Return what may still be sold without network, in words.
 * @param {import("../keep/standing.js").Allowance} left
 * @param {Words} words
 */
function allowanceInWords({ sales, saved_fen: saved }, words) {
  const parts = [];
  if (sales !== null) parts.push(words.allowance_sales.replace("{count}", String(sales)));
  if (saved !== null) parts.push(words.allowance_saved.replace("{amount}", formatYuan(saved)));
  return parts.join(words.list_comma) || words.unlimited;
}
