/** Freeze, key, guardians, recovery, and the ways to get the key out of this browser. */

import type { api, Guardian } from "@lojal/client";
import { addressToText, guardiansInOrder, limits } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { leftText, momentText, shortAddress } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { Field, Menu, Notice, saveFile, Waiting } from "../../shared/parts.js";
import { PassphraseForm } from "../../shared/passphrase.js";
import { language } from "../../shared/preferences.js";
import { goTo, linkTo } from "../../shared/route.js";
import { AskingChoice } from "../../shared/settings.js";
import { shown, unfollow } from "../model/account.js";
import { ask } from "../model/keys.js";
import { brandOf, theNetwork } from "../model/network.js";
import { rotate, rotation } from "../model/rotation.js";
import { lock, wallet } from "../model/session.js";
import { AddressField, addressIn } from "../ui/fields.js";
import { Passkey } from "../ui/passkey.js";
import { errorText, Heading } from "../ui/parts.js";
import { Shield } from "../ui/shield.js";
import { SignButton } from "../ui/sign.js";
import { words } from "../words/index.js";
import { labelled, securityWords } from "../words/security.js";

function guardianText(guardian: Guardian): string {
  return "account" in guardian
    ? shortAddress(addressToText(guardian.account, theNetwork().genesis.network))
    : `${brandOf(guardian.brand).name} (${securityWords.value.brandGuardian})`;
}

function Recovery({ account }: { readonly account: api.Account }) {
  const security = securityWords.value;
  const { recovery, guardians } = account;
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (recovery === null) {
    return null;
  }
  const { votes, agreed } = recovery;
  return (
    <section class="panel stack" aria-label={security.recovery}>
      <Notice kind="bad">
        <strong>{security.recovery}</strong>
        <p>{security.recoveryLead}</p>
        <p>{security.votes(votes.length, guardians.guardians.length)}</p>
        {agreed !== null && <p class="number">{security.takesOver(leftText(agreed.fromMs - now))}</p>}
      </Notice>
      <SignButton text={security.stop} kind="danger" operations={() => [{ type: "cancel_recovery" }]} />
    </section>
  );
}

function Waits({ account }: { readonly account: api.Account }) {
  const security = securityWords.value;
  const { waiting } = account.safeguards;
  if (waiting === null) {
    return null;
  }
  const moment = momentText(waiting.fromMs, language.value);
  return (
    <Notice kind="warn" icon="clock">
      <p>
        {waiting.change.type === "unfreeze"
          ? security.waitingUnfreeze(moment)
          : security.waitingGuardians(moment)}
      </p>
    </Notice>
  );
}

function Freeze({ account }: { readonly account: api.Account }) {
  const security = securityWords.value;
  const isAsked = account.safeguards.waiting?.change.type === "unfreeze";
  return (
    <section class="panel stack" aria-label={security.freeze}>
      <h2>{security.freeze}</h2>
      <p class="soft">{account.frozen ? security.frozen : security.freezeLead}</p>
      {account.frozen ? (
        <SignButton
          text={security.unfreeze}
          kind="plain"
          isReady={!isAsked}
          operations={() => [{ type: "unfreeze" }]}
        />
      ) : (
        <SignButton
          text={security.freeze}
          icon="freeze"
          kind="danger"
          operations={() => [{ type: "freeze" }]}
        />
      )}
    </section>
  );
}

function GuardiansForm({ account }: { readonly account: api.Account }) {
  const security = securityWords.value;
  const [all, setAll] = useState<readonly Guardian[]>(account.guardians.guardians);
  const [threshold, setThreshold] = useState(Math.max(1, account.guardians.threshold));
  const [text, setText] = useState("");
  const found = addressIn(text);
  const add = (): void => {
    if (found !== null && found !== account.address) {
      setAll(
        guardiansInOrder([
          ...all.filter((one) => !("account" in one) || one.account !== found),
          { account: found },
        ]),
      );
      setText("");
    }
  };
  const most = Math.max(1, all.length);
  return (
    <div class="stack">
      <ul class="list">
        {all.map((one) => (
          <li class="row between" key={guardianText(one)}>
            <span class="mono">{guardianText(one)}</span>
            <button
              class="button quiet"
              type="button"
              onClick={() => setAll(all.filter((other) => other !== one))}
            >
              {security.clear}
              <span class="hidden"> {guardianText(one)}</span>
            </button>
          </li>
        ))}
      </ul>
      <AddressField label={security.guardianLabel} value={text} onValue={setText} />
      <button
        class="button plain"
        type="button"
        disabled={found === null || all.length >= limits.GUARDIANS_MAX}
        onClick={add}
      >
        {security.add}
      </button>
      <Field label={security.thresholdLabel}>
        {(id) => (
          <select
            class="input"
            id={id}
            value={Math.min(threshold, most)}
            onChange={(event) => setThreshold(Number(event.currentTarget.value))}
          >
            {Array.from({ length: most }, (_, at) => (
              <option key={at} value={at + 1}>
                {at + 1}
              </option>
            ))}
          </select>
        )}
      </Field>
      <SignButton
        text={security.set}
        operations={() => {
          const guardians = { guardians: all, threshold: all.length === 0 ? 0 : Math.min(threshold, most) };
          return [{ type: "set_guardians", guardians }];
        }}
      />
    </div>
  );
}

