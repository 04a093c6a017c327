/** The till speaks, where the device has a voice of the page's language. */

import { rateInWords } from "./money.js";

/** A little slower than usual: the listener is busy, and often old. */
const RATE = 0.95;

/**
 * @param {object} world
 * @param {SpeechSynthesis | undefined} world.synthesis missing in some browsers
 * @param {(text: string) => SpeechSynthesisUtterance} world.utter
 * @param {string} world.language of the page, such as "zh-Hans"
 */
export function createVoice({ synthesis, utter, language }) {
  function findVoice() {
    const voices = synthesis === undefined ? [] : synthesis.getVoices();
    return chooseVoice(voices, language);
  }

  return {
    /** Some browsers load their voices late, so this is asked again each time. */
    available: () => findVoice() !== null,

    /** @param {string} text replaces what is being said */
    say(text) {
      const chosen = findVoice();
      if (synthesis === undefined || chosen === null || text === "") return;
      const utterance = utter(text);
      utterance.voice = chosen;
      utterance.lang = chosen.lang;
      utterance.rate = RATE;
      synthesis.cancel();
      synthesis.speak(utterance);
    },
  };
}

/**
 * What browsers call the spoken language of each written one, the nearest first.
 * @type {Partial<Record<string, string[]>>}
 */
const SPOKEN = {
  "zh-Hans": ["zh-CN", "cmn-Hans-CN", "cmn", "zh"],
  "zh-Hant": ["zh-TW", "cmn-Hant-TW", "cmn", "zh"],
};

/**
 * Return the voice for a language: one on the device before one that needs the network.
 * @template {{lang: string, localService: boolean}} Voice
 * @param {readonly Voice[]} voices
 * @param {string} language
 * @returns {Voice | null}
 */
export function chooseVoice(voices, language) {
  const near = [...voices.filter(isHere), ...voices.filter((voice) => !isHere(voice))];
  for (const spoken of SPOKEN[language] || [language]) {
    const found = near.find(({ lang }) => `${lang.replace("_", "-")}-`.startsWith(`${spoken}-`));
    if (found !== undefined) return found;
  }
  return null;
}

/** @param {{localService: boolean}} voice */
function isHere({ localService }) {
  return localService;
}

/**
 * Return a rate as it is spoken: 850 is 八五折 in Chinese, "pay 85 percent" in English.
 * @param {number} permille share of the price that is paid
 * @param {{digits: string, rate: string}} words names of the ten digits; a pattern with {digits} or
 *   {percent}
 */
export function rateInSpokenWords(permille, { digits, rate }) {
  const shown = String(permille).replace(/0+$/, "");
  const named = Array.from(shown, (digit) => digits[Number(digit)]).join("");
  return rateInWords(permille, rate.replace("{digits}", named));
}
