/**
 * A scanner is a keyboard that types very fast. It is heard wherever the focus is, and told from
 * fingers by its speed; a slow one is told by the length of what it sends before its Enter.
 */

import { kindOf, withoutPrefix } from "./codes.js";
import { fieldOf, keepOut } from "./fields.js";
import { characterOf, createNumberedKeys, endOf, plain } from "./keys.js";
import {
  BURST_GAP,
  SHORTEST_CODE,
  STUMBLE,
  countOfCode,
  mannerOf,
  mayGoOn,
  textOf,
} from "./lines.js";

/** The same code again within this time is the same look at the same card, in milliseconds. */
export const SAME_CODE = 5000;
/** An Enter this soon after a code belongs to it, in milliseconds. */
const LATE_ENTER = 250;
/** Letters of a line that are remembered. */
const LONGEST_LINE = 300;

/** The events of a page that a scanner is heard by. */
export const HEARD = [
  "keydown",
  "keyup",
  "beforeinput",
  "input",
  "compositionstart",
  "compositionupdate",
];

/**
 * @typedef {import("./lines.js").Key} Key
 * @typedef {import("./lines.js").Manner} Manner
 *
 * @typedef {object} Listener
 * @property {(code: string, manner: Manner) => void} onCode a card was read
 * @property {(verdict: "payment_code" | "bad_code", manner: Manner) => void} onDropped something
 *   else was read
 * @property {(key: string) => void} onKey a finger has typed a digit or a point
 * @property {() => boolean} onEnter a finger has pressed Enter; whether that was for the till
 * @property {(work: () => void, wait: number) => unknown} later such as setTimeout
 * @property {number} [sameCode] how long the same code is not told again, in milliseconds
 *
 * @typedef {Required<Listener>} FullListener a listener that has said all
 *
 * @typedef {object} Heard
 * @property {Key[]} keys the line since its last end
 * @property {number} waiting how many of the last keys have not been handed on
 * @property {number} lastAt
 * @property {string} lastCode
 * @property {number} lastCodeAt
 * @property {ReturnType<typeof createNumberedKeys>} numbered
 * @property {boolean} byPlace the last key was read by its place, so its text is not read again
 * @property {string} composed
 * @property {import("./fields.js").Kept | null} kept the field a code was taken out of just now
 *
 * @typedef {KeyboardEvent | InputEvent | CompositionEvent} Typing
 */

/**
 * Return what hears the events of a page and tells codes from typing.
 * @param {Listener} world
 */
export function createScanner({ later, sameCode = SAME_CODE, ...world }) {
  // A browser's own setTimeout refuses to be called as somebody's method.
  /** @type {FullListener} */
  const listener = { ...world, sameCode, later: (work, wait) => later(work, wait) };
  /** @type {Heard} */
  const heard = {
    keys: [],
    waiting: 0,
    lastAt: -Infinity,
    lastCode: "",
    lastCodeAt: -Infinity,
    numbered: createNumberedKeys(),
    byPlace: false,
    composed: "",
    kept: null,
  };

  /** @type {Record<string, (heard: Heard, listener: FullListener, event: any) => boolean>} */
  const hearing = {
    keydown: pressed,
    keyup: released,
    beforeinput: inserted,
    compositionstart: composed,
    compositionupdate: composed,
    input: putBack,
  };

  return {
    /**
     * Hear one event; return whether it was meant for the till and nobody else.
     * @param {Event} event of one of the types in HEARD; a key that goes down if it has none
     */
    hear: (event) => hearing[event.type || "keydown"](heard, listener, event),
    /** Hand on what fingers have typed, before a key that is no part of it; the rest is forgotten. */
    goOn() {
      if (heard.waiting < SHORTEST_CODE) hand(heard, listener);
      forget(heard);
    },
  };
}

/** @param {Heard} heard */
function forget(heard) {
  heard.keys = [];
  heard.waiting = 0;
}

/**
 * @param {Heard} heard
 * @param {FullListener} listener
 * @param {KeyboardEvent} event
 */
function pressed(heard, listener, event) {
  const at = event.timeStamp;
  // A key that is held down is a finger's; the second of its digits was not meant.
  if (event.repeat) return fieldOf(event.target) === null && characterOf(event).trim() !== "";
  if (heard.numbered.gathers(event)) {
    begin(heard, listener, at);
    return fieldOf(event.target) === null;
  }
  const end = endOf(event);
  const inBurst = running(heard, at);
  if (event.ctrlKey || event.metaKey || event.altKey) {
    // In the middle of a code, or as its end, these are no shortcuts of the browser.
    if (!inBurst && at - heard.lastCodeAt > LATE_ENTER) return false;
    return end === "" || ended(heard, listener, end, event);
  }
  if (end !== "") return ended(heard, listener, end, event);
  // With a new key the input method is done with the last code.
  heard.kept = null;
  const character = characterOf(event);
  heard.byPlace = character !== "";
  if (character === "" || (character === " " && !inBurst)) return false;
  return typed(heard, listener, character, event);
}

/**
 * @param {Heard} heard
 * @param {FullListener} listener
 * @param {KeyboardEvent} event
 */
function released(heard, listener, event) {
  const { character, end } = heard.numbered.release(event);
  if (end !== "") return ended(heard, listener, end, event);
  if (character === "") return false;
  heard.byPlace = true;
  return typed(heard, listener, character, event);
}

/**
 * A keyboard without places, as on a telephone: only the text it writes can be heard.
 * @param {Heard} heard
 * @param {FullListener} listener
 * @param {InputEvent} event
 */
