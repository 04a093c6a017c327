/** The list of the day, taking a sale back in two taps, and goods coming back. */

import { findOne, findOneOf, createPartFinder } from "../shell/page.js";
import { mayBeTakenBack } from "./entries.js";
import { formatYuan } from "../sell/money.js";
import { askForSecondTap } from "./pressing.js";
import { makeQueuedRow, makeRecordedRow } from "./rows.js";

/**
 * @typedef {import("./entries.js").Entry} Entry
 * @typedef {import("./entries.js").Goods} Goods
 * @typedef {import("../keep/queue.js").Queued} Queued
 * @typedef {import("../sell/screen.js").Tone} Tone
 *
 * @typedef {object} Day of this till
 * @property {string} day
 * @property {number} uses
 * @property {number} total_fen
 * @property {number} payable_fen
 * @property {number} saved_fen
 * @property {readonly Entry[]} items newest first
 *
 * @typedef {{status: number, body: any}} Answer
 *
 * @typedef {object} Book the calls about the day
 * @property {() => Promise<Answer>} today
 * @property {(id: string, reason: string, key: string) => Promise<Answer>} takeBack
 * @property {(id: string, reason: string, amountFen: number, excludedFen: number | null, key: string)
 *   => Promise<Answer>} giveBack
 */

/**
 * @param {object} world
 * @param {Document} world.page
 * @param {Words} world.words
 * @param {() => Book} world.book the real one, or that of practice
 * @param {() => import("../sell/teller.js").Teller} world.teller
 * @param {() => number} world.now milliseconds
 * @param {() => string} world.timezone of the community
 * @param {() => string} world.newKey
 * @param {(day: Day | null) => void} world.onDay told of the day; null while the service has not answered
 */
export function createToday({ page, words, book, teller, now, timezone, newKey, onDay }) {
  const screen = findOne(page, "[data-screen=today]");
  const part = createPartFinder(screen);
  const template = findOneOf(HTMLTemplateElement, screen, "[data-entry]");
  const list = part("entries");
  /** @type {Day | null} null while the service has not answered */
  let day = null;
  /** @type {Book | null} whose day it is: the real one's, or that of practice */
  let asked = null;
  /** Keys of the deeds that were not answered, by what is to be done: done twice, it counts once. */
  const keys = new Map();
  /** How often the day was asked for; the last one that was answered; the last before a deed was told. */
  const turns = { asked: 0, answered: 0, told: 0 };
  /** @type {readonly Queued[] | null} what waits, where the rows are older than that; null where none are */
  let undrawn = null;

  /** Somebody comes to the list: what was begun here before is left. */
  const open = () => ask({ anew: true });

  /** The day has changed: whoever is in the middle of something here is not disturbed. */
  const refresh = () => ask({ anew: false });

  /**
   * What the device knows is shown at once; what waits is sent; then the service is asked.
   * @param {{anew: boolean}} how
   */
  async function ask({ anew }) {
    turns.asked += 1;
    const turn = turns.asked;
    const source = book();
    if (asked !== source) day = null;
    asked = source;
    const known = await teller().waitingItems();
    draw(known, { anew });
    if (teller().state().waiting > 0) await teller().uploadNow();
    const answer = await source.today();
    const waiting = await teller().waitingItems();
    // What was asked later has been answered: this would bring back what is gone by now.
    if (turn < turns.answered) return;
    turns.answered = turn;
    day = answer.status === 200 ? answer.body : null;
    draw(waiting, { anew: false });
    if (turn <= turns.told) return;
    if (day === null) say(words.today_silent, "unsure");
    else say(waiting.length + day.items.length === 0 ? words.nothing_today : "", "");
  }

  /**
   * Sums follow the day at once; rows, as soon as nobody is in the middle of something in them.
   * @param {readonly Queued[]} waiting
   * @param {{anew: boolean}} how
   */
  function draw(waiting, { anew }) {
    drawSums(part, day);
    drawWaiting(part("sums-waiting"), waiting, words);
    onDay(day);
    undrawn = waiting;
    if (anew || !busy()) drawRows();
  }

  /** Draw the rows, if there is anything new to them. */
  function drawRows() {
    if (undrawn === null) return;
    const waiting = undrawn;
    undrawn = null;
    const world = { words, now, timezone, takeBack, giveBack, takeBackWaiting };
    const recorded = day === null ? [] : day.items;
    list.textContent = "";
    list.append(
      ...waiting.map((queued) => makeWaitingRow(template, queued, world)),
      ...recorded.map((entry) => makeRecordedRow(template, entry, world)),
    );
  }

  /**
   * Have a deed done under one key until it is answered.
   * @param {string} deed
   * @param {(key: string) => Promise<Answer>} act
   */
  async function runOnce(deed, act) {
    const key = keys.get(deed) || newKey();
    keys.set(deed, key);
    const answer = await act(key);
    if (answer.status !== 0) keys.delete(deed);
    return { ...answer, status: answer.status === 200 ? 201 : answer.status };
  }

  /**
   * A sale that has left the device meanwhile stands in the list of the day by now.
   * @param {Queued} queued
   */
  async function takeBackWaiting(queued) {
    const deed = { key: newKey(), reason: words.void_reason };
    const done = await teller().takeBackWaiting(queued.key, deed);
    await refresh();
    if (done) tell(words.voided_waiting, "yes");
    else tell(words.left_meanwhile, "unsure");
  }

  /**
   * An answer may be lost after the deed is done: then the list of the day tells.
   * @param {Entry} entry
   */
  async function takeBack(entry) {
    const { status } = await runOnce(`void ${entry.id}`, (key) =>
      book().takeBack(entry.id, words.void_reason, key),
    );
    await refresh();
    if (status === 201 || (status === 0 && findNow(entry).voided)) tell(words.voided, "yes");
    else if (status === 0) tell(words.void_silent, "unsure");
    else tell(words.void_refused, "no");
  }

  /**
   * @param {Entry} entry
   * @param {Goods} goods
   */
  async function giveBack(entry, { amountFen, excludedFen }) {
    const deed = `return ${entry.id} ${entry.total_fen} ${amountFen} ${excludedFen}`;
    const { status, body } = await runOnce(deed, (key) =>
      book().giveBack(entry.id, words.return_reason, amountFen, excludedFen, key),
    );
    await refresh();
    const done = status === 201 || (status === 0 && findNow(entry).total_fen < entry.total_fen);
    const back =
      status === 201 ? -body.payable_fen : entry.payable_fen - findNow(entry).payable_fen;
    if (done) tell(words.returned.replace("{amount}", formatYuan(back)), "yes");
    else if (status === 0) tell(words.void_silent, "unsure");
    else tell(words.return_refused, "no");
  }

  /**
   * Return what the list says of a sale by now; what it said before where there is no list.
   * @param {Entry} entry
   */
  function findNow(entry) {
    return (day === null ? [] : day.items).find(({ id }) => id === entry.id) || entry;
  }

  /**
   * Tell what became of a deed; no answer to an earlier question takes that away.
   * @param {string} sentence
   * @param {Tone} tone
   */
  function tell(sentence, tone) {
    turns.told = turns.asked;
    say(sentence, tone);
  }

  /**
   * @param {string} sentence
   * @param {Tone | ""} tone
   */
  function say(sentence, tone) {
    const said = part("today-said");
    said.textContent = sentence;
    said.className = `notice ${tone}`;
    said.hidden = sentence === "";
  }

  /** Whether somebody is in the middle of something here, which a new list would wipe out. */
  function busy() {
    return list.querySelector("[data-return-form]:not([hidden]), .sure") !== null;
  }

  // After the row's own: it may have left what it was in the middle of.
  list.addEventListener("click", () => {
    if (!busy()) drawRows();
  });
  return { open, refresh };
}

