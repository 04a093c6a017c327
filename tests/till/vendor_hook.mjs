/** Lets node find the browser libraries where npm has put them. */

const PLACES = { "../vendor/idb/index.js": "idb" };

export function resolve(specifier, context, next) {
  return next(PLACES[specifier] || specifier, context);
}
