/** Brings the till's modules together on its page. */

import { makeKey } from "../keep/api.js";
import { createAttention, createSaver } from "../day/attention.js";
import { createCamera } from "../scan/camera.js";
import { createChoices } from "./choices.js";
import { createInput } from "../scan/input.js";
import { followLook, lookOf } from "./look.js";
import { install, openTill } from "./opening.js";
import { findAll, findOne } from "./page.js";
import { honourName } from "../keep/pack.js";
import { codeInFragment, createPairing } from "../keep/pairing.js";
import { createScannerTest } from "../scan/scanner_test.js";
import { createScreen } from "../sell/screen.js";
import { createSale } from "../sell/selling.js";
import { createSettings } from "./settings.js";
import { createShop } from "../day/shop.js";
import { createSignals } from "../sell/signals.js";
import { createSounds } from "../sell/sounds.js";
import { createStatus } from "./status.js";
import { createSlip } from "../day/slip.js";
import { createSummary } from "../day/summary.js";
import { createTabs } from "./tabs.js";
import { createToday } from "../day/today.js";
import { createTraining, makeTrainingSlip } from "../sell/training.js";
import { createVoice } from "../sell/voice.js";

/** How often the age of the list is told anew, in milliseconds. */
const MINUTE = 60 * 1000;

/**
 * @typedef {Awaited<ReturnType<typeof openTill>>} Till
 * @typedef {ReturnType<typeof makeShared>} Shared
 * @typedef {ReturnType<typeof openScreens>} Opened
 */

const page = document;
/** @type {Words} */
const words = JSON.parse(String(findOne(page, "#words").textContent));
const pairing = createPairing(localStorage);
/** Where a screen is open that needs it, this device is paired. */
const paired = () => /** @type {import("../keep/pairing.js").Pairing} */ (pairing.read());
const choices = createChoices(localStorage, lookOf(page), window);
const voice = createVoice({
  synthesis: window.speechSynthesis,
  utter: (text) => new SpeechSynthesisUtterance(text),
  language: page.documentElement.lang,
});
const signals = createSignals({
  sounds: createSounds(() => new (window.AudioContext || window.webkitAudioContext)()),
  voice,
  vibrate: (pattern) => navigator.vibrate && navigator.vibrate(pattern),
  choices: choices.read,
});
const freshKey = () => makeKey((bytes) => crypto.getRandomValues(bytes));
followLook(page, choices, new URLSearchParams(location.search));

/** @param {Till} till */
function run(till) {
  const shared = makeShared(till);
  const sale = createSale({
    ...shared,
    liveRegion: findOne(page, "[data-heard]"),
    screen: createScreen(page, words, (honour) =>
      honourName(till.pack.current(), honour, page.documentElement.lang),
    ),
    signals,
    verifyOnly: () => choices.read().verify_only,
    newKey: freshKey,
  });
  const input = createInput({
    page,
    sale,
    comeForward() {
      // A card that was scanned meanwhile needs no camera, and its verdict must be seen.
      camera.close();
      tabs.open("sell");
    },
  });
  const camera = createCamera({ page, onCode: input.onCode, onDropped: input.onDropped });
  createScannerTest(page);
  const opened = openScreens(till, shared);
  const tabs = createTabs(page, (name) => {
    input.listen({ scans: name !== "pair" && name !== "scanner-test", keys: name === "sell" });
    const { screens } = opened;
    if (name in screens) screens[/** @type {keyof typeof screens} */ (name)]();
  });
  followChoices(sale);
  followStanding(till, opened.changed);
  bind(till, tabs, opened);
}

/**
 * Return what the screens have in common; in practice, another teller and another book.
 * @param {Till} till
 */
function makeShared({ teller, clock, pack, book }) {
  const now = () => new Date(clock.now());
  const training = createTraining({ teller, pack: pack.current, now });
  const inTraining = () => choices.read().training;
  return {
    page,
    words,
    teller: () => (inTraining() ? training.teller : teller),
    book: () => (inTraining() ? training.book : book),
    now: clock.now,
    timezone: () => paired().community.timezone,
  };
}

/**
 * Make the screens beside selling; return what each does when it comes to the front, and what is
 * done when a sale has left the device or needs attention.
 * @param {Till} till
 * @param {Shared} shared
 */
