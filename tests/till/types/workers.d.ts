// What the type checker is told of the till's two threads: the one that opens the page without
// network, and the one that reads pictures.

interface WorkerGlobalScopeEventMap {
  activate: ExtendableEvent;
  fetch: FetchEvent;
  install: ExtendableEvent;
  message: MessageEvent;
}

interface WorkerGlobalScope {
  /** Written by the service in front of the worker. */
  readonly shell: { version: string; page: string; files: string[]; heavy: string[] };
  readonly clients: Clients;
  postMessage(message: unknown): void;
  skipWaiting(): Promise<void>;
}
