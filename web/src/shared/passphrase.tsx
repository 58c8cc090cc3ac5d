/** The form that takes a passphrase and does something with it. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import type { IconName } from "./icon.js";
import { Icon } from "./icon.js";
import { PassphraseField, Waiting } from "./parts.js";
import { common } from "./words.js";

/** The form. It waits while the passphrase is tried, and says what is wrong. */
export function PassphraseForm(props: {
  /** The words of the button. */
  readonly action: string;
  readonly icon?: IconName;
  /** The name of the field; the word for a passphrase where nothing is said. */
  readonly label?: string;
  /** The look of the button, where it isn't the one that the screen is about. */
  readonly look?: "plain" | "plain wide" | "wide";
  /** False while something else is missing. */
  readonly isReady?: boolean;
  /** The words of an error. */
  readonly tell: (error: unknown) => string;
  readonly onPassphrase: (passphrase: string) => Promise<void>;
  readonly onCancel?: () => void;
  /** The part above the field. */
  readonly children?: ComponentChildren;
}) {
  const { action, icon, label, look = "wide", isReady = true, tell, onPassphrase, onCancel, children } = props;
  const [passphrase, setPassphrase] = useState("");
  const [wrong, setWrong] = useState("");
  const [isBusy, setBusy] = useState(false);
  const run = (event: Event): void => {
    event.preventDefault();
    setBusy(true);
    setWrong("");
    onPassphrase(passphrase)
      .catch((error: unknown) => setWrong(tell(error)))
      .finally(() => setBusy(false));
  };
  return (
    <form class="stack" onSubmit={run}>
      {children}
      <PassphraseField
        label={label ?? common.value.passphrase}
        value={passphrase}
        wrong={wrong}
        onValue={setPassphrase}
      />
      {isBusy && <Waiting text={common.value.opening} />}
      <button
        class={`button ${look}`}
        type="submit"
        disabled={isBusy || passphrase === "" || !isReady}
      >
        {icon !== undefined && <Icon name={icon} />}
        {action}
      </button>
      {onCancel !== undefined && (
        <button class="button plain wide" type="button" onClick={onCancel}>
          {common.value.cancel}
        </button>
      )}
    </form>
  );
}
