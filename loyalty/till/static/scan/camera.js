/**
 * The camera as a scanner: it starts on a tap, reads on the device, and stops by itself. What it
 * says stands in the page (till/camera.html); one of its sentences is shown at a time.
 */

import { isForeign, kindOf } from "./codes.js";
import { findAll, findOne, findOneOf } from "../shell/page.js";
import { createReader, waitForPicture, openReaderThread, pictureOf } from "./pictures.js";

/** A camera nobody shows anything to is turned off after this, in milliseconds. */
const IDLE = 60000;

/**
 * @typedef {"opening" | "reading" | "looking" | "idle" | "insecure" | "denied" | "none" | "busy"
 *   | "broken" | "nothing" | "other" | import("./codes.js").ForeignKind} Sentence by its name on the page
 *
 * @typedef {object} Camera
 * @property {Document} page
 * @property {(code: string) => void} onCode a card was seen
 * @property {(verdict: "payment_code") => void} onDropped a code of money was seen
 * @property {HTMLElement} finder
 * @property {HTMLElement} opener
 * @property {HTMLVideoElement} view
 * @property {HTMLElement} torch
 * @property {HTMLElement} again
 * @property {HTMLElement} closer
 * @property {MediaStream | null} stream
 * @property {ReturnType<typeof createReader> | null} reader
 * @property {ReturnType<typeof setTimeout> | undefined} idle
 * @property {number} turn counts the openings, so that what an earlier one began is dropped
 */

/** The camera on the back, fine enough for a barcode that fills a third of the picture. */
const WANTED = {
  audio: false,
  video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
};

/**
 * What is said for each way browsers have of refusing a camera.
 * @type {Partial<Record<string, Sentence>>}
 */
const REFUSALS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
};

/** Kinds in the order of their worth: a token can be checked without network, a number cannot. */
const WORTH = [
  "token",
  "rotating",
  "card_number",
  "payment_code",
  "merchant_qr",
  "goods_barcode",
  "web_address",
  "bad",
];

/** Kinds that end the search; a poster behind the card does not. */
const WANTED_KINDS = new Set(["token", "rotating", "card_number", "payment_code"]);

/**
 * Return the code that counts of those in one picture; null if there is none.
 * @param {readonly string[]} texts
 * @returns {{kind: import("./codes.js").CodeKind, text: string} | null}
 */
export function chooseCode(texts) {
  const codes = texts.map((text) => ({ kind: kindOf(text), text }));
  codes.sort((one, other) => WORTH.indexOf(one.kind) - WORTH.indexOf(other.kind));
  return codes.length === 0 ? null : codes[0];
}

/** @param {Pick<Camera, "page" | "onCode" | "onDropped">} world */
export function createCamera({ page, onCode, onDropped }) {
  const finder = findOne(page, "[data-viewfinder]");
  const photo = findOneOf(HTMLInputElement, finder, "[data-camera-photo]");
  /** @type {Camera} */
  const camera = {
    page,
    onCode,
    onDropped,
    finder,
    opener: findOne(page, "[data-camera-open]"),
    view: findOneOf(HTMLVideoElement, finder, "[data-camera-view]"),
    torch: findOne(finder, "[data-camera-torch]"),
    again: findOne(finder, "[data-camera-again]"),
    closer: findOne(finder, "[data-camera-close]"),
    stream: null,
    reader: null,
    idle: undefined,
    turn: 0,
  };
  const closeIt = () => close(camera, camera.opener);

  camera.opener.addEventListener("click", () => open(camera));
  camera.again.addEventListener("click", () => open(camera));
  camera.closer.addEventListener("click", closeIt);
  camera.torch.addEventListener("click", () => switchTorch(camera, !isTorchOn(camera)));
  photo.addEventListener("change", () => readPhoto(camera, photo));
  finder.addEventListener("keydown", ({ key }) => key === "Escape" && closeIt());
  page.addEventListener("visibilitychange", () => page.hidden && close(camera, null));

  return { close: () => close(camera, null) };
}

/** @param {Camera} camera */
async function open(camera) {
  const { turn } = begin(camera, "opening");
  camera.closer.focus();
  if (!navigator.mediaDevices) {
    fail(camera, window.isSecureContext ? "none" : "insecure");
    return;
  }
  try {
    const stream = await navigator.mediaDevices.getUserMedia(WANTED);
    if (camera.turn !== turn) {
      stop(stream);
      return;
    }
    camera.stream = stream;
    await show(camera, stream);
  } catch (fault) {
    if (camera.turn === turn) fail(camera, REFUSALS[/** @type {Error} */ (fault).name] || "busy");
    return;
  }
  if (camera.turn === turn) await searchPictures(camera, turn);
}

/**
 * Begin anew: nothing of an earlier opening goes on.
 * @param {Camera} camera
 * @param {Sentence} sentence
 */
function begin(camera, sentence) {
  turnOff(camera);
  camera.finder.hidden = false;
  // It loads while the reader of the page still answers for the camera.
  const reader = createReader(openReaderThread);
  camera.reader = reader;
  say(camera, sentence);
  return { turn: camera.turn, reader };
}

