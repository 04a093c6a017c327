/** Deeds that need two taps: the first asks, the second does it. */

/** The question takes itself back, so that a later stray tap does nothing, in milliseconds. */
const ASKS_FOR = 6000;

/**
 * @param {HTMLElement} button
 * @param {string} question written on the button while it asks
 * @param {() => unknown} deed
 */
export function inTwoTaps(button, question, deed) {
  const label = button.textContent;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let alarm;

  function calm() {
    clearTimeout(alarm);
    button.classList.remove("sure");
    button.textContent = label;
  }

  button.addEventListener("click", () => {
    if (button.classList.contains("sure")) {
      calm();
      deed();
      return;
    }
    button.classList.add("sure");
    button.textContent = question;
    alarm = setTimeout(calm, ASKS_FOR);
  });
}
