/** The list of the day, taking a sale back in two taps, and goods coming back. */

import { mayBeVoided, mayComeBack, moreOf, sumOf, sumOfQueued, timeAt } from "./entries.js";
import { fenOf, yuan } from "./money.js";
import { inTwoTaps } from "./pressing.js";

/**
 * @param {object} world
 * @param {Document} world.page
 * @param {any} world.words
 * @param {() => any} world.book the calls about the day: today, takeBack, giveBack
 * @param {() => any} world.teller
 * @param {() => number} world.now milliseconds
 * @param {() => string} world.timezone of the community
 * @param {(day: any) => void} world.onDay told of the day; null while the service has not answered
 */
export function createToday({ page, words, book, teller, now, timezone, onDay }) {
  const screen = page.querySelector("[data-screen=today]");
  const part = (name) => screen.querySelector(`[data-${name}]`);
  const list = part("entries");
  let day = null;
  /** Whose day it is: the real one's, or that of practice. */
  let asked = null;

  /** What the device knows is shown at once; what waits is sent; then the service is asked. */
  async function open() {
    if (asked !== book()) day = null;
    asked = book();
    draw(await teller().waitingItems());
    if (teller().state().waiting > 0) await teller().uploadNow();
    const answer = await asked.today();
    day = answer.status === 200 ? answer.body : null;
    const waiting = await teller().waitingItems();
    draw(waiting);
    if (day === null) say(words.today_silent, "unsure");
    else say(waiting.length + day.items.length === 0 ? words.nothing_today : "", "");
  }

  function draw(waiting) {
    list.textContent = "";
    list.append(...waiting.map(waitingRow), ...(day === null ? [] : day.items.map(row)));
    drawSums();
    drawWaiting(waiting);
    onDay(day);
  }

  function drawSums() {
    part("count").textContent = day === null ? "–" : String(day.uses);
    part("sum-payable").textContent = day === null ? "–" : yuan(day.payable_fen);
    part("sum-saved").textContent = day === null ? "–" : yuan(day.saved_fen);
  }

  /** What waits is told beside the sums: it may yet be refused. */
  function drawWaiting(waiting) {
    const sum = waiting.reduce((fen, { sale }) => fen + (sale.payable_fen || 0), 0);
    part("sums-waiting").hidden = waiting.length === 0;
    part("sums-waiting").textContent = words.waiting_sums
      .replace("{count}", String(waiting.length))
      .replace("{payable}", yuan(sum));
  }

  function blank() {
    const item = part("entry").content.firstElementChild.cloneNode(true);
    return { item, inside: (name) => item.querySelector(`[data-${name}]`) };
  }

  function waitingRow(queued) {
    const { item, inside } = blank();
    inside("time").textContent = timeAt(queued.sale.happened_at, timezone());
    inside("sum").textContent = sumOfQueued(queued, words);
    inside("more").textContent = words.item_waiting;
    item.classList.add("waiting");
    inside("acts").remove();
    inside("return-form").remove();
    return item;
  }

  function row(entry) {
    const { item, inside } = blank();
    const time = timeAt(entry.happened_at, timezone());
    inside("time").textContent = time;
    inside("sum").textContent = sumOf(entry, words);
    inside("more").textContent = moreOf(entry, words);
    item.classList.toggle("taken-back", entry.voided);
    inside("void").hidden = !mayBeVoided(entry, now());
    inTwoTaps(inside("void"), words.sure, () => takeBack(entry));
    inside("return").hidden = !mayComeBack(entry);
    // Rows look alike: whoever hears them is told which sale a button belongs to.
    for (const name of ["void", "return"]) {
      const button = inside(name);
      button.setAttribute("aria-describedby", (inside("time").id = `time-${entry.id}`));
    }
    offerReturn(entry, inside);
    return item;
  }

  async function takeBack(entry) {
    const { status } = await book().takeBack(entry.id, words.void_reason);
    await open();
    if (status === 0) say(words.void_silent, "unsure");
    else if (status === 201) say(words.voided, "yes");
    else say(words.void_refused, "no");
  }

  function offerReturn(entry, inside) {
    const form = inside("return-form");
    const show = (shown) => {
      form.hidden = !shown;
      inside("acts").hidden = shown;
      (shown ? form.amount : inside("return")).focus();
    };
    inside("return").addEventListener("click", () => show(true));
    inside("return-cancel").addEventListener("click", () => show(false));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const amount = fenOf(form.amount.value.normalize("NFKC").trim());
      const sound = amount !== null && amount <= entry.total_fen;
      inside("return-fault").hidden = sound;
      inside("return-fault").textContent = sound ? "" : words.return_amount;
      if (sound) giveBack(entry, amount);
    });
  }

  async function giveBack(entry, amountFen) {
    const { status, body } = await book().giveBack(entry.id, words.return_reason, amountFen);
    await open();
    if (status === 0) say(words.void_silent, "unsure");
    else if (status !== 201) say(words.return_refused, "no");
    else say(words.returned.replace("{amount}", yuan(-body.payable_fen)), "yes");
  }

  function say(sentence, tone) {
    const said = part("today-said");
    said.textContent = sentence;
    said.className = `notice ${tone}`;
    said.hidden = sentence === "";
  }

  return {
    open,
    /** Whether somebody is in the middle of something here, which a new list would wipe out. */
    busy: () => list.querySelector("[data-return-form]:not([hidden]), .sure") !== null,
  };
}
