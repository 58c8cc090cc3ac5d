/** A lost account comes back by a new wallet: what comes, and the making of that wallet. */

import { useState } from "preact/hooks";

import { goTo } from "../../shared/route.js";
import { words } from "../words/index.js";
import { recoverWords } from "../words/recover.js";
import { NewWallet } from "./new-wallet.js";

/** The screen. */
export function StartRecovery({ onBack }: { readonly onBack: () => void }) {
  const text = recoverWords.value;
  const [isStarted, setStarted] = useState(false);
  if (isStarted) {
    return <NewWallet onBack={() => setStarted(false)} />;
  }
  return (
    <div class="stack">
      <h1>{text.welcome}</h1>
      <p class="soft">{text.welcomeLead}</p>
      <button
        class="button"
        type="button"
        onClick={() => {
          goTo("recover", "lost");
          setStarted(true);
        }}
      >
        {text.start}
      </button>
      <button class="button quiet" type="button" onClick={onBack}>
        {words.value.common.back}
      </button>
    </div>
  );
}
