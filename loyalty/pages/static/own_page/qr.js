/**
 * Draws a number of up to 34 digits as the smallest QR, version 1 at error level M (ISO/IEC 18004).
 * So few modules are read from a scratched phone at arm's length.
 */

const SIZE = 21;
/** White on each side, in modules. */
const QUIET = 4;
const DATA_BYTES = 16;
const CHECK_BYTES = 10;
/** Level M and mask 2, protected by their own check bits. */
const FORMAT = 0b101111001111100;
/** What fills up the data. */
const PADDING = [0xec, 0x11];

/**
 * Return the rows of the QR: 1 is black.
 * @param {string} digits
 * @returns {number[][]}
 */
export function modulesOf(digits) {
  const { modules, fixed } = makeFrame();
  const bytes = dataOf(digits);
  place(modules, fixed, [...bytes, ...checkBytesOf(bytes)]);
  return modules;
}

/**
 * Return the black parts as the path of a drawing, and how wide it is with its white.
 * @param {string} digits
 */
export function drawQr(digits) {
  let path = "";
  modulesOf(digits).forEach((row, y) => {
    row.forEach((black, x) => {
      if (black) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
    });
  });
  return { path, width: SIZE + 2 * QUIET };
}

/**
 * Return the digits as data: three of them to ten bits.
 * @param {string} digits
 */
function dataOf(digits) {
  const groups = digits.match(/.{1,3}/g) || [];
  const widths = [0, 4, 7, 10];
  const parts = groups.map((group) => toBits(Number(group), widths[group.length]));
  const bits = `0001${toBits(digits.length, 10)}${parts.join("")}0000`;
  const filled = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
  const bytes = (filled.match(/.{8}/g) || []).map((byte) => parseInt(byte, 2));
  for (let turn = 0; bytes.length < DATA_BYTES; turn += 1) bytes.push(PADDING[turn % 2]);
  return bytes;
}

/**
 * Return the bytes by which a reader mends what it could not see (Reed and Solomon).
 * @param {readonly number[]} bytes
 */
function checkBytesOf(bytes) {
  const divisor = makeDivisor();
  const rest = new Array(CHECK_BYTES).fill(0);
  for (const byte of bytes) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    divisor.forEach((part, at) => {
      rest[at] ^= multiply(part, factor);
    });
  }
  return rest;
}

/** Return the product of all x - 2^i, without its highest part. */
function makeDivisor() {
  const divisor = new Array(CHECK_BYTES).fill(0);
  divisor[CHECK_BYTES - 1] = 1;
  let root = 1;
  for (let turn = 0; turn < CHECK_BYTES; turn += 1) {
    for (let at = 0; at < CHECK_BYTES; at += 1) {
      divisor[at] = multiply(divisor[at], root) ^ (divisor[at + 1] || 0);
    }
    root = multiply(root, 2);
  }
  return divisor;
}

/**
 * Return a product in the field of 256 elements.
 * @param {number} one
 * @param {number} other
 */
function multiply(one, other) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((other >> bit) & 1) * one;
  }
  return product;
}

/** Return what every QR of this kind has, and which modules belong to it. */
function makeFrame() {
  const modules = Array.from({ length: SIZE }, () => new Array(SIZE).fill(0));
  const fixed = Array.from({ length: SIZE }, () => new Array(SIZE).fill(false));
  /** @param {number} x @param {number} y @param {number} black */
  const set = (x, y, black) => {
    if (x < 0 || y < 0 || x >= SIZE || y >= SIZE) return;
    modules[y][x] = black;
    fixed[y][x] = true;
  };
  for (let at = 0; at < SIZE; at += 1) {
    set(6, at, (at + 1) % 2);
    set(at, 6, (at + 1) % 2);
  }
  for (const [x, y] of [
    [3, 3],
    [SIZE - 4, 3],
    [3, SIZE - 4],
  ]) {
    setFinder(set, x, y);
  }
  setFormat(set);
  return { modules, fixed };
}

/**
 * @param {(x: number, y: number, black: number) => void} set
 * @param {number} x of the middle
 * @param {number} y
 */
function setFinder(set, x, y) {
  for (let down = -4; down <= 4; down += 1) {
    for (let across = -4; across <= 4; across += 1) {
      const distance = Math.max(Math.abs(across), Math.abs(down));
      set(x + across, y + down, distance !== 2 && distance !== 4 ? 1 : 0);
    }
  }
}

/** @param {(x: number, y: number, black: number) => void} set */
function setFormat(set) {
  for (let bit = 0; bit < 15; bit += 1) {
    const black = (FORMAT >> bit) & 1;
    if (bit < 6) set(8, bit, black);
    else if (bit < 8) set(8, bit + 1, black);
    else if (bit === 8) set(7, 8, black);
    else set(14 - bit, 8, black);
    if (bit < 8) set(SIZE - 1 - bit, 8, black);
    else set(8, SIZE - 15 + bit, black);
  }
  set(8, SIZE - 8, 1);
}

/**
 * Put the bytes in two columns at a time, from the right, up and down in turn; masked.
 * @param {number[][]} modules
 * @param {readonly boolean[][]} fixed
 * @param {readonly number[]} bytes
 */
function place(modules, fixed, bytes) {
  let at = 0;
  for (let right = SIZE - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const upwards = ((right + 1) & 2) === 0;
    for (let step = 0; step < SIZE; step += 1) {
      const y = upwards ? SIZE - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (!fixed[y][x]) {
          const black = (bytes[at >> 3] >> (7 - (at & 7))) & 1;
          modules[y][x] = black ^ (x % 3 === 0 ? 1 : 0);
          at += 1;
        }
      }
    }
  }
}

/**
 * @param {number} value
 * @param {number} width
 */
function toBits(value, width) {
  return value.toString(2).padStart(width, "0");
}
