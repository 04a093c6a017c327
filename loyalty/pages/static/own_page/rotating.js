/**
 * The code of half a minute: the same law as the service's own, see docs/card-format.md. What signs
 * is handed in, so that the secret itself need not be known here.
 */

export const STEP_MS = 30000;

const PREFIX = "99";
const PURPOSE = "loyalty rotating code v1\0";
const TAG_DIGITS = 10;

/**
 * Return the half minute, since 1970, in which an instant lies.
 * @param {number} moment in milliseconds
 */
export function stepAt(moment) {
  return Math.floor(moment / STEP_MS);
}

/**
 * Return the code of a half minute: 22 digits.
 * @param {(said: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>} sign by HMAC with SHA-256
 * @param {string} handle eight digits
 * @param {number} step
 */
export async function makeRotatingCode(sign, handle, step) {
  const digest = new Uint8Array(await sign(bytesToSign(handle, step)));
  // Six bytes are exact as a number; five of them shifted would not be.
  const number = digest.slice(0, 6).reduce((sum, byte) => sum * 256 + byte, 0);
  const tag = String(number % 10 ** TAG_DIGITS).padStart(TAG_DIGITS, "0");
  const body = PREFIX + handle + tag;
  return body + checkDigitsOf(body);
}

/**
 * Return the two digits that check some others, by ISO 7064, mod 97-10.
 * @param {string} digits
 */
export function checkDigitsOf(digits) {
  const rest = `${digits}00`.split("").reduce((sum, digit) => (sum * 10 + Number(digit)) % 97, 0);
  return String(98 - rest).padStart(2, "0");
}

/**
 * @param {string} handle
 * @param {number} step
 */
function bytesToSign(handle, step) {
  const said = new TextEncoder().encode(PURPOSE + handle);
  const bytes = new Uint8Array(said.length + 8);
  bytes.set(said);
  const view = new DataView(bytes.buffer, said.length);
  view.setUint32(0, Math.floor(step / 2 ** 32));
  view.setUint32(4, step % 2 ** 32);
  return bytes;
}
