/** What is heard and felt of a verdict; each of the three can be switched off. */

/** Milliseconds of buzzing and stillness in turn. */
const BUZZES = { yes: [70], no: [400], unsure: [90, 90, 90] };

/**
 * @param {object} world
 * @param {{play: (name: "scanned" | "yes" | "no" | "unsure") => void}} world.sounds
 * @param {{say: (text: string) => void}} world.voice
 * @param {(pattern: number[]) => unknown} world.vibrate
 * @param {() => import("../shell/choices.js").Choices} world.choices
 */
export function createSignals({ sounds, voice, vibrate, choices }) {
  return {
    scanned() {
      if (choices().sound) sounds.play("scanned");
    },
    /**
     * @param {import("./screen.js").Tone} tone
     * @param {string} sentence
     */
    verdict(tone, sentence) {
      const { sound, vibration } = choices();
      if (sound) sounds.play(tone);
      if (vibration) vibrate(BUZZES[tone]);
      this.say(sentence);
    },
    /** @param {string} sentence */
    say(sentence) {
      if (choices().voice) voice.say(sentence);
    },
  };
}
