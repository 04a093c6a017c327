/** This device as its push service knows it: asked of the browser, and given up. */

/** Return whether this browser can be told anything while the page is closed. */
export function canBeTold() {
  const has = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  return has && window.isSecureContext;
}

/**
 * Return what the service needs to reach this device. One that was known before is given up, so that
 * whoever used this device before is told nothing here.
 * @param {string} worker where the worker is that shows what is told
 * @param {string} key public half of the service's, base64url
 */
export async function subscribe(worker, key) {
  const registration = await navigator.serviceWorker.register(worker);
  await unsubscribe(worker);
  await isActive(registration);
  const options = { userVisibleOnly: true, applicationServerKey: key };
  return registration.pushManager.subscribe(options);
}

/**
 * Let nobody reach this device any more; the push service says so to whoever tries.
 * @param {string} worker
 */
export async function unsubscribe(worker) {
  if (!canBeTold()) return;
  const registration = await navigator.serviceWorker.getRegistration(worker);
  const known = registration && (await registration.pushManager.getSubscription());
  if (known) await known.unsubscribe();
}

/** @param {ServiceWorkerRegistration} registration */
function isActive(registration) {
  const coming = registration.installing || registration.waiting;
  if (registration.active || coming === null) return Promise.resolve();
  return new Promise((resolve, reject) => {
    coming.addEventListener("statechange", () => {
      if (coming.state === "activated") resolve(undefined);
      if (coming.state === "redundant") reject(new Error("The worker cannot be installed."));
    });
  });
}
