/** The question for the passphrase: as a screen when the wallet is locked, as a dialog before something is signed. */

import { useEffect, useRef } from "preact/hooks";

import { PassphraseForm } from "../../shared/passphrase.js";
import { Locked } from "../../shared/welcome.js";
import { openNext } from "../model/rotation.js";
import { forgetWallet, signer, unlock, unlocking } from "../model/session.js";
import { words } from "../words/index.js";
import { errorText } from "./parts.js";

/** The field for the passphrase, and the button that opens. */
export function UnlockForm({ lead, onCancel }: { readonly lead: string; readonly onCancel?: () => void }) {
  const open = async (passphrase: string): Promise<void> => {
    const key = await unlock(passphrase);
    await openNext(passphrase);
    unlocking.value?.resolve(signer.value ?? key);
    unlocking.value = null;
  };
  return (
    <PassphraseForm
      action={words.value.unlock.action}
      icon="lock"
      tell={errorText}
      onPassphrase={open}
      {...(onCancel === undefined ? {} : { onCancel })}
    >
      <p class="soft">{lead}</p>
    </PassphraseForm>
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
