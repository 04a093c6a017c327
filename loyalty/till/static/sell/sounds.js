/** A sound for each colour: up for green, down for red, twice for amber; a tick for a scan. */

/** Pitches in hertz and their length in seconds. */
const MELODIES = {
  scanned: [[1320, 0.05]],
  yes: [
    [660, 0.12],
    [990, 0.22],
  ],
  no: [
    [300, 0.2],
    [180, 0.45],
  ],
  unsure: [
    [440, 0.14],
    [0, 0.08],
    [440, 0.14],
  ],
};

/** Between two sounds, in seconds: so that a scan and its verdict are heard as two. */
const BREATH = 0.04;

/**
 * Return what plays the sounds; browsers stay silent until the page has been touched once.
 * @param {() => AudioContext} open
 */
export function createSounds(open) {
  /** @type {AudioContext | null} */
  let audio = null;
  let busyUntil = 0;

  return {
    /** @param {"scanned" | "yes" | "no" | "unsure"} name */
    play(name) {
      audio = audio || open();
      if (audio.state === "suspended") audio.resume();
      let at = Math.max(audio.currentTime, busyUntil);
      for (const [pitch, length] of MELODIES[name]) {
        if (pitch > 0) playTone(audio, pitch, at, length);
        at += length;
      }
      busyUntil = at + BREATH;
    },
  };
}

/**
 * @param {AudioContext} audio
 * @param {number} pitch
 * @param {number} at
 * @param {number} length
 */
function playTone(audio, pitch, at, length) {
  const voice = audio.createOscillator();
  const volume = audio.createGain();
  voice.frequency.value = pitch;
  volume.gain.setValueAtTime(0.35, at);
  // A sudden end clicks in cheap loudspeakers.
  volume.gain.linearRampToValueAtTime(0, at + length);
  voice.connect(volume).connect(audio.destination);
  voice.start(at);
  voice.stop(at + length);
}
