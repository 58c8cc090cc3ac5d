/**
 * The service worker: it keeps one version of the wallet's pages and serves that, with or without a network, until its
 * reader has agreed to another one. What gateways say is never kept.
 */

/** Changes with every build, so that browsers find that there is another one. */
const VERSION = "__LOJAL_VERSION__";
const CACHE = `lojal-wallet-${VERSION}`;
const FIXED = ["/wallet/", "/wallet/icon.svg", "/wallet/icon-192.png", "/wallet/app.webmanifest"];

interface ExtendableEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Scope {
  addEventListener(type: "install" | "activate", listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent<unknown>) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}

const scope = globalThis as unknown as Scope;

/** The files that this version has, which the build writes here. */
const FILES = "__LOJAL_FILES__" as unknown as readonly string[];

scope.addEventListener("install", (event) => {
  const fill = async (): Promise<void> => {
    const cache = await caches.open(CACHE);
    await cache.addAll([...FIXED, ...FILES].map((path) => new Request(path, { cache: "no-cache" })));
  };
  event.waitUntil(fill());
});

scope.addEventListener("activate", (event) => {
  const tidy = async (): Promise<void> => {
    const old = (await caches.keys()).filter((name) => name.startsWith("lojal-wallet-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await scope.clients.claim();
  };
  event.waitUntil(tidy());
});

scope.addEventListener("message", ({ data }) => {
  if (data === "use") {
    void scope.skipWaiting();
  }
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const isPage = request.method === "GET" && /^\/(?:wallet|assets)\//.test(pathname);
  if (origin !== location.origin || !isPage) {
    return;
  }
  const answer = async (): Promise<Response> => {
    const kept = await (await caches.open(CACHE)).match(pathname);
    return kept ?? fetch(request);
  };
  event.respondWith(answer());
});
