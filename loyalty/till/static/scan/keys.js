/**
 * What the keys of a keyboard stand for, read from their places: an input method for Chinese
 * swallows the letter, never the place. A scanner is set to the layout of the United States.
 */

/** @typedef {"Enter" | "Tab"} End of a code */

/**
 * Marks by place: alone, and with Shift.
 * @type {Partial<Record<string, string>>}
 */
const MARKS = {
  Backquote: "`~",
  Minus: "-_",
  Equal: "=+",
  BracketLeft: "[{",
  BracketRight: "]}",
  Backslash: "\\|",
  Semicolon: ";:",
  Quote: "'\"",
  Comma: ",<",
  Period: ".>",
  Slash: "/?",
  Space: "  ",
  NumpadDecimal: "..",
  NumpadSubtract: "--",
  NumpadAdd: "++",
  NumpadMultiply: "**",
  NumpadDivide: "//",
};

/** @type {Partial<Record<string, End>>} */
const ENDS = { Enter: "Enter", NumpadEnter: "Enter", Tab: "Tab" };
/**
 * Some scanners end with a line feed or a return as Ctrl+J or Ctrl+M.
 * @type {Partial<Record<string, End>>}
 */
const CONTROL_ENDS = { KeyJ: "Enter", KeyM: "Enter", KeyI: "Tab" };
/**
 * The same ends as numbers, for those that type every character by its number.
 * @type {Partial<Record<number, End>>}
 */
const NUMBERED_ENDS = { 9: "Tab", 10: "Enter", 13: "Enter" };

/**
 * Return the character a key stands for; letters are capitals, as in every code of ours. "" if
 * there is none.
 * @param {{code: string, key: string, shiftKey: boolean}} event
 */
export function characterOf(event) {
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  if (digit !== null) return digit[1];
  const letter = /^Key([A-Z])$/.exec(event.code);
  if (letter !== null) return letter[1];
  // A mark the browser has read is right on every layout; an input method leaves only its place.
  const written = event.key.length === 1 ? cleanText(event.key) : "";
  if (/^[ -/:-@[-`{-~]$/.test(written)) return written;
  const marks = MARKS[event.code];
  if (marks !== undefined) return marks[event.shiftKey ? 1 : 0];
  return event.code === "" || event.code === "Unidentified" ? written : "";
}

/**
 * Return the characters of a text as a scanner has meant them: full-width ones become plain, all
 * letters capitals, and what no code of any kind holds goes.
 * @param {string} text
 */
export function cleanText(text) {
  return text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^ -~]/g, "");
}

/**
 * Return the end of a code that a key stands for; "" if it stands for none.
 * @param {{code: string, key: string, ctrlKey?: boolean}} event
 * @returns {End | ""}
 */
export function endOf(event) {
  if (event.ctrlKey) return CONTROL_ENDS[event.code] || "";
  return ENDS[event.code] || ENDS[event.key] || "";
}

/**
 * Return what gathers the digits typed while Alt is held: Windows makes one character of them, so
 * scanners that must not care about the layout type 1 as Alt+0049.
 */
export function createNumberedKeys() {
  let digits = "";

  return {
    /**
     * Return whether a key that went down is part of a character's number.
     * @param {{code: string, altKey?: boolean}} event
     */
    gathers(event) {
      const digit = event.altKey ? /^Numpad([0-9])$/.exec(event.code) : null;
      if (digit === null) digits = "";
      else digits += digit[1];
      return digit !== null;
    },
    /**
     * Return the character, and the end of a code, that a key stands for which went up.
     * @param {{code: string}} event
     * @returns {{character: string, end: End | ""}}
     */
    release(event) {
      if (!event.code.startsWith("Alt") || digits === "") return { character: "", end: "" };
      const number = Number(digits);
      digits = "";
      return {
        character: cleanText(String.fromCharCode(number)),
        end: NUMBERED_ENDS[number] || "",
      };
    },
  };
}
