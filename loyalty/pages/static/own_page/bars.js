/** Draws a number as Code 128, in code set C: two digits a symbol. Laser scanners read it. */

/** White on either side, in modules: the least that ISO/IEC 15417 allows. */
const QUIET = 10;

const START_C = 105;

/** Widths of the three bars and three gaps of each symbol from 0 to 102. */
const WIDTHS = [
  "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231",
  "113222123122123221223211221132221231213212223112312131311222321122321221312212322112322211",
  "212123212321232121111323131123131321112313132113132311211313231113231311112133112331132131",
  "113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111",
  "314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211",
  "241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141",
  "214121412121111143111341131141114113114311411113411311113141114131311141411131",
].join("");

const START_WIDTHS = "211232";
const STOP_WIDTHS = "2331112";

/**
 * Return the widths of bars and gaps in turn, in modules, bars first.
 * @param {string} digits an even number of them
 */
export function widthsOf(digits) {
  const pairs = (digits.match(/../g) || []).map(Number);
  const check = pairs.reduce((sum, pair, place) => sum + pair * (place + 1), START_C) % 103;
  const symbols = [...pairs, check].map((symbol) => WIDTHS.slice(symbol * 6, symbol * 6 + 6));
  return [START_WIDTHS, ...symbols, STOP_WIDTHS].join("").split("").map(Number);
}

/**
 * Return the black parts as the path of a drawing one unit high, and how wide it is with its white.
 * @param {string} digits
 */
export function drawBars(digits) {
  let left = QUIET;
  let path = "";
  widthsOf(digits).forEach((width, place) => {
    if (place % 2 === 0) path += `M${left} 0h${width}v1h-${width}z`;
    left += width;
  });
  return { path, width: left + QUIET };
}
