/**
 * A scanner is a keyboard that types very fast. It is heard wherever the focus is, and told from
 * fingers by its speed; a slow one is told by the length of what it sends before its Enter.
 */

import { kindOf } from "./codes.js";

/** Keys closer together than this come from a machine, in milliseconds. */
export const BURST_GAP = 60;
/** No amount is as long as the shortest thing a scanner reads. */
export const SHORTEST_CODE = 8;
/** The same code again within this time is the same look at the same card, in milliseconds. */
export const SAME_CODE = 5000;

/** What a key of a US layout types with Shift; scanners type capitals and addresses with it. */
const MARKS = { Slash: "/", Period: ".", NumpadDecimal: ".", Minus: "-", NumpadSubtract: "-" };
const SHIFTED = { Semicolon: ":", Minus: "_", Slash: "?" };

/**
 * Return the character a key stands for, read from its place: an input method for Chinese swallows
 * the letter, never the place. Letters are capitals, as in every code of ours. "" if there is none.
 * @param {{code: string, key: string, shiftKey: boolean}} event
 */
export function characterOf(event) {
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  if (digit !== null) return digit[1];
  const letter = /^Key([A-Z])$/.exec(event.code);
  if (letter !== null) return letter[1];
  const written = event.key.length === 1 ? event.key.normalize("NFKC") : "";
  // A mark the browser has read is right on every layout; an input method leaves only its place.
  if (/^[:/.\-_?]$/.test(written)) return written;
  const marks = event.shiftKey ? SHIFTED : MARKS;
  if (event.code in marks) return marks[event.code];
  return event.code === "" || event.code === "Unidentified" ? written.toUpperCase() : "";
}

/**
 * @typedef {object} Listener
 * @property {(code: string) => void} onCode a card was read
 * @property {(verdict: "payment_code" | "bad_code") => void} onDropped something else was read
 * @property {(key: string) => void} onKey a finger has typed a digit or a point
 * @property {() => boolean} onEnter a finger has pressed Enter; whether that was for the till
 * @property {(work: () => void, wait: number) => unknown} later such as setTimeout
 */

/**
 * Return what hears key presses and tells codes from typing.
 * @param {Listener} listener
 */
export function createScanner({ onCode, onDropped, onKey, onEnter, later }) {
  let line = "";
  let waiting = "";
  let lastAt = -Infinity;
  let lastCode = "";
  let lastCodeAt = -Infinity;

  /** Hand on what fingers have typed; a burst that never ended with Enter is a code. */
  function settle(at) {
    if (at !== lastAt) return;
    if (waiting.length >= SHORTEST_CODE) finish(waiting, at);
    else hand(waiting);
  }

  function hand(typed) {
    waiting = "";
    for (const key of typed) if (/[0-9.]/.test(key)) onKey(key);
  }

  function finish(text, at) {
    line = "";
    waiting = "";
    const repeated = text === lastCode && at - lastCodeAt < SAME_CODE;
    lastCodeAt = at;
    if (repeated) return;
    const kind = kindOf(text);
    // A code of money is forgotten at once, even here.
    lastCode = kind === "payment_code" ? "" : text;
    if (kind === "card_number" || kind === "token") onCode(text);
    else onDropped(kind === "payment_code" ? "payment_code" : "bad_code");
  }

  return {
    /**
     * Hear one key; return whether it was meant for the till and nobody else.
     * @param {{code: string, key: string, shiftKey: boolean, timeStamp: number}} event
     */
    hear(event) {
      const at = event.timeStamp;
      if (event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Tab") {
        return end(at, event.code);
      }
      const character = characterOf(event);
      if (character === "") return false;
      if (at - lastAt > BURST_GAP) hand(waiting);
      line = (line + character).slice(-300);
      waiting += character;
      lastAt = at;
      later(() => settle(at), BURST_GAP + 20);
      return true;
    },
    /** Forget what was typed: another customer. */
    forget() {
      line = "";
      waiting = "";
    },
  };

  function end(at, code) {
    const fast = waiting.length >= SHORTEST_CODE && at - lastAt <= BURST_GAP * 4;
    const slow = line.length >= SHORTEST_CODE && kindOf(line) !== "bad";
    if (fast || slow) {
      finish(fast ? waiting : line, at);
      return true;
    }
    hand(waiting);
    line = "";
    // Without a code before it, Tab moves the focus as everywhere.
    return code !== "Tab" && onEnter();
  }
}