function Guardians({ account }: { readonly account: api.Account }) {
  const security = securityWords.value;
  const { guardians, threshold } = account.guardians;
  return (
    <section class="panel stack" aria-label={security.guardians}>
      <h2>{security.guardians}</h2>
      <p class="soft">{security.guardiansLead}</p>
      {guardians.length === 0 ? (
        <Notice kind="warn">
          <p>{security.guardiansNone}</p>
        </Notice>
      ) : (
        <p>
          <Icon name="shield" /> {security.threshold(threshold, guardians.length)}
        </p>
      )}
      <GuardiansForm key={JSON.stringify(account.guardians)} account={account} />
    </section>
  );
}

function Asking() {
  return (
    <div class="panel">
      <AskingChoice />
    </div>
  );
}

function Rotate() {
  const security = securityWords.value;
  const [isOpen, setOpen] = useState(false);
  return (
    <section class="panel stack" aria-label={security.rotate}>
      <h2>{security.rotate}</h2>
      <p class="soft">{security.rotateLead}</p>
      {rotation.value !== null && (
        <Notice kind="warn" icon="clock">
          <p>{security.nextWaiting}</p>
        </Notice>
      )}
      {!isOpen && (
        <button class="button plain" type="button" onClick={() => setOpen(true)}>
          <Icon name="key" />
          {security.rotate}
        </button>
      )}
      {isOpen && (
        <PassphraseForm
          action={security.rotate}
          label={labelled(security.rotate)}
          look="plain"
          tell={errorText}
          onPassphrase={async (typed) => {
            goTo("sent", await rotate(typed));
          }}
        />
      )}
    </section>
  );
}

function Backup() {
  const security = securityWords.value;
  const [isOpen, setOpen] = useState(false);
  const [list, setList] = useState<readonly string[] | null>(null);
  const file = wallet.value?.file ?? "";
  return (
    <section class="panel stack" aria-label={security.backup}>
      <h2>{security.backup}</h2>
      {list !== null && list.length > 0 && (
        <ol class="words">
          {list.map((word) => (
            <li key={word}>{word}</li>
          ))}
        </ol>
      )}
      {list?.length === 0 && <p>{security.wordsNone}</p>}
      {list === null && isOpen && (
        <PassphraseForm
          action={security.words}
          label={labelled(security.words)}
          look="plain"
          tell={errorText}
          onPassphrase={async (passphrase) => {
            const { words: found } = await ask({ type: "words", file, passphrase });
            setList(found?.split(" ") ?? []);
          }}
        />
      )}
      {!isOpen && (
        <button class="button plain" type="button" onClick={() => setOpen(true)}>
          <Icon name="show" />
          {security.words}
        </button>
      )}
      <p class="soft">{security.exportLead}</p>
      <button class="button plain" type="button" onClick={() => saveFile("key.json", "application/json", file)}>
        <Icon name="down" />
        {security.export}
      </button>
    </section>
  );
}

/** The screen. */
export function Security() {
  const security = securityWords.value;
  const account = shown.value?.own.account;
  return (
    <div class="stack">
      <div>
        <Heading title={security.title} back="more" />
        <Shield />
      </div>
      {account === undefined && <Waiting text={words.value.common.loading} />}
      {account !== undefined && (
        <>
          <Recovery account={account} />
          <Waits account={account} />
          <Freeze account={account} />
          <Guardians account={account} />
        </>
      )}
      <Menu links={[[linkTo("recover"), "key", security.recover]]} />
      <Asking />
      <Passkey />
      <Rotate />
      <Backup />
      <section class="panel stack" aria-label={security.lock}>
        <p class="soft">{security.lockLead}</p>
        <button
          class="button"
          type="button"
          onClick={() => {
            unfollow();
            void lock();
          }}
        >
          <Icon name="lock" />
          {security.lock}
        </button>
      </section>
    </div>
  );
}
