/** How this device is set: kept on it, changed on the settings screen, heard by the others. */

/**
 * @typedef {object} Choices
 * @property {boolean} sound
 * @property {boolean} voice
 * @property {boolean} vibration
 * @property {boolean} large text
 * @property {boolean} dark
 * @property {boolean} verify_only no amounts at all
 * @property {"58" | "80"} roll width of the receipt printer's paper, in millimetres
 * @property {boolean} training
 *
 * @typedef {ReturnType<typeof createChoices>} KeptChoices
 */

const USUAL = Object.freeze({
  sound: true,
  voice: true,
  vibration: true,
  verify_only: false,
  roll: "58",
  training: false,
});

const KEPT_AS = "loyalty.choices";

/**
 * @param {Storage} storage
 * @param {{large: boolean, dark: boolean}} look of the page until somebody chooses
 * @param {Window} window told by the browser what another tab has changed: practice in one
 *   tab must be seen in all
 */
export function createChoices(storage, look, window) {
  /** @type {((choices: Choices) => void)[]} */
  const listeners = [];

  /** @returns {Choices} */
  function read() {
    try {
      return { ...USUAL, ...look, ...JSON.parse(storage.getItem(KEPT_AS) || "{}") };
    } catch {
      return { ...USUAL, ...look };
    }
  }

  function notify() {
    for (const listener of listeners) listener(read());
  }

  window.addEventListener("storage", ({ key }) => key === KEPT_AS && notify());

  return {
    read,
    /** @param {Partial<Choices>} changed */
    change(changed) {
      storage.setItem(KEPT_AS, JSON.stringify({ ...read(), ...changed }));
      notify();
    },
    /** @param {(choices: Choices) => void} listener told at once and after each change */
    follow(listener) {
      listeners.push(listener);
      listener(read());
    },
  };
}
