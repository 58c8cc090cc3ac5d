/** Signing in: with a key file or words, then the passphrase, then the brand. */

import { useEffect, useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { TextField, Waiting } from "../../shared/parts.js";
import { Locked, Welcome as Frame } from "../../shared/welcome.js";
import { identity } from "../../wallet/model/network.js";
import { ForeignTokenError, forgetWallet, keepToken, lock, wallet } from "../../wallet/model/session.js";
import { lazy } from "../../wallet/ui/lazy.js";
import { CopyButton } from "../../wallet/ui/parts.js";
import { UnlockForm } from "../../wallet/ui/unlock.js";
import { choose, fault, findBrands, forgetBrands, mine } from "../model/brand.js";
import { rolesText } from "../model/rows.js";
import { say } from "../model/saying.js";
import { Fault, Panel } from "../ui/parts.js";
import { words } from "../words/index.js";

interface Back {
  readonly onBack: () => void;
}
// The list of words is long.
const ImportWords = lazy<Back>(async () => (await import("../../wallet/screens/new-wallet.js")).ImportWords);
const ImportFile = lazy<Back>(async () => (await import("../../wallet/screens/new-wallet.js")).ImportFile);

/** Signing in with a token alone: the key stays where it is, and files are taken to it. */
function TokenForm({ onBack }: Back) {
  const { welcome, common } = words.value;
  const [text, setText] = useState("");
  const [error, setError] = useState<unknown>(null);
  const open = (event: Event): void => {
    event.preventDefault();
    setError(null);
    keepToken(text).catch(setError);
  };
  const wrong = error === null ? "" : error instanceof ForeignTokenError ? welcome.tokenForeign : welcome.tokenBad;
  return (
    <form class="stack" onSubmit={open}>
      <h1>{welcome.token}</h1>
      <p class="soft">{welcome.tokenLead}</p>
      <div class="panel stack">
        <TextField label={welcome.tokenLabel} wrong={wrong} isMono value={text} onValue={setText} />
        <button class="button" type="submit" disabled={text.trim() === ""}>
          {welcome.tokenOpen}
        </button>
      </div>
      <button class="button quiet" type="button" onClick={onBack}>
        {common.back}
      </button>
    </form>
  );
}

/** The first visit. */
export function Welcome({ canKeep }: { readonly canKeep: boolean }) {
  const { welcome } = words.value;
  return (
    <Frame
      page="console"
      title={welcome.title}
      lead={welcome.lead}
      canKeep={canKeep}
      network={identity()}
      ways={[
        { text: welcome.file, icon: "key", screen: (onBack) => <ImportFile onBack={onBack} /> },
        { text: welcome.words, screen: (onBack) => <ImportWords onBack={onBack} /> },
        { text: welcome.token, screen: (onBack) => <TokenForm onBack={onBack} /> },
      ]}
    />
  );
}

/** The screen of a locked key. */
export function Unlock() {
  const { unlockTitle, unlockLead, forget, forgetAsk } = words.value.welcome;
  return (
    <Locked
      page="console"
      title={unlockTitle}
      forget={forget}
      forgetAsk={forgetAsk}
      onForget={() => void forgetWallet()}
    >
      <UnlockForm lead={unlockLead} />
    </Locked>
  );
}

function NoRole() {
  const { choose: text, welcome } = words.value;
  const key = wallet.value?.publicKey ?? "";
  return (
    <>
      <h1>{text.none}</h1>
      <p class="soft">{text.noneLead}</p>
      <Panel title={text.key}>
        <p class="mono">{key}</p>
        <CopyButton text={key} />
      </Panel>
      <button class="button" type="button" onClick={() => void findBrands()}>
        {text.again}
      </button>
      <button
        class="button plain"
        type="button"
        onClick={() => {
          forgetBrands();
          void lock();
        }}
      >
        {welcome.unlockTitle}
      </button>
    </>
  );
}

/** The choice of a brand. */
export function Choose() {
  const { choose: text } = words.value;
  useEffect(() => {
    if (mine.value === null) {
      void findBrands();
    }
  }, []);
  const found = mine.value;
  return (
    <div class="stack narrow">
      <Fault error={fault.value} />
      {found === null && fault.value === null && <Waiting text={text.finding} />}
      {found === null && fault.value !== null && (
        <button class="button" type="button" onClick={() => void findBrands()}>
          {text.again}
        </button>
      )}
      {found?.length === 0 && <NoRole />}
      {found !== null && found.length > 0 && (
        <>
          <h1>{text.title}</h1>
          <p class="soft">{text.lead}</p>
          <ul class="panel list menu">
            {found.map(({ id, operator }) => (
              <li key={id}>
                <button type="button" onClick={() => void choose(id)}>
                  <span class="grow">
                    {say.value.brand(id)}
                    <br />
                    <span class="small soft">{rolesText(operator.roles, say.value)}</span>
                  </span>
                  <Icon name="chevron" />
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
