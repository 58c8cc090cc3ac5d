/** The question for the passphrase: as a screen when the wallet is locked, as a dialog before something is signed. */

import { useEffect, useRef, useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { KeyTaskError } from "../model/keys.js";
import { openNext } from "../model/rotation.js";
import { forgetWallet, signer, unlock, unlocking } from "../model/session.js";
import { words } from "../words/index.js";
import { errorText, Field, Waiting } from "./parts.js";

/** The field for the passphrase, and the button that opens. */
export function UnlockForm({ lead, onCancel }: { readonly lead: string; readonly onCancel?: () => void }) {
  const [passphrase, setPassphrase] = useState("");
  const [wrong, setWrong] = useState("");
  const [isBusy, setBusy] = useState(false);
  const { common, unlock: text } = words.value;
  const open = (event: Event): void => {
    event.preventDefault();
    setBusy(true);
    setWrong("");
    unlock(passphrase)
      .then(async (key) => {
        await openNext(passphrase);
        unlocking.value?.resolve(signer.value ?? key);
        unlocking.value = null;
      })
      .catch((error: unknown) => {
        const isWrong = error instanceof KeyTaskError && error.code === "key_file_wrong_passphrase";
        setWrong(isWrong ? text.wrong : errorText(error));
      })
      .finally(() => setBusy(false));
  };
  return (
    <form class="stack" onSubmit={open}>
      <p class="soft">{lead}</p>
      <Field label={common.passphrase} wrong={wrong}>
        {(id, hint) => (
          <input
            class="input"
            id={id}
            aria-describedby={hint}
            type="password"
            autocomplete="current-password"
            value={passphrase}
            onInput={(event) => setPassphrase(event.currentTarget.value)}
          />
        )}
      </Field>
      {isBusy && <Waiting text={text.opening} />}
      <button class="button wide" type="submit" disabled={isBusy || passphrase === ""}>
        <Icon name="lock" />
        {text.action}
      </button>
      {onCancel !== undefined && (
        <button class="button plain wide" type="button" onClick={onCancel}>
          {common.cancel}
        </button>
      )}
    </form>
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
  const [isAsked, setAsked] = useState(false);
  const { unlock: text, common } = words.value;
  return (
    <div class="stack">
      <div class="hero">
        <img src="/wallet/icon.svg" alt="" />
        <h1>{text.title}</h1>
      </div>
      <div class="panel">
        <UnlockForm lead={text.lead} />
      </div>
      {!isAsked && (
        <button class="button quiet" type="button" onClick={() => setAsked(true)}>
          {text.forget}
        </button>
      )}
      {isAsked && (
        <div class="notice bad">
          <Icon name="alert" />
          <div class="grow stack">
            <p>{text.forgetAsk}</p>
            <div class="row wrap">
              <button class="button danger" type="button" onClick={() => void forgetWallet()}>
                {text.forgetYes}
              </button>
              <button class="button plain" type="button" onClick={() => setAsked(false)}>
                {common.cancel}
              </button>
            </div>
          </div>
        </div>
      )}
    </div>
  );
}
