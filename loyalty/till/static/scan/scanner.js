/**
 * A scanner is a keyboard that types very fast. It is heard wherever the focus is, and told from
 * fingers by its speed; a slow one is told by the length of what it sends before its Enter.
 */

import { isOfCard, kindOf, stripPrefix } from "./codes.js";
import { fieldOf, keepOut } from "./fields.js";
import { characterOf, createNumberedKeys, endOf, cleanText } from "./keys.js";
import {
  BURST_GAP,
  SHORTEST_CODE,
  STUMBLE,
  countOfCode,
  mannerOf,
  mayGoOn,
  textOf,
} from "./keystrokes.js";

/** The same code again within this time is the same look at the same card, in milliseconds. */
export const SAME_CODE = 5000;
/** An Enter this soon after a code belongs to it, in milliseconds. */
const LATE_ENTER = 250;
/** Keys that are remembered. */
const MOST_KEYS = 300;

/** The events of a page that a scanner is heard by. */
export const EVENTS = [
  "keydown",
  "keyup",
  "beforeinput",
  "input",
  "compositionstart",
  "compositionupdate",
];

/**
 * @typedef {import("./keystrokes.js").Key} Key
 * @typedef {import("./keystrokes.js").Manner} Manner
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
 * @typedef {object} State
 * @property {Key[]} keys since the last end of a code
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
  /** @type {State} */
  const state = {
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

  /** @type {Record<string, (state: State, listener: FullListener, event: any) => boolean>} */
  const handlers = {
    keydown: handleKeydown,
    keyup: handleKeyup,
    beforeinput: handleBeforeInput,
    compositionstart: handleComposition,
    compositionupdate: handleComposition,
    input: handleInput,
  };

  return {
    /**
     * Hear one event; return whether it was meant for the till and nobody else.
     * @param {Event} event of one of the types in EVENTS; a key that goes down if it has none
     */
    hear: (event) => handlers[event.type || "keydown"](state, listener, event),
    /** Hand on what fingers have typed, before a key that is no part of it; the rest is forgotten. */
    goOn() {
      if (state.waiting < SHORTEST_CODE) passKeysOn(state, listener);
      forget(state);
    },
  };
}

/** @param {State} state */
function forget(state) {
  state.keys = [];
  state.waiting = 0;
}

/**
 * @param {State} state
 * @param {FullListener} listener
 * @param {KeyboardEvent} event
 */
function handleKeydown(state, listener, event) {
  const at = event.timeStamp;
  // A key that is held down is a finger's; the second of its digits was not meant.
  if (event.repeat) return fieldOf(event.target) === null && characterOf(event).trim() !== "";
  if (state.numbered.gathers(event)) {
    begin(state, listener, at);
    return fieldOf(event.target) === null;
  }
  const end = endOf(event);
  const inBurst = isInBurst(state, at);
  if (event.ctrlKey || event.metaKey || event.altKey) {
    // In the middle of a code, or as its end, these are no shortcuts of the browser.
    if (!inBurst && at - state.lastCodeAt > LATE_ENTER) return false;
    return end === "" || handleEnd(state, listener, end, event);
  }
  if (end !== "") return handleEnd(state, listener, end, event);
  // With a new key the input method is done with the last code.
  state.kept = null;
  const character = characterOf(event);
  state.byPlace = character !== "";
  if (character === "" || (character === " " && !inBurst)) return false;
  return takeKey(state, listener, character, event);
}

/**
 * @param {State} state
 * @param {FullListener} listener
 * @param {KeyboardEvent} event
 */
function handleKeyup(state, listener, event) {
  const { character, end } = state.numbered.release(event);
  if (end !== "") return handleEnd(state, listener, end, event);
  if (character === "") return false;
  state.byPlace = true;
  return takeKey(state, listener, character, event);
}

/**
 * A keyboard without places, as on a telephone: only the text it writes can be heard.
 * @param {State} state
 * @param {FullListener} listener
 * @param {InputEvent} event
 */
function handleBeforeInput(state, listener, event) {
  if (state.byPlace || event.inputType !== "insertText") return false;
  readText(state, listener, cleanText(event.data || ""), event);
  return false;
}

/**
 * Of a text that is being composed, only what is new; it is cut into syllables by blanks.
 * @param {State} state
 * @param {FullListener} listener
 * @param {CompositionEvent} event
 */
