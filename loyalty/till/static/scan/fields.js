/** Text fields a scanner has typed into by mistake: they get back what they held before. */

/** An input method may write this long after the last key, in milliseconds. */
const AFTERWARDS = 400;
/** Kinds of input that hold no text. */
const NO_TEXT = /^(?:button|checkbox|color|file|hidden|image|radio|range|reset|submit)$/;

/**
 * @typedef {object} Field a text field as it was before a key
 * @property {{value: string}} element
 * @property {string} value
 *
 * @typedef {object} Kept
 * @property {number} until an input method may still write what was taken out
 * @property {(at: number) => void} putBack
 */

/**
 * Return the text field an event goes to, as it is now; null if it goes elsewhere.
 * @param {EventTarget | null} target
 * @returns {Field | null}
 */
export function fieldOf(target) {
  const element = /** @type {HTMLInputElement | HTMLTextAreaElement | null} */ (target);
  if (!element) return null;
  const tag = element.tagName;
  if (tag !== "TEXTAREA" && (tag !== "INPUT" || NO_TEXT.test(element.type))) return null;
  return { element, value: element.value };
}

/**
 * Give a field back what it held before a code; it stays so until the input method is done.
 * @param {Field | null} field as it was before the first key of the code
 * @param {number} at
 * @returns {Kept | null}
 */
export function keepOut(field, at) {
  if (field === null) return null;
  const { element, value } = field;
  const until = at + AFTERWARDS;
  /** @param {number} now */
  function putBack(now) {
    if (now <= until && element.value !== value) element.value = value;
  }
  putBack(at);
  return { until, putBack };
}
