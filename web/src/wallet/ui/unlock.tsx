/** The question for the passphrase: as a screen when the wallet is locked, as a dialog before something is signed. */

import type { OpaqueKey } from "@lojal/client";
import { useEffect, useRef, useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { PassphraseForm } from "../../shared/passphrase.js";
import { Locked } from "../../shared/welcome.js";
import { byPassphrase } from "../model/keys.js";
import { envelope, PasskeyError, unlockByPasskey } from "../model/passkey.js";
import { openNext } from "../model/rotation.js";
import { forgetWallet, signer, unlock, unlocking } from "../model/session.js";
import { words } from "../words/index.js";
import { errorText } from "./parts.js";

/** The words of an error of a passkey, or of any other. */
export function passkeyText(error: unknown): string {
  return error instanceof PasskeyError ? words.value.unlock.faults[error.fault] : errorText(error);
}

function opened(key: OpaqueKey): void {
  unlocking.value?.resolve(signer.value ?? key);
  unlocking.value = null;
}

/** The button that opens with the passkey, and what is said if it doesn't. */
function ByPasskey() {
  const { passkey, or } = words.value.unlock;
  const [isBusy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const run = (): void => {
    setBusy(true);
    setWrong("");
    unlockByPasskey()
      .then(opened, (error: unknown) => setWrong(passkeyText(error)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <button class="button wide" type="button" disabled={isBusy} onClick={run}>
        {isBusy ? <span class="spinner" aria-hidden="true" /> : <Icon name="key" />}
        {passkey}
      </button>
      {wrong !== "" && (
        <p class="bad small" role="alert">
          {wrong}
        </p>
      )}
      <p class="soft small or">{or}</p>
    </>
  );
}

/** The ways to open: the passkey if there is one, and the field for the passphrase with its button. */
export function UnlockForm({ lead, onCancel }: { readonly lead: string; readonly onCancel?: () => void }) {
  const { action, either } = words.value.unlock;
  const hasPasskey = envelope.value !== null;
  const open = async (passphrase: string): Promise<void> => {
    const way = byPassphrase(passphrase);
    const key = await unlock(way);
    await openNext(way);
    opened(key);
  };
  return (
    <div class="stack">
      <p class="soft">{hasPasskey ? either : lead}</p>
      {hasPasskey && <ByPasskey />}
      <PassphraseForm
        action={action}
        icon="lock"
        look={hasPasskey ? "plain wide" : "wide"}
        tell={errorText}
        onPassphrase={open}
        {...(onCancel === undefined ? {} : { onCancel })}
      />
    </div>
  );
}

/** The dialog that asks before something is signed. */
export function UnlockDialog() {
  const asked = unlocking.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (asked !== null && dialog.current?.open === false) {
      dialog.current.showModal();
    }
  }, [asked]);
  if (asked === null) {
    return null;
  }
  const cancel = (): void => {
    unlocking.value = null;
    asked.reject(new Error(words.value.common.cancel));
  };
  return (
    <dialog ref={dialog} aria-labelledby="unlock-title" onCancel={cancel}>
      <div class="panel stack">
        <h2 id="unlock-title">{words.value.unlock.title}</h2>
        <UnlockForm lead={words.value.unlock.sign} onCancel={cancel} />
      </div>
    </dialog>
  );
}

/** The screen of a locked wallet. */
export function UnlockScreen() {
  const { title, lead, forget, forgetAsk } = words.value.unlock;
  return (
    <Locked
      page="wallet"
      title={title}
      forget={forget}
      forgetAsk={forgetAsk}
      onForget={() => void forgetWallet()}
    >
      <UnlockForm lead={lead} />
    </Locked>
  );
}
