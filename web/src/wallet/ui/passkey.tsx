/** The passkey as the second way to unlock: turning it on and off, and why it can't be. */

import { useEffect, useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Notice } from "../../shared/parts.js";
import { PassphraseForm } from "../../shared/passphrase.js";
import { ask } from "../model/keys.js";
import type { PasskeyFault } from "../model/passkey.js";
import { envelope, passkeyObstacle, turnOff, turnOn } from "../model/passkey.js";
import { keptEnvelope, wallet } from "../model/session.js";
import { words } from "../words/index.js";
import { labelled, securityWords } from "../words/security.js";
import { errorText } from "./parts.js";
import { passkeyText } from "./unlock.js";

/** The step of turning it on: the device asks only right after a click, so the passphrase comes first. */
function Create({ passphrase, onDone }: { readonly passphrase: string; readonly onDone: () => void }) {
  const security = securityWords.value;
  const [isBusy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const run = (): void => {
    setBusy(true);
    setWrong("");
    turnOn(passphrase)
      .then(onDone, (error: unknown) => setWrong(passkeyText(error)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <p>{security.passkeyStep}</p>
      {wrong !== "" && (
        <Notice kind="bad">
          <p>{wrong}</p>
        </Notice>
      )}
      <div class="row wrap">
        <button class="button" type="button" disabled={isBusy} onClick={run}>
          {isBusy ? <span class="spinner" aria-hidden="true" /> : <Icon name="key" />}
          {security.passkeyCreate}
        </button>
        <button class="button plain" type="button" disabled={isBusy} onClick={onDone}>
          {words.value.common.cancel}
        </button>
      </div>
    </>
  );
}

function Off() {
  const security = securityWords.value;
  const [obstacle, setObstacle] = useState<PasskeyFault | null | undefined>(undefined);
  const [isOpen, setOpen] = useState(false);
  const [passphrase, setPassphrase] = useState<string | null>(null);
  useEffect(() => void passkeyObstacle().then(setObstacle, () => setObstacle("unable")), []);
  const end = (): void => {
    setOpen(false);
    setPassphrase(null);
  };
  const check = async (typed: string): Promise<void> => {
    await ask({ type: "unlock", file: wallet.value?.file ?? "", passphrase: typed });
    setPassphrase(typed);
  };
  if (obstacle !== null) {
    return obstacle === undefined ? null : (
      <Notice kind="warn">
        <p>{words.value.unlock.faults[obstacle]}</p>
      </Notice>
    );
  }
  if (!isOpen) {
    return (
      <button class="button plain" type="button" onClick={() => setOpen(true)}>
        <Icon name="key" />
        {security.passkeyOn}
      </button>
    );
  }
  return passphrase === null ? (
    <PassphraseForm
      action={words.value.common.continue}
      label={labelled(security.passkey)}
      look="plain"
      tell={errorText}
      onPassphrase={check}
    />
  ) : (
    <Create passphrase={passphrase} onDone={end} />
  );
}

/** The section. */
export function Passkey() {
  const security = securityWords.value;
  const [wrong, setWrong] = useState("");
  const isKept = keptEnvelope.value !== null;
  const isDamaged = isKept && envelope.value === null;
  return (
    <section class="panel stack" aria-label={security.passkey}>
      <h2>{security.passkey}</h2>
      <p class="soft">{security.passkeyLead}</p>
      {!isKept && <Off />}
      {isKept && (
        <>
          <Notice kind={isDamaged ? "warn" : "good"}>
            <p>{isDamaged ? security.passkeyDamaged : security.passkeyIsOn}</p>
          </Notice>
          {wrong !== "" && <p class="bad">{wrong}</p>}
          <button
            class="button plain"
            type="button"
            onClick={() => void turnOff().catch((error: unknown) => setWrong(errorText(error)))}
          >
            {security.passkeyOff}
          </button>
          <p class="soft small">{security.passkeyLeft}</p>
        </>
      )}
    </section>
  );
}
