/** What the tests of the scanner share: cards, a field, and a bench to try it on. */

import { createScanner } from "../../loyalty/till/static/scan/scanner.js";

export const CARD = "12345678901244";
export const OTHER = "00000000000098";

/** Return a text field that holds a value. */
export const fieldWith = (value) => ({ tagName: "INPUT", type: "text", value });

/** Return a scanner on a bench: what it reports, and a hand and a machine that press keys. */
export function bench() {
  const told = [];
  const manners = [];
  const timers = [];
  let at = 0;
  const scanner = createScanner({
    onCode: (code, manner) => told.push(["code", code]) && manners.push(manner),
    onDropped: (verdict, manner) => told.push(["dropped", verdict]) && manners.push(manner),
    onKey: (key) => told.push(["key", key]),
    onEnter: () => told.push(["enter"]) > 0,
    later: (work, wait) => timers.push({ work, due: at + wait }),
  });

  function wait(milliseconds) {
    for (const until = at + milliseconds; at < until; at += 1) {
      const due = timers.filter((timer) => timer.due <= at);
      for (const timer of due) timers.splice(timers.indexOf(timer), 1)[0].work();
    }
  }

  function hear(gap, event) {
    wait(gap);
    return scanner.hear({ key: "Process", code: "", shiftKey: false, timeStamp: at, ...event });
  }

  function press(code, gap, key = "Process", shiftKey = false) {
    return hear(gap, { code, key, shiftKey });
  }

  return {
    told,
    manners,
    wait,
    hear,
    press,
    goOn: scanner.goOn,
    scan(digits, { gap = 5, end = "Enter" } = {}) {
      for (const digit of digits) press(`Digit${digit}`, gap);
      return end === "" ? wait(500) : press(end, gap);
    },
    type(digits, gap = 200) {
      for (const digit of digits) press(`Numpad${digit}`, gap);
      wait(200);
    },
  };
}
