/** Signing in: with a key file or words, then the passphrase, then the brand. */

import { useEffect, useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { network } from "../../wallet/model/network.js";
import { ForeignTokenError, forgetWallet, keepToken, lock, wallet } from "../../wallet/model/session.js";
import { LanguageChoice, NetworkFacts } from "../../wallet/screens/more.js";
import { lazy } from "../../wallet/ui/lazy.js";
import { CopyButton, Field, Notice, Waiting } from "../../wallet/ui/parts.js";
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
        <Field label={welcome.tokenLabel} wrong={wrong}>
          {(id, hint) => (
            <textarea
              class="input mono"
              id={id}
              aria-describedby={hint}
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
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
  const [way, setWay] = useState<"file" | "words" | "token" | null>(null);
  if (way !== null) {
    const Import = way === "file" ? ImportFile : way === "words" ? ImportWords : TokenForm;
    return (
      <div class="narrow">
        <Import onBack={() => setWay(null)} />
      </div>
    );
  }
  const isReady = canKeep && network.value !== null;
  return (
    <div class="stack narrow">
      <div class="hero">
        <img src="/console/icon.svg" alt="" />
        <h1>{welcome.title}</h1>
        <p class="soft">{welcome.lead}</p>
      </div>
      {!canKeep && (
        <Notice kind="bad">
          <p>{welcome.unsafe}</p>
        </Notice>
      )}
      <button class="button" type="button" disabled={!isReady} onClick={() => setWay("file")}>
        <Icon name="key" />
        {welcome.file}
      </button>
      <button class="button plain" type="button" disabled={!isReady} onClick={() => setWay("words")}>
        {welcome.words}
      </button>
      <button class="button plain" type="button" disabled={!isReady} onClick={() => setWay("token")}>
        {welcome.token}
      </button>
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

/** The screen of a locked key. */
export function Unlock() {
  const { welcome, common } = words.value;
  const [isAsked, setAsked] = useState(false);
  return (
    <div class="stack narrow">
      <div class="hero">
        <img src="/console/icon.svg" alt="" />
        <h1>{welcome.unlockTitle}</h1>
      </div>
      <div class="panel">
        <UnlockForm lead={welcome.unlockLead} />
      </div>
      {isAsked ? (
        <Notice kind="bad">
          <p>{welcome.forgetAsk}</p>
          <div class="row wrap">
            <button class="button danger" type="button" onClick={() => void forgetWallet()}>
              {welcome.forgetYes}
            </button>
            <button class="button plain" type="button" onClick={() => setAsked(false)}>
              {common.cancel}
            </button>
          </div>
        </Notice>
      ) : (
        <button class="button quiet" type="button" onClick={() => setAsked(true)}>
          {welcome.forget}
        </button>
      )}
    </div>
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