/**
 * @param {HTMLTemplateElement} template
 * @param {Queued} queued
 * @param {object} world
 * @param {Words} world.words
 * @param {() => string} world.timezone
 * @param {(queued: Queued) => unknown} world.takeBackWaiting
 */
function makeWaitingRow(template, queued, world) {
  const { words, takeBackWaiting } = world;
  const more = queued.taken_back ? words.item_taken_back : words.item_waiting;
  const { row, inside } = makeQueuedRow(template, queued, more, world);
  row.classList.add("waiting");
  row.classList.toggle("taken-back", Boolean(queued.taken_back));
  inside("return-form").remove();
  inside("return").remove();
  if (mayBeTakenBack(queued)) {
    askForSecondTap(inside("void"), words.sure, () => takeBackWaiting(queued));
    inside("time").id = `time-${queued.key}`;
    inside("void").setAttribute("aria-describedby", inside("time").id);
  } else inside("acts").remove();
  return row;
}

/**
 * @param {import("../shell/page.js").Part} part
 * @param {Day | null} day
 */
function drawSums(part, day) {
  part("count").textContent = day === null ? "–" : String(day.uses);
  part("sum-payable").textContent = day === null ? "–" : formatYuan(day.payable_fen);
  part("sum-saved").textContent = day === null ? "–" : formatYuan(day.saved_fen);
}

/**
 * What waits is told beside the sums: it may yet be refused.
 * @param {HTMLElement} element
 * @param {readonly Queued[]} waiting
 * @param {Words} words
 */
function drawWaiting(element, waiting, words) {
  const standing = waiting.filter((item) => !item.taken_back);
  const sum = standing.reduce((fen, { sale }) => fen + (sale.payable_fen || 0), 0);
  element.hidden = standing.length === 0;
  element.textContent = words.waiting_sums
    .replace("{count}", String(standing.length))
    .replace("{payable}", formatYuan(sum));
}
