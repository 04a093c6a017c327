/** Finds what the modules write to: the page holds it, and what it lacks is named at once. */

/**
 * @typedef {(name: string) => HTMLElement} Part returns the part of a screen that has a name
 */

/**
 * Return the first element that a selector finds; what the page lacks is an error.
 * @param {ParentNode} root
 * @param {string} selector
 */
export function findOne(root, selector) {
  return findOneOf(HTMLElement, root, selector);
}

/**
 * Return the first element that a selector finds, which must be of one kind.
 * @template {HTMLElement} Kind
 * @param {new () => Kind} kind such as HTMLInputElement
 * @param {ParentNode} root
 * @param {string} selector
 */
export function findOneOf(kind, root, selector) {
  const found = root.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} for ${selector}.`);
}

/**
 * Return all elements that a selector finds.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {NodeListOf<HTMLElement>}
 */
export function findAll(root, selector) {
  return root.querySelectorAll(selector);
}

/**
 * Return what finds the parts of a screen, which are named by attributes such as data-slip-title.
 * @param {ParentNode} screen
 * @param {string} [prefix] of their names, such as "slip-"
 * @returns {Part}
 */
export function createPartFinder(screen, prefix = "") {
  return (name) => findOne(screen, `[data-${prefix}${name}]`);
}
