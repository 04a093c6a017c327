/** JSON in its one spelling that is signed: see docs/card-format.md and docs/offline.md. */

/**
 * Return a value as JSON in ASCII: members sorted by name at every level, no blanks. Numbers must
 * be whole; what is undefined is left out.
 * @param {any} value
 * @returns {string}
 */
export function canonicalize(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalize).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const names = Object.keys(value).filter((name) => value[name] !== undefined);
    return `{${names
      .sort()
      .map((name) => `${encodeText(name)}:${canonicalize(value[name])}`)
      .join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new RangeError("Only whole numbers have one spelling.");
  }
  return typeof value === "string" ? encodeText(value) : JSON.stringify(value);
}

/** @param {string} value */
function encodeText(value) {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
