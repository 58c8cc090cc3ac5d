/** A newer version of the pages, which is used when its reader wants it. */

import { signal } from "@preact/signals";

import { Notice } from "../../shared/parts.js";
import { scriptUrl } from "../../shared/policy.js";
import { words } from "../words/index.js";

const waiting = signal<ServiceWorker | null>(null);

/** Starts the service worker, which keeps the pages for when there is no network. */
export async function startServiceWorker(): Promise<void> {
  const { serviceWorker } = navigator;
  if (serviceWorker === undefined || !import.meta.env.PROD) {
    return;
  }
  const registration = await serviceWorker.register(scriptUrl("/wallet/sw.js"), { scope: "/wallet/" });
  const note = (worker: ServiceWorker | null): void => {
    if (worker !== null && serviceWorker.controller !== null) {
      waiting.value = worker;
    }
  };
  note(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed") {
        note(registration.waiting);
      }
    });
  });
}

/** The question whether to use it. */
export function Update() {
  const worker = waiting.value;
  if (worker === null) {
    return null;
  }
  const use = (): void => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    worker.postMessage("use");
  };
  return (
    <Notice>
      <p>{words.value.home.newVersion}</p>
      <button class="button plain" type="button" onClick={use}>
        {words.value.home.reload}
      </button>
    </Notice>
  );
}
