/** The first visit: which network, and then a new wallet, words from paper, or a key file. */

import { useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { network } from "../model/network.js";
import { lazy } from "../ui/lazy.js";
import { Notice } from "../ui/parts.js";
import { words } from "../words/index.js";
import { LanguageChoice, NetworkFacts } from "./more.js";

interface Back {
  readonly onBack: () => void;
}
// The list of words is long.
const NewWallet = lazy<Back>(async () => (await import("./new-wallet.js")).NewWallet);
const ImportWords = lazy<Back>(async () => (await import("./new-wallet.js")).ImportWords);
const ImportFile = lazy<Back>(async () => (await import("./new-wallet.js")).ImportFile);

type Way = "new" | "words" | "file";

/** The screen. */
export function Welcome({ canKeep }: { readonly canKeep: boolean }) {
  const { welcome } = words.value;
  const [way, setWay] = useState<Way | null>(null);
  const back = (): void => setWay(null);
  switch (way) {
    case "new":
      return <NewWallet onBack={back} />;
    case "words":
      return <ImportWords onBack={back} />;
    case "file":
      return <ImportFile onBack={back} />;
    case null:
      break;
  }
  const isReady = canKeep && network.value !== null;
  return (
    <div class="stack">
      <div class="hero">
        <img src="/wallet/icon.svg" alt="" />
        <h1>{welcome.title}</h1>
        <p class="soft">{welcome.lead}</p>
      </div>
      {!canKeep && (
        <Notice kind="bad">
          <p>{welcome.unsafe}</p>
        </Notice>
      )}
      <div class="stack">
        <button class="button" type="button" disabled={!isReady} onClick={() => setWay("new")}>
          <Icon name="spark" />
          {welcome.create}
        </button>
        <button class="button plain" type="button" disabled={!isReady} onClick={() => setWay("words")}>
          {welcome.words}
        </button>
        <button class="button plain" type="button" disabled={!isReady} onClick={() => setWay("file")}>
          {welcome.file}
        </button>
      </div>
      <div class="panel stack">
        {network.value === null ? <p>{welcome.unreachable}</p> : <NetworkFacts />}
        <p class="small soft">{welcome.trust}</p>
      </div>
      <div class="panel">
        <LanguageChoice />
      </div>
    </div>
  );
}