function openScreens(till, shared) {
  const { teller, timezone } = shared;
  const slip = createSlip({ page, roll: () => choices.read().roll, window });
  const summary = createSummary({
    ...shared,
    slip,
    waiting: () => teller().state().waiting,
    say: (sentence) => voice.say(sentence),
  });
  const today = createToday({ ...shared, newKey: freshKey, onDay: summary.follow });
  const attention = createAttention({ page, words, teller, timezone, save: createSaver(page) });
  const shop = createShop({ page, words, print: slip.printPage });
  const settings = createSettings({
    page,
    words,
    choices,
    voice,
    tryOut: () => signals.verdict("yes", words.try_sentence),
    teller: () => till.teller,
    onUnpaired: () => location.reload(),
    printTraining: () => slip.print(makeTrainingSlip(words)),
  });
  choices.follow(settings.drawChoices);
  function openToday() {
    today.open();
    attention.open();
  }
  return {
    screens: {
      today: openToday,
      shop: () => shop.draw(paired(), till.pack.current()),
      settings: () => settings.drawAbout(till.pack.current()),
    },
    changed() {
      if (findOne(page, "[data-screen=today]").hidden) return;
      today.refresh();
      attention.open();
    },
  };
}

/** @param {import("../sell/selling.js").CourseOfSale} sale */
function followChoices(sale) {
  let trained = choices.read().training;
  choices.follow(({ training }) => {
    findOne(page, "[data-training-banner]").hidden = !training;
    // What was begun in practice is not finished in earnest, nor the other way round.
    if (training !== trained) sale.press("clear");
    else sale.redraw();
    trained = training;
  });
}

/**
 * Tell how the till stands; and the list of the day if what is on the device has changed.
 * @param {Till} till
 * @param {() => void} changed
 */
function followStanding(till, changed) {
  const status = createStatus(page, words);
  let before = "";
  function draw() {
    const state = till.teller.state();
    if (pairing.read() !== null) status.draw(state);
    const now = `${state.waiting} ${state.attention}`;
    if (now !== before) changed();
    before = now;
  }
  till.teller.onChange(draw);
  setInterval(draw, MINUTE);
  draw();
}

/**
 * @param {Till} till
 * @param {import("./tabs.js").Tabs} tabs
 * @param {Opened} opened
 */
function bind(till, tabs, opened) {
  function start() {
    const isPaired = pairing.read() !== null;
    page.body.classList.toggle("paired", isPaired);
    for (const part of findAll(page, "[data-line], [data-tabs]")) part.hidden = !isPaired;
    tabs.open(isPaired ? "sell" : "pair");
    if (isPaired) opened.screens.shop();
    else offerCode(codeInFragment(location.hash));
  }

  const form = findPairForm();
  if (form !== null) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await pair(till, form.code.value)) start();
    });
  }
  window.addEventListener("hashchange", start);
  start();
}

/** Return the form that binds this device; a messenger, which forgets what is kept, is given none. */
function findPairForm() {
  const form = page.querySelector("[data-pair-form]");
  return /** @type {(HTMLFormElement & {code: HTMLInputElement}) | null} */ (form);
}

/**
 * A link brings the code along; one tap is left to do.
 * @param {string} code
 */
function offerCode(code) {
  const form = findPairForm();
  if (form === null) return;
  form.code.value = code;
  (code === "" ? form.code : findOne(form, "button")).focus();
}

/**
 * Bind this device; return whether the service has agreed.
 * @param {Till} till
 * @param {string} code
 */
async function pair(till, code) {
  const fault = findOne(page, "[data-pair-fault]");
  const answer = await till.teller.pair(code);
  fault.hidden = answer.status === 201;
  fault.textContent = answer.status === 0 ? words.pairing_silent : words.pairing_refused;
  if (answer.status !== 201) return false;
  // The code is spent; out of the address it goes.
  history.replaceState(null, "", location.pathname);
  return true;
}

install(window);
openTill(window, pairing, words).then(run, (fault) => {
  const warning = findOne(page, "[data-warning]");
  warning.textContent = words.no_memory;
  warning.hidden = false;
  throw fault;
});
