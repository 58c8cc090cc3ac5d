/** The start of the wallet. */

import "../shared/base.css";
import "../shared/forms.css";
import "../shared/shell.css";
import "./wallet.css";
import "./screens.css";

import { effect } from "@preact/signals";
import { render } from "preact";

import { language, startPreferences } from "../shared/preferences.js";
import { App } from "./app.js";
import { follow, freshness, fault, refresh, showLast, shown } from "./model/account.js";
import { canKeepKeys } from "./model/keys.js";
import { findNetwork } from "./model/network.js";
import { renewNotices } from "./model/notices.js";
import { resume } from "./model/outbox.js";
import { finishRotation } from "./model/rotation.js";
import { canRead, findWallet, signer, touched, wallet } from "./model/session.js";
import { write } from "./model/store.js";
import { startServiceWorker } from "./ui/update.js";

async function start(): Promise<void> {
  startPreferences();
  const canKeep = await canKeepKeys();
  if (canKeep) {
    try {
      await findNetwork();
      await findWallet();
      await showLast();
    } catch (error) {
      freshness.value = "offline";
      fault.value = error instanceof Error ? error.message : String(error);
    }
  }
  const root = document.querySelector("#app");
  if (root !== null) {
    render(<App canKeep={canKeep} />, root);
  }
  for (const event of ["pointerdown", "keydown"]) {
    addEventListener(event, touched, { passive: true });
  }
  effect(() => {
    if (wallet.value !== null && canRead.value) {
      follow();
      void refresh();
      void resume();
    }
  });
  // The service worker has no other way to it.
  effect(() => void write({ language: language.value }).catch(() => undefined));
  effect(() => {
    if (signer.value !== null) {
      void renewNotices().catch(() => undefined);
    }
  });
  effect(() => {
    if (shown.value !== null || freshness.value === "refused") {
      void finishRotation();
    }
  });
  // Where a browser keeps no pages, they are loaded each time.
  await startServiceWorker().catch(() => undefined);
}

void start();
