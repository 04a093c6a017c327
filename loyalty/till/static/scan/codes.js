/**
 * What a text is that a till has read: the same law as the service's own, see docs/card-format.md.
 * Payment codes are money of the person who shows them, so they never leave the device.
 */

import { DASH, fold } from "./typed_text.js";

/**
 * @typedef {"card_number" | "token" | "rotating" | "payment_code" | "goods_barcode" | "merchant_qr"
 *   | "web_address" | "bad"} CodeKind
 */

/**
 * @typedef {"goods_barcode" | "merchant_qr" | "web_address"} ForeignKind one that has a name of its
 *   own, and is neither a card nor anybody's money
 */

/** @type {ReadonlySet<string>} */
const FOREIGN = new Set(["goods_barcode", "merchant_qr", "web_address"]);

/** Digits of a card's serial, with which its number begins. */
export const SERIAL_DIGITS = 12;
const NUMBER = /^[0-9]{14}$/;
const ROTATING = /^99[0-9]{20}$/;
const PAYMENT = /^(?:1[0-5][0-9]{16}|(?:2[5-9]|30)[0-9]{14,22})$/;
const GOODS = /^(?:[0-9]{8}|[0-9]{12,13})$/;
const TOKEN = /^(?:[Hh][Tt]{2}[Pp][Ss]?:\/\/[^ ?#]+\/[Cc]\/)?[A-Z2-7]{120}$/;
const ADDRESS = /[Hh][Tt]{2}[Pp][Ss]?:\/\/[^ ?#]+\/[Cc]\/[A-Z2-7]{120}(?![0-9A-Za-z=])/;
const TOKEN_ALONE = /^[^0-9A-Za-z]*([A-Z2-7]{120})(?!=)(?:[?#&][!-~]*)?[^0-9A-Za-z]*$/;
const DIGITS_ALONE = /^[^0-9A-Za-z]*([0-9]+)(?:[^0-9A-Za-z][^0-9]*)?$/;
const SEPARATORS = new RegExp(` |\u00b7|\u2022|${DASH}`, "gu");

/** Where a shop is paid: a collection code of WeChat, Alipay, UnionPay or a bank. */
const COLLECTION = new RegExp(
  "^(?:wxp://|weixin://wxpay|alipays?://|upwallet://|000201(?![0-9]{8}$)[0-9]{2}" +
    "|(?:https?://)?(?:(?:[a-z0-9-]+\\.)?weixin\\.qq\\.com|wx\\.tenpay\\.com|qr\\.95516\\.com" +
    "|(?:[a-z0-9-]+\\.)?alipay\\.com|pay\\.[a-z0-9.-]+|(?:[a-z0-9-]+\\.)*(?:ccb|chinaums|lakala|" +
    "shouqianba|jdpay)\\.com)(?![a-z0-9.-]))",
  "i",
);
const WEB = /^(?:https?:\/\/[^ /]|www\.[^ /])/i;

/** Digits of a card number, check digits included. */
export const NUMBER_DIGITS = 14;

/** The name some scanners put before a code for its kind, such as ]C0 (ISO/IEC 15424). */
const SYMBOLOGY = /^\][A-Za-z][0-9A-Za-z]/;
/** Up to three letters or marks that a scanner was set up to put before a number or an address. */
const PREFIX = /^[^0-9]{1,3}(?=[0-9]+$)|^.{1,3}?(?=https?:\/\/)/i;

/** So many digits in a row may be most of a payment code, of which nothing is ever shown. */
const TOO_MANY_DIGITS = /[0-9]{15}/;

/** The card of the exercises: its number, and its token, which nobody has signed. */
const TRAINING = /^00000000000098$|(?:^|\/)CAAAAAAAAAAAADKICEA{102}$/;

/**
 * Return a text as a scanner would have sent it: full width, blanks around and what nobody sees
 * count nothing; of digits that nothing but blanks, dashes and words of other letters surrounds, the
 * digits are left; of a card's address, or of its token, what messengers append goes.
 * @param {string} text
 */
export function normalise(text) {
  const folded = fold(text);
  const digits = DIGITS_ALONE.exec(folded.replace(SEPARATORS, ""));
  if (digits !== null) return digits[1];
  const address = ADDRESS.exec(folded);
  if (address !== null) return address[0];
  const token = TOKEN_ALONE.exec(folded);
  return token === null ? folded : token[1];
}

/**
 * Return what a text is.
 * @param {string} text
 * @returns {CodeKind}
 */
export function kindOf(text) {
  const code = normalise(text);
  if (isCardNumber(code)) return "card_number";
  if (ROTATING.test(code) && code.endsWith(checkDigitsOf(code.slice(0, -2)))) return "rotating";
  if (PAYMENT.test(code)) return "payment_code";
  if (GOODS.test(code)) return "goods_barcode";
  if (TOKEN.test(code)) return "token";
  if (COLLECTION.test(code)) return "merchant_qr";
  return WEB.test(code) ? "web_address" : "bad";
}

/**
 * Return whether a code of a kind is a card's.
 * @param {string} kind
 */
export function isOfCard(kind) {
  return kind === "card_number" || kind === "token" || kind === "rotating";
}

/**
 * @param {CodeKind} kind
 * @returns {kind is ForeignKind}
 */
export function isForeign(kind) {
  return FOREIGN.has(kind);
}

/**
 * Return a text without what a scanner has put in front of it. A number keeps all its digits, so
 * that no payment code is ever cut down to a card.
 * @param {string} text
 */
export function stripPrefix(text) {
  return text.replace(SYMBOLOGY, "").replace(PREFIX, "");
}

/**
 * Return whether a text is the card of the exercises.
 * @param {string} text
 */
export function isTrainingCode(text) {
  return TRAINING.test(normalise(text));
}

/**
 * Return a text of which only the ends can be read; nothing of what may be a payment code.
 * @param {string} text
 */
export function maskCode(text) {
  if (text.length < 8 || TOO_MANY_DIGITS.test(text)) return "…";
  return `${text.slice(0, 2)}…${text.slice(-2)}`;
}

/**
 * @param {string} code
 */
function isCardNumber(code) {
  return NUMBER.test(code) && code === numberOf(code.slice(0, SERIAL_DIGITS));
}

/**
 * Return the card number of a serial: its twelve digits, and two that check them.
 * @param {string} serial
 */
export function numberOf(serial) {
  return serial + checkDigitsOf(serial);
}

/**
 * Return the two digits that check some others, by ISO 7064, mod 97-10.
 * @param {string} digits
 */
function checkDigitsOf(digits) {
  const rest = `${digits}00`.split("").reduce((sum, digit) => (sum * 10 + Number(digit)) % 97, 0);
  return String(98 - rest).padStart(2, "0");
}

/**
 * Return a card number as it is printed, 4-4-4-2, also while it is being typed.
 * @param {string} digits
 */
export function groupDigits(digits) {
  return digits.replace(/(.{4})(?=.)/g, "$1 ");
}
