/** Evens the light of a picture: what lies in a shadow becomes as light as what lies beside it. */

/** Squares along the longer side, each with its own light: a shadow has a soft edge, a bar a sharp one. */
const SQUARES = 24;

/** So many dots side by side are taken together: a single one may be light by chance. */
const TOGETHER = 4;

/** Of 255: where there is less light than this, there is nothing to be seen. */
const DARKEST_PAPER = 12;

/** Which share of the light of the paper around it still counts as ink. */
const INK = 0.55;

/** What the reader of codes takes for the border between black and white, where it is told to. */
const BORDER = 127;

/**
 * @typedef {object} Dots four bytes each, as a canvas has them
 * @property {Uint8ClampedArray} data
 * @property {number} width
 * @property {number} height
 */

/**
 * Return the picture in grey, with white paper everywhere.
 * @param {Dots} dots
 * @returns {Dots}
 */
export function evenLight({ data, width, height }) {
  const side = Math.ceil(Math.max(width, height) / SQUARES);
  const grey = greyOf(data);
  const light = lightOf(grey, width, height, side);
  const across = Math.ceil(width / side);
  const places = Array.from({ length: width }, (_, x) => between(x, side, across));
  const paper = new Float32Array(across);
  const evened = new Uint8ClampedArray(data.length).fill(255);
  for (let y = 0; y < height; y += 1) {
    const { before, after, share } = between(y, side, light.length);
    for (let square = 0; square < across; square += 1) {
      paper[square] = mix(light[before][square], light[after][square], share);
    }
    for (let x = 0; x < width; x += 1) {
      const place = places[x];
      const white = mix(paper[place.before], paper[place.after], place.share);
      const at = 4 * (y * width + x);
      evened[at] = (grey[at / 4] * BORDER) / (white * INK);
      evened[at + 1] = evened[at];
      evened[at + 2] = evened[at];
    }
  }
  return { data: evened, width, height };
}

/** @param {Uint8ClampedArray} data */
function greyOf(data) {
  const grey = new Uint8Array(data.length / 4);
  for (let at = 0; at < grey.length; at += 1) {
    grey[at] = (306 * data[at * 4] + 601 * data[at * 4 + 1] + 117 * data[at * 4 + 2]) >> 10;
  }
  return grey;
}

/**
 * Return how light the lightest dots of each square are, row by row: they are paper, where any is.
 * @param {Uint8Array} grey
 * @param {number} width
 * @param {number} height
 * @param {number} side of a square, in dots
 */
function lightOf(grey, width, height, side) {
  const across = Math.ceil(width / side);
  const light = Array.from({ length: Math.ceil(height / side) }, () =>
    new Float32Array(across).fill(DARKEST_PAPER),
  );
  for (let y = 0; y < height; y += 1) {
    const row = light[Math.floor(y / side)];
    for (let x = 0; x + TOGETHER <= width; x += TOGETHER) {
      let sum = 0;
      for (let at = y * width + x; at < y * width + x + TOGETHER; at += 1) sum += grey[at];
      const square = Math.floor(x / side);
      row[square] = Math.max(row[square], sum / TOGETHER);
    }
  }
  return light;
}

/**
 * Return between the middles of which two squares a dot lies, and how far on its way to the second.
 * @param {number} dot
 * @param {number} side
 * @param {number} squares
 */
function between(dot, side, squares) {
  const place = Math.min(Math.max((dot + 0.5) / side - 0.5, 0), squares - 1);
  const before = Math.floor(place);
  return { before, after: Math.min(before + 1, squares - 1), share: place - before };
}

/**
 * @param {number} first
 * @param {number} second
 * @param {number} share of the second
 */
function mix(first, second, share) {
  return first + (second - first) * share;
}