function handleComposition(state, listener, event) {
  const starts = event.type === "compositionstart";
  const text = starts ? "" : cleanText(event.data || "").replace(/[ ']/g, "");
  const before = text.startsWith(state.composed) ? state.composed.length : 0;
  if (!state.byPlace) readText(state, listener, text.slice(before), event);
  state.composed = text;
  return false;
}

/**
 * @param {State} state
 * @param {FullListener} listener
 * @param {string} text
 * @param {Typing} event
 */
function readText(state, listener, text, event) {
  // An input method writes down once more what was taken out of its field.
  if (state.kept !== null && event.timeStamp <= state.kept.until) return;
  for (const character of text) takeKey(state, listener, character, event);
}

/**
 * An input method writes after the code was found; that goes as well.
 * @param {State} state
 * @param {FullListener} _listener
 * @param {Event} event
 */
function handleInput(state, _listener, event) {
  if (state.kept !== null) state.kept.putBack(event.timeStamp);
  return false;
}

/**
 * Return whether a machine is typing.
 * @param {State} state
 * @param {number} at
 */
function isInBurst(state, at) {
  return state.waiting > 0 && at - state.lastAt <= BURST_GAP;
}

/**
 * A key was touched: what came long before it was typed by a finger.
 * @param {State} state
 * @param {FullListener} listener
 * @param {number} at
 */
function begin(state, listener, at) {
  if (at - state.lastAt > BURST_GAP) passKeysOn(state, listener);
  state.lastAt = at;
}

/**
 * Keep a character until it is known who has typed it; return whether the page must not see it.
 * @param {State} state
 * @param {FullListener} listener
 * @param {string} character
 * @param {Typing} event
 */
function takeKey(state, listener, character, event) {
  const at = event.timeStamp;
  begin(state, listener, at);
  const field = fieldOf(event.target);
  // What an input method writes has no key.
  const key = /** @type {Partial<KeyboardEvent>} */ (event);
  const written = key.key && key.key.length === 1 ? key.key : "";
  const capsLock = Boolean(key.getModifierState && key.getModifierState("CapsLock"));
  state.keys = [...state.keys, { character, at, written, capsLock, field }].slice(-MOST_KEYS);
  state.waiting = Math.min(state.waiting + 1, state.keys.length);
  listener.later(() => settle(state, listener, at), BURST_GAP + 20);
  return field === null;
}

/**
 * Hand on what fingers have typed; a burst that never ended with Enter is a code.
 * @param {State} state
 * @param {FullListener} listener
 * @param {number} at
 */
function settle(state, listener, at) {
  if (at !== state.lastAt) return;
  if (state.waiting < SHORTEST_CODE) {
    passKeysOn(state, listener);
    return;
  }
  const count = countOfCode(state, at);
  // Its Enter may have come meanwhile, and told the code.
  const whole = () => at === state.lastAt && state.waiting >= SHORTEST_CODE;
  const tell = () => whole() && passCodeOn(state, listener, count, "", at);
  if (mayGoOn(state.keys, count)) listener.later(tell, STUMBLE);
  else tell();
}

/**
 * What goes into a field stays there; all else is for the number pad.
 * @param {State} state
 * @param {FullListener} listener
 */
function passKeysOn(state, listener) {
  const keys = state.waiting === 0 ? [] : state.keys.slice(-state.waiting);
  state.waiting = 0;
  for (const { character, field } of keys) {
    if (field === null && /[0-9.]/.test(character)) listener.onKey(character);
  }
}

/**
 * @param {State} state
 * @param {FullListener} listener
 * @param {import("./keys.js").End} end
 * @param {KeyboardEvent} event
 */
function handleEnd(state, listener, end, event) {
  const at = event.timeStamp;
  const count = countOfCode(state, at);
  if (count > 0) {
    passCodeOn(state, listener, count, end, at);
    return true;
  }
  const typedSince = state.keys.length > 0;
  passKeysOn(state, listener);
  state.keys = [];
  // A code that was told by its speed has an Enter that comes late, or a second one.
  if (!typedSince && at - state.lastCodeAt <= LATE_ENTER) return true;
  // Without a code before it, Tab moves the focus as everywhere, and Enter is the field's.
  return end === "Enter" && fieldOf(event.target) === null && listener.onEnter();
}

/**
 * The last keys are a code: tell it once, and leave no trace of it in a field.
 * @param {State} state
 * @param {FullListener} listener
 * @param {number} count of keys
 * @param {Manner["end"]} end
 * @param {number} at
 */
function passCodeOn(state, listener, count, end, at) {
  const keys = state.keys.slice(-count);
  forget(state);
  state.kept = keepOut(keys[0].field, at);
  const text = stripPrefix(textOf(keys));
  const repeated = text === state.lastCode && at - state.lastCodeAt < listener.sameCode;
  state.lastCodeAt = at;
  if (repeated) return;
  const kind = kindOf(text);
  // A code of money is forgotten at once, even here.
  state.lastCode = kind === "payment_code" ? "" : text;
  const manner = mannerOf(keys, kind, end);
  if (isOfCard(kind)) listener.onCode(text, manner);
  else listener.onDropped(kind === "payment_code" ? kind : "bad_code", manner);
}
