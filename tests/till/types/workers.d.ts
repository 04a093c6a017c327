// What the type checker is told of threads without a page: those that open one without network, of
// which the resident's shows what is told, too, and the one that reads pictures.

interface WorkerGlobalScopeEventMap {
  activate: ExtendableEvent;
  fetch: FetchEvent;
  install: ExtendableEvent;
  message: MessageEvent;
  notificationclick: NotificationEvent;
  push: PushEvent;
}

interface WorkerGlobalScope {
  /** Written by the service in front of the worker. */
  readonly shell: {
    version: string;
    page: string;
    files: string[];
    /** Of the till alone. */
    heavy: string[];
    /** These of the resident's page alone. */
    home: string;
    language: string;
    told: Record<string, Told>;
    other: Told;
  };
  readonly registration: ServiceWorkerRegistration;
  readonly clients: Clients;
  postMessage(message: unknown): void;
  skipWaiting(): Promise<void>;
}

/** What is shown of a message. */
interface Told {
  title: string;
  text: string;
}
