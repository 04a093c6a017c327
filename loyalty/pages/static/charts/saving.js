/** Takes a picture along: as SVG, as PNG, or to where one pastes it. */

/** How many dots of a PNG stand for one of the screen, so that it prints well. */
const SHARPNESS = 2;

/**
 * @typedef {object} Chart what ECharts drew
 * @property {() => string} renderToSVGString
 * @property {() => number} getWidth
 * @property {() => number} getHeight
 * @typedef {{ name: string, chart: Chart }} Picture
 */

/** @param {Picture} picture */
function toSvg(picture) {
  return picture.chart.renderToSVGString();
}

/**
 * Return the picture as PNG; null where the browser cannot make one.
 * @param {Picture} picture
 * @returns {Promise<Blob | null>}
 */
async function toPng(picture) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(toSvg(picture))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = picture.chart.getWidth() * SHARPNESS;
  canvas.height = picture.chart.getHeight() * SHARPNESS;
  const paper = canvas.getContext("2d");
  if (!paper) return null;
  paper.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/**
 * Save the picture as a file.
 * @param {Picture} picture
 * @param {"svg" | "png"} format
 */
export async function savePicture(picture, format) {
  const blob =
    format === "svg" ? new Blob([toSvg(picture)], { type: "image/svg+xml" }) : await toPng(picture);
  if (!blob) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${picture.name}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/**
 * Copy the picture to where one pastes it; tell whether that was done.
 * @param {Picture} picture
 */
export async function copyPicture(picture) {
  try {
    const blob = await toPng(picture);
    if (!blob) return false;
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    return true;
  } catch (_refused) {
    return false;
  }
}
