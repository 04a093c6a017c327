/** Deeds that need two taps: the first asks, the second does it. */

/** The question takes itself back, so that a later stray tap does nothing, in milliseconds. */
const ASKS_FOR = 6000;

/**
 * @param {HTMLElement} button
 * @param {string} question written on the button while it asks
 * @param {() => unknown} deed
 */
export function askForSecondTap(button, question, deed) {
  const label = button.textContent;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let alarm;

  function reset() {
    clearTimeout(alarm);
    button.classList.remove("sure");
    button.textContent = label;
  }

  button.addEventListener("click", () => {
    if (button.classList.contains("sure")) {
      reset();
      deed();
      return;
    }
    button.classList.add("sure");
    button.textContent = question;
    alarm = setTimeout(reset, ASKS_FOR);
  });
}
