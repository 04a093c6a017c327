// What the type checker is told of pages, beyond what it knows of browsers.

/**
 * The templates hold what the modules look for, so it is taken to be there, and of the kind that
 * the module names; the tests of the pages in a browser show that it is.
 */
interface ParentNode {
  querySelector<E extends Element = HTMLElement>(selectors: string): E;
  querySelectorAll<E extends Element = HTMLElement>(selectors: string): NodeListOf<E>;
}

interface Document {
  getElementById<E extends HTMLElement = HTMLElement>(elementId: string): E;
}

interface Window {
  SwaggerUIBundle: (settings: object) => unknown;
  webkitAudioContext: typeof AudioContext;
}

interface HTMLVideoElement {
  /** Missing in older browsers. */
  requestVideoFrameCallback?(told: (value: unknown) => void): number;
}

interface Element {
  closest<E extends Element = HTMLElement>(selectors: string): E | null;
}
