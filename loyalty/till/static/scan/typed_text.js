/**
 * The canonical form of what is typed, scanned or pasted at the till: the same law as the service's
 * own, loyalty/rules/typed_text.py.
 */

/** What nobody sees: Unicode's format characters, its fillers, and its selectors of variants. */
const INVISIBLE = new RegExp(
  "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5" +
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0" +
    "\ufff0-\ufffc\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}" +
    "\u{e0000}-\u{e0fff}]",
  "gu",
);
const ARABIC_DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/g;
const CONTROL = /[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]/g;
const BLANK = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000]+/g;

/** Every dash, as part of a regular expression with the flag u. */
export const DASH =
  "[\\-\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u2500\u2501\u2796" +
  "\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\u30fc\ufe31\ufe32\ufe58\ufe63\uff0d" +
  "\uff70\u{10ead}]";

/**
 * Return a text in half width, with nothing invisible in it, each blank a plain space.
 * @param {string} text
 */
export function fold(text) {
  const seen = text.replace(INVISIBLE, "").replace(CONTROL, "");
  const plain = seen
    .normalize("NFKC")
    .replace(ARABIC_DIGITS, (digit) => String(digit.charCodeAt(0) & 15));
  return plain.replace(BLANK, " ").replace(/^ | $/g, "");
}