function inserted(heard, listener, event) {
  if (heard.byPlace || event.inputType !== "insertText") return false;
  hearText(heard, listener, plain(event.data || ""), event);
  return false;
}

/**
 * Of a text that is being composed, only what is new; it is cut into syllables by blanks.
 * @param {Heard} heard
 * @param {FullListener} listener
 * @param {CompositionEvent} event
 */
function composed(heard, listener, event) {
  const starts = event.type === "compositionstart";
  const text = starts ? "" : plain(event.data || "").replace(/[ ']/g, "");
  const before = text.startsWith(heard.composed) ? heard.composed.length : 0;
  if (!heard.byPlace) hearText(heard, listener, text.slice(before), event);
  heard.composed = text;
  return false;
}

/**
 * @param {Heard} heard
 * @param {FullListener} listener
 * @param {string} text
 * @param {Typing} event
 */
function hearText(heard, listener, text, event) {
  // An input method writes down once more what was taken out of its field.
  if (heard.kept !== null && event.timeStamp <= heard.kept.until) return;
  for (const character of text) typed(heard, listener, character, event);
}

/**
 * An input method writes after the code was found; that goes as well.
 * @param {Heard} heard
 * @param {FullListener} _listener
 * @param {Event} event
 */
function putBack(heard, _listener, event) {
  if (heard.kept !== null) heard.kept.putBack(event.timeStamp);
  return false;
}

/**
 * Return whether a machine is typing.
 * @param {Heard} heard
 * @param {number} at
 */
function running(heard, at) {
  return heard.waiting > 0 && at - heard.lastAt <= BURST_GAP;
}

/**
 * A key was touched: what came long before it was typed by a finger.
 * @param {Heard} heard
 * @param {FullListener} listener
 * @param {number} at
 */
function begin(heard, listener, at) {
  if (at - heard.lastAt > BURST_GAP) hand(heard, listener);
  heard.lastAt = at;
}

/**
 * Keep a character until it is known who has typed it; return whether the page must not see it.
 * @param {Heard} heard
 * @param {FullListener} listener
 * @param {string} character
 * @param {Typing} event
 */
function typed(heard, listener, character, event) {
  const at = event.timeStamp;
  begin(heard, listener, at);
  const field = fieldOf(event.target);
  // What an input method writes has no key.
  const key = /** @type {Partial<KeyboardEvent>} */ (event);
  const written = key.key && key.key.length === 1 ? key.key : "";
  const capsLock = Boolean(key.getModifierState && key.getModifierState("CapsLock"));
  heard.keys = [...heard.keys, { character, at, written, capsLock, field }].slice(-LONGEST_LINE);
  heard.waiting = Math.min(heard.waiting + 1, heard.keys.length);
  listener.later(() => settle(heard, listener, at), BURST_GAP + 20);
  return field === null;
}

/**
 * Hand on what fingers have typed; a burst that never ended with Enter is a code.
 * @param {Heard} heard
 * @param {FullListener} listener
 * @param {number} at
 */
function settle(heard, listener, at) {
  if (at !== heard.lastAt) return;
  if (heard.waiting < SHORTEST_CODE) {
    hand(heard, listener);
    return;
  }
  const count = countOfCode(heard, at);
  // Its Enter may have come meanwhile, and told the code.
  const whole = () => at === heard.lastAt && heard.waiting >= SHORTEST_CODE;
  const tell = () => whole() && finish(heard, listener, count, "", at);
  if (mayGoOn(heard.keys, count)) listener.later(tell, STUMBLE);
  else tell();
}

/**
 * What goes into a field stays there; all else is for the number pad.
 * @param {Heard} heard
 * @param {FullListener} listener
 */
function hand(heard, listener) {
  const keys = heard.waiting === 0 ? [] : heard.keys.slice(-heard.waiting);
  heard.waiting = 0;
  for (const { character, field } of keys) {
    if (field === null && /[0-9.]/.test(character)) listener.onKey(character);
  }
}

/**
 * @param {Heard} heard
 * @param {FullListener} listener
 * @param {import("./keys.js").End} end
 * @param {KeyboardEvent} event
 */
function ended(heard, listener, end, event) {
  const at = event.timeStamp;
  const count = countOfCode(heard, at);
  if (count > 0) {
    finish(heard, listener, count, end, at);
    return true;
  }
  const typedSince = heard.keys.length > 0;
  hand(heard, listener);
  heard.keys = [];
  // A code that was told by its speed has an Enter that comes late, or a second one.
  if (!typedSince && at - heard.lastCodeAt <= LATE_ENTER) return true;
  // Without a code before it, Tab moves the focus as everywhere, and Enter is the field's.
  return end === "Enter" && fieldOf(event.target) === null && listener.onEnter();
}

/**
 * The last keys are a code: tell it once, and leave no trace of it in a field.
 * @param {Heard} heard
 * @param {FullListener} listener
 * @param {number} count of keys
 * @param {Manner["end"]} end
 * @param {number} at
 */
function finish(heard, listener, count, end, at) {
  const keys = heard.keys.slice(-count);
  forget(heard);
  heard.kept = keepOut(keys[0].field, at);
  const text = withoutPrefix(textOf(keys));
  const repeated = text === heard.lastCode && at - heard.lastCodeAt < listener.sameCode;
  heard.lastCodeAt = at;
  if (repeated) return;
  const kind = kindOf(text);
  // A code of money is forgotten at once, even here.
  heard.lastCode = kind === "payment_code" ? "" : text;
  const manner = mannerOf(keys, kind, end);
  if (kind === "card_number" || kind === "token") listener.onCode(text, manner);
  else listener.onDropped(kind === "payment_code" ? kind : "bad_code", manner);
}
