/**
 * The camera as a scanner: it starts on a tap, reads on the device, and stops by itself. What it
 * says stands in the page (till/camera.html); one of its sentences is shown at a time.
 */

import { FOREIGN, kindOf } from "./codes.js";
import { createReader, nextPicture, openReaderThread, pictureOf } from "./pictures.js";

/** A camera nobody shows anything to is turned off after this, in milliseconds. */
const IDLE = 60000;

/** The camera on the back, fine enough for a barcode that fills a third of the picture. */
const WANTED = {
  audio: false,
  video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
};

/** What is said for each way browsers have of refusing a camera. */
const REFUSALS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
};

/** Kinds in the order of their worth: a token can be checked without network, a number cannot. */
const WORTH = [
  "token",
  "card_number",
  "payment_code",
  "merchant_qr",
  "goods_barcode",
  "web_address",
  "bad",
];

/** Kinds that end the search; a poster behind the card does not. */
const WANTED_KINDS = new Set(["token", "card_number", "payment_code"]);

/**
 * Return the code that counts of those in one picture; null if there is none.
 * @param {readonly string[]} texts
 * @returns {{kind: import("./codes.js").CodeKind, text: string} | null}
 */
export function chosenOf(texts) {
  const codes = texts.map((text) => ({ kind: kindOf(text), text }));
  codes.sort((one, other) => WORTH.indexOf(one.kind) - WORTH.indexOf(other.kind));
  return codes.length === 0 ? null : codes[0];
}

/**
 * @param {object} world
 * @param {Document} world.page
 * @param {(code: string) => void} world.onCode a card was seen
 * @param {(verdict: "payment_code") => void} world.onDropped a code of money was seen
 */
export function createCamera({ page, onCode, onDropped }) {
  const finder = page.querySelector("[data-viewfinder]");
  const part = (name) => finder.querySelector(`[data-camera-${name}]`);
  const camera = {
    page,
    onCode,
    onDropped,
    finder,
    opener: page.querySelector("[data-camera-open]"),
    view: part("view"),
    torch: part("torch"),
    again: part("again"),
    closer: part("close"),
    /** @type {MediaStream | null} */
    stream: null,
    /** @type {ReturnType<typeof createReader> | null} */
    reader: null,
    idle: 0,
    /** Counts the openings, so that what an earlier one began is dropped. */
    turn: 0,
  };
  const closeIt = () => close(camera, camera.opener);

  camera.opener.addEventListener("click", () => open(camera));
  camera.again.addEventListener("click", () => open(camera));
  camera.closer.addEventListener("click", closeIt);
  camera.torch.addEventListener("click", () => shine(camera, !shines(camera)));
  part("photo").addEventListener("change", ({ target }) => readPhoto(camera, target));
  finder.addEventListener("keydown", ({ key }) => key === "Escape" && closeIt());
  page.addEventListener("visibilitychange", () => page.hidden && close(camera, null));

  return { close: () => close(camera, null) };
}

async function open(camera) {
  const turn = begin(camera, "opening");
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
  if (camera.turn === turn) await look(camera, turn);
}

/** Begin anew: nothing of an earlier opening goes on. */
function begin(camera, sentence) {
  rest(camera);
  camera.finder.hidden = false;
  // It loads while the reader of the page still answers for the camera.
  camera.reader = createReader(openReaderThread);
  say(camera, sentence);
  return camera.turn;
}

async function show(camera, stream) {
  camera.view.srcObject = stream;
  await camera.view.play();
  const [track] = stream.getVideoTracks();
  // Another program, or a hand at the plug, has taken it away.
  track.addEventListener("ended", () => fail(camera, "busy"));
  const able = track.getCapabilities ? track.getCapabilities() : {};
  camera.torch.hidden = !able.torch;
  camera.torch.setAttribute("aria-pressed", "false");
  camera.idle = setTimeout(() => fail(camera, "idle"), IDLE);
  say(camera, "looking");
}

/** Look at one picture after the other until a code is found or the camera is turned off. */
async function look(camera, turn) {
  while (camera.turn === turn) {
    await nextPicture(camera.view);
    try {
      const texts = camera.turn === turn ? await textsSeen(camera) : [];
      if (camera.turn === turn && !judge(camera, texts) && texts.length > 0) {
        say(camera, nameOf(texts), true);
      }
    } catch (fault) {
      // One picture that could not be had is no loss: there is another soon.
      if (camera.turn === turn && isBroken(fault)) fail(camera, "broken");
    }
  }
}

async function textsSeen(camera) {
  const { reader, view } = camera;
  return reader.read(await pictureOf(view));
}

/** Tell of the code that counts; return whether that ended the search. */
function judge(camera, texts) {
  const found = chosenOf(texts);
  if (found === null || !WANTED_KINDS.has(found.kind)) return false;
  close(camera, camera.page.getElementById("main"));
  if (found.kind === "payment_code") camera.onDropped("payment_code");
  else camera.onCode(found.text);
  return true;
}

/** Return the sentence that calls a code by its name which is no card. */
function nameOf(texts) {
  const found = chosenOf(texts);
  return found !== null && FOREIGN.has(found.kind) ? found.kind : "other";
}

/** A photograph of the card is read like a picture of the camera. */
async function readPhoto(camera, input) {
  const [photo] = input.files;
  if (photo === undefined) return;
  // The same photograph may be chosen again.
  input.value = "";
  const turn = begin(camera, "reading");
  try {
    const texts = await camera.reader.read(photo);
    if (camera.turn === turn && !judge(camera, texts)) {
      fail(camera, texts.length === 0 ? "nothing" : nameOf(texts));
    }
  } catch (fault) {
    if (camera.turn === turn) fail(camera, isBroken(fault) ? "broken" : "nothing");
  }
}

/** Return whether pictures cannot be read here at all. */
function isBroken(fault) {
  return fault.message === "broken";
}

function shines(camera) {
  return camera.torch.getAttribute("aria-pressed") === "true";
}

async function shine(camera, bright) {
  const [track] = camera.stream.getVideoTracks();
  try {
    await track.applyConstraints({ advanced: [{ torch: bright }] });
    camera.torch.setAttribute("aria-pressed", String(bright));
  } catch {
    // Some telephones promise a lamp and have none.
    camera.torch.hidden = true;
  }
}

/** Turn the camera off, and say why; another try is one tap away. */
function fail(camera, sentence) {
  rest(camera);
  say(camera, sentence);
}

/** @param {any} focus what is in front afterwards; null leaves the focus alone */
function close(camera, focus) {
  if (camera.finder.hidden) return;
  rest(camera);
  camera.finder.hidden = true;
  if (focus !== null) focus.focus();
}

/** Let go of the camera and of the thread, and drop what is under way. */
function rest(camera) {
  camera.turn += 1;
  clearTimeout(camera.idle);
  if (camera.stream !== null) stop(camera.stream);
  if (camera.reader !== null) camera.reader.close();
  camera.stream = null;
  camera.reader = null;
  camera.view.srcObject = null;
  camera.torch.hidden = true;
}

function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** @param {boolean} [goesOn] the camera looks on */
function say(camera, sentence, goesOn = sentence === "opening" || sentence === "looking") {
  camera.finder.dataset.state = sentence;
  camera.again.hidden = goesOn;
  for (const said of camera.finder.querySelectorAll("[data-said]")) {
    said.hidden = said.dataset.said !== sentence;
  }
}
