/** Money on the till: whole fen, never a fraction of a number. */

/** The largest amount of one sale, 100,000 yuan. */
export const MAX_FEN = 10000000;

const TYPED = /^([0-9]{0,6})(?:\.([0-9]{0,2}))?$/;

/**
 * Return what was typed as yuan, in fen; null if it is no amount a sale can have.
 * @param {string} typed such as "12.5"
 * @returns {number | null}
 */
export function fenOf(typed) {
  const parts = TYPED.exec(typed);
  if (parts === null) return null;
  const fen = Number(parts[1]) * 100 + Number((parts[2] || "").padEnd(2, "0"));
  return fen > 0 && fen <= MAX_FEN ? fen : null;
}

/**
 * Return what was typed with one more key, or unchanged where the key makes no sense there.
 * @param {string} typed
 * @param {string} key a digit, "00" or "."
 */
export function addKey(typed, key) {
  const longer = key === "." && typed === "" ? "0." : typed + key;
  const tidy = longer.replace(/^0+(?=[0-9])/, "");
  const parts = TYPED.exec(tidy);
  const small = parts !== null && Number(parts[1]) * 100 + Number(parts[2] || "0") <= MAX_FEN;
  return small ? tidy : typed;
}

/**
 * Return an amount in yuan with both decimals: 1290 fen is "12.90".
 * @param {number} fen
 */
export function formatYuan(fen) {
  const size = String(Math.abs(fen)).padStart(3, "0");
  return `${fen < 0 ? "-" : ""}${size.slice(0, -2)}.${size.slice(-2)}`;
}

/**
 * Return a rate in the words of the page: 850 is "8.5折 · 付85%".
 * @param {number} permille share of the price that is paid
 * @param {string} pattern with {fold}, {percent} and {off}
 */
export function rateInWords(permille, pattern) {
  return pattern
    .replace("{fold}", `${formatDecimal(permille, 2)}折`)
    .replace("{percent}", formatDecimal(permille, 1))
    .replace("{off}", formatDecimal(1000 - permille, 1));
}

/**
 * Return a whole number with a decimal point that many digits from its end, without idle zeros.
 * @param {number} whole
 * @param {number} decimals
 */
function formatDecimal(whole, decimals) {
  const digits = String(whole).padStart(decimals + 1, "0");
  const text = `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return text.replace(/\.?0+$/, "");
}
