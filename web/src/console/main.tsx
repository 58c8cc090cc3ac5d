/** The start of the console. */

import "../shared/base.css";
import "../shared/forms.css";
import "../shared/shell.css";
import "../wallet/wallet.css";
import "../wallet/screens.css";
import "../explorer/explorer.css";
import "./console.css";

import { effect } from "@preact/signals";
import { render } from "preact";

import { startPreferences } from "../shared/preferences.js";
import { fault, follow, freshness, refresh } from "../wallet/model/account.js";
import { canKeepKeys } from "../wallet/model/keys.js";
import { findNetwork } from "../wallet/model/network.js";
import { resume } from "../wallet/model/outbox.js";
import { canRead, findWallet, touched, wallet } from "../wallet/model/session.js";
import { storeIn } from "../wallet/model/store.js";
import { App } from "./app.js";
import { chosen, followBrand } from "./model/brand.js";

async function start(): Promise<void> {
  startPreferences();
  // A brand's person may have a wallet of their own in this browser: the two keys have nothing to do with each other.
  storeIn("lojal-console");
  const canKeep = await canKeepKeys();
  if (canKeep) {
    try {
      await findNetwork();
      await findWallet();
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
  effect(() => (chosen.value === null || !canRead.value ? undefined : followBrand()));
}

void start();