/**
 * @param {Camera} camera
 * @param {MediaStream} stream
 */
async function show(camera, stream) {
  camera.view.srcObject = stream;
  await camera.view.play();
  const [track] = stream.getVideoTracks();
  // Another program, or a hand at the plug, has taken it away.
  track.addEventListener("ended", () => fail(camera, "busy"));
  const able = track.getCapabilities ? track.getCapabilities() : { torch: false };
  camera.torch.hidden = !able.torch;
  camera.torch.setAttribute("aria-pressed", "false");
  camera.idle = setTimeout(() => fail(camera, "idle"), IDLE);
  say(camera, "looking");
}

/**
 * Look at one picture after the other until a code is found or the camera is turned off.
 * @param {Camera} camera
 * @param {number} turn
 */
async function searchPictures(camera, turn) {
  while (camera.turn === turn) {
    await waitForPicture(camera.view);
    try {
      const texts = camera.turn === turn ? await readTexts(camera) : [];
      if (camera.turn === turn && !judge(camera, texts) && texts.length > 0) {
        say(camera, nameOf(texts), true);
      }
    } catch (fault) {
      // One picture that could not be had is no loss: there is another soon.
      if (camera.turn === turn && isBroken(fault)) fail(camera, "broken");
    }
  }
}

/**
 * @param {Camera} camera
 * @returns {Promise<string[]>}
 */
async function readTexts({ reader, view }) {
  return reader === null ? [] : reader.read(await pictureOf(view));
}

/**
 * Tell of the code that counts; return whether that ended the search.
 * @param {Camera} camera
 * @param {readonly string[]} texts
 */
function judge(camera, texts) {
  const found = chooseCode(texts);
  if (found === null || !WANTED_KINDS.has(found.kind)) return false;
  close(camera, camera.page.getElementById("main"));
  if (found.kind === "payment_code") camera.onDropped("payment_code");
  else camera.onCode(found.text);
  return true;
}

/**
 * Return the sentence that calls a code by its name which is no card.
 * @param {readonly string[]} texts
 * @returns {Sentence}
 */
function nameOf(texts) {
  const found = chooseCode(texts);
  return found !== null && isForeign(found.kind) ? found.kind : "other";
}

/**
 * A photograph of the card is read like a picture of the camera.
 * @param {Camera} camera
 * @param {HTMLInputElement} input
 */
async function readPhoto(camera, input) {
  const photo = input.files && input.files[0];
  if (!photo) return;
  // The same photograph may be chosen again.
  input.value = "";
  const { turn, reader } = begin(camera, "reading");
  try {
    const texts = await reader.read(photo);
    if (camera.turn === turn && !judge(camera, texts)) {
      fail(camera, texts.length === 0 ? "nothing" : nameOf(texts));
    }
  } catch (fault) {
    if (camera.turn === turn) fail(camera, isBroken(fault) ? "broken" : "nothing");
  }
}

/**
 * Return whether pictures cannot be read here at all.
 * @param {unknown} fault
 */
function isBroken(fault) {
  return fault instanceof Error && fault.message === "broken";
}

/** @param {Camera} camera */
function isTorchOn(camera) {
  return camera.torch.getAttribute("aria-pressed") === "true";
}

/**
 * @param {Camera} camera
 * @param {boolean} bright
 */
async function switchTorch(camera, bright) {
  if (camera.stream === null) return;
  const [track] = camera.stream.getVideoTracks();
  try {
    await track.applyConstraints({ advanced: [{ torch: bright }] });
    camera.torch.setAttribute("aria-pressed", String(bright));
  } catch {
    // Some telephones promise a lamp and have none.
    camera.torch.hidden = true;
  }
}

/**
 * Turn the camera off, and say why; another try is one tap away.
 * @param {Camera} camera
 * @param {Sentence} sentence
 */
function fail(camera, sentence) {
  turnOff(camera);
  say(camera, sentence);
}

/**
 * @param {Camera} camera
 * @param {HTMLElement | null} focus what is in front afterwards; null leaves the focus alone
 */
function close(camera, focus) {
  if (camera.finder.hidden) return;
  turnOff(camera);
  camera.finder.hidden = true;
  if (focus !== null) focus.focus();
}

/**
 * Let go of the camera and of the thread, and drop what is under way.
 * @param {Camera} camera
 */
function turnOff(camera) {
  camera.turn += 1;
  clearTimeout(camera.idle);
  if (camera.stream !== null) stop(camera.stream);
  if (camera.reader !== null) camera.reader.close();
  camera.stream = null;
  camera.reader = null;
  camera.view.srcObject = null;
  camera.torch.hidden = true;
}

/** @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/**
 * @param {Camera} camera
 * @param {Sentence} sentence
 * @param {boolean} [goesOn] the camera looks on
 */
function say(camera, sentence, goesOn = sentence === "opening" || sentence === "looking") {
  camera.finder.dataset.state = sentence;
  camera.again.hidden = goesOn;
  for (const said of findAll(camera.finder, "[data-said]")) {
    said.hidden = said.dataset.said !== sentence;
  }
}
