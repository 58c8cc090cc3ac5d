/**
 * The service worker: it keeps one version of the wallet's pages and serves that, with or without a network, until its
 * reader has agreed to another one. What gateways say is never kept. It shows what a gateway pushes, in words that say
 * nothing to others who see the screen.
 */

import { messageIn, noticeOf } from "./push-text.js";

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
interface PushEvent extends ExtendableEvent {
  readonly data: { text(): string } | null;
}
interface NoticeEvent extends ExtendableEvent {
  readonly notification: Notification;
}
interface Page {
  readonly url: string;
  focus(): Promise<unknown>;
  navigate(url: string): Promise<unknown>;
}
interface Scope {
  addEventListener(type: "install" | "activate", listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(type: "push", listener: (event: PushEvent) => void): void;
  addEventListener(type: "notificationclick", listener: (event: NoticeEvent) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent<unknown>) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { type: "window"; includeUncontrolled: boolean }): Promise<readonly Page[]>;
    openWindow(url: string): Promise<unknown>;
  };
  readonly registration: ServiceWorkerRegistration;
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

/** The language that the wallet's reader has chosen, which the page keeps in the database; else the browser's. */
async function language(): Promise<string> {
  const otherwise = navigator.language.toLowerCase().startsWith("en") ? "en" : "sv";
  return new Promise((resolve) => {
    const request = indexedDB.open("lojal-wallet", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("values");
    request.onerror = () => resolve(otherwise);
    request.onsuccess = () => {
      const database = request.result;
      const found = database.transaction("values").objectStore("values").get("language");
      found.onerror = () => resolve(otherwise);
      found.onsuccess = () => {
        resolve(typeof found.result === "string" ? found.result : otherwise);
        database.close();
      };
    };
  });
}

scope.addEventListener("push", (event) => {
  const tell = async (): Promise<void> => {
    const message = messageIn(event.data?.text() ?? "");
    const lang = await language();
    // Browsers want something shown for every push; one that can't be read says no more than that.
    const { title, body, place, isUrgent } = noticeOf(message?.type ?? "", lang);
    await scope.registration.showNotification(title, {
      body,
      lang,
      // The same event, should it come twice, is one notice.
      tag: message?.id ?? "lojal",
      icon: "/wallet/icon-192.png",
      requireInteraction: isUrgent,
      data: place,
    });
  };
  event.waitUntil(tell());
});

scope.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const place: unknown = event.notification.data;
  const url = new URL(`/wallet/#/${typeof place === "string" ? place : ""}`, location.origin).href;
  const open = async (): Promise<void> => {
    const pages = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
    const page = pages.find((one) => new URL(one.url).pathname.startsWith("/wallet/"));
    if (page === undefined) {
      await scope.clients.openWindow(url);
    } else {
      // A browser may refuse either, as for a page that this worker doesn't serve: then that stays where it is.
      await page.focus().catch(() => undefined);
      await page.navigate(url).catch(() => undefined);
    }
  };
  event.waitUntil(open());
});
