// What the type checker is told of pages, beyond what it knows of browsers.

interface Window {
  SwaggerUIBundle: (settings: object) => unknown;
  webkitAudioContext: typeof AudioContext;
  /** Missing where it was not fetched. */
  echarts: typeof import("echarts");
}

interface HTMLVideoElement {
  /** Missing in older browsers. */
  requestVideoFrameCallback?(told: (value: unknown) => void): number;
}

/** The lamp of a camera, which not every browser tells of. */
interface MediaTrackCapabilities {
  torch?: boolean;
}

interface MediaTrackConstraintSet {
  torch?: boolean;
}
