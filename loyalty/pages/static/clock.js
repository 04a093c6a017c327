/** The live clock of a card's page: a picture of the page stands still. */

/** @param {HTMLTimeElement} clock */
function run(clock) {
  const started = Date.parse(clock.dateTime) - performance.now();
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    timeZone: clock.dataset.timezone,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });

  setInterval(() => {
    // The service's time goes on, since the phone's own may be wrong.
    clock.textContent = format.format(started + performance.now());
  }, 250);
}

const found = document.querySelector("[data-clock]");
if (found instanceof HTMLTimeElement) run(found);
