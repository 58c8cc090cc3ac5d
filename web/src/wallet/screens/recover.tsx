/** Recovering a lost account: what its owner does in a new wallet, and what a guardian does. */

import type { Address, api, PublicKey } from "@lojal/client";
import { addressToText, parseAddressText } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { leftText, numberText } from "../../shared/format.js";
import { Choice, Notice, Waiting } from "../../shared/parts.js";
import { PassphraseForm } from "../../shared/passphrase.js";
import { language } from "../../shared/preferences.js";
import { Qr } from "../../shared/qr.js";
import { goTo } from "../../shared/route.js";
import { theNetwork } from "../model/network.js";
import type { Wish } from "../model/recover.js";
import { takeOver, useRecovery, wishIn, wishText } from "../model/recover.js";
import { wallet } from "../model/session.js";
import { read, write } from "../model/store.js";
import { AddressField, addressIn } from "../ui/fields.js";
import { CopyButton, errorText, Heading } from "../ui/parts.js";
import { Reader } from "../ui/reader.js";
import { SignButton } from "../ui/sign.js";
import { words } from "../words/index.js";
import { recoverWords } from "../words/recover.js";

function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** How far a recovery has come, in words. */
function Told({ account, newKey }: { readonly account: api.AccountRecovery; readonly newKey: PublicKey }) {
  const text = recoverWords.value;
  const now = useNow();
  const { recovery, guardians } = account;
  if (recovery === null) {
    return <p class="soft">{text.none}</p>;
  }
  const votes = recovery.votes.filter((vote) => vote.newKey === newKey).length;
  const { agreed } = recovery;
  if (votes === 0 || (agreed !== null && agreed.newKey !== newKey)) {
    return (
      <Notice kind="bad">
        <p>{text.otherKey}</p>
      </Notice>
    );
  }
  const number = (count: number): string => numberText(count, language.value);
  return (
    <div class="stack tight" data-testid="progress">
      <p>{text.want(number(votes), number(guardians.threshold))}</p>
      {agreed !== null && (
        <p role="timer">
          <strong>{agreed.fromMs > now ? text.wait(leftText(agreed.fromMs - now)) : text.ready}</strong>
        </p>
      )}
    </div>
  );
}

function Owner({ lost, onOther }: { readonly lost: Address; readonly onOther: () => void }) {
  const text = recoverWords.value;
  const progress = useRecovery(lost);
  const newKey = wallet.value?.publicKey;
  if (newKey === undefined) {
    return null;
  }
  const wish = wishText({ account: lost, newKey });
  if (progress.type === "told" && progress.account.rotatedKey === newKey) {
    return (
      <section class="panel stack" aria-label={text.takeOver}>
        <Notice>
          <p>{text.yours}</p>
        </Notice>
        <p class="mono">{addressToText(lost, theNetwork().genesis.network)}</p>
        <PassphraseForm
          action={text.takeOver}
          icon="key"
          tell={errorText}
          onPassphrase={async (passphrase) => {
            await takeOver(lost, passphrase);
            goTo("");
          }}
        >
          <p class="soft">{text.takeLead}</p>
        </PassphraseForm>
      </section>
    );
  }
  return (
    <>
      <section class="panel stack" aria-label={text.askTitle}>
        <h2>{text.askTitle}</h2>
        <p class="soft">{text.askLead}</p>
        <div class="code">
          <Qr text={wish} label={text.qr} />
        </div>
        <p class="soft small">{text.key}</p>
        <p class="mono" data-testid="wish" data-text={wish}>
          {newKey}
        </p>
        <CopyButton text={wish} />
      </section>
      <section class="panel stack" aria-label={text.progress}>
        <h2>{text.progress}</h2>
        {progress.type === "asking" && <Waiting text={words.value.common.loading} />}
        {progress.type === "hidden" && <Waiting text={text.hidden} />}
        {progress.type === "fault" && <p class="bad">{errorText(progress.error)}</p>}
        {progress.type === "told" && <Told account={progress.account} newKey={newKey} />}
      </section>
      <button class="button quiet" type="button" onClick={onOther}>
        {text.other}
      </button>
    </>
  );
}

function Lost() {
  const text = recoverWords.value;
  const [lost, setLost] = useState<Address | null>(null);
  const [typed, setTyped] = useState("");
  useEffect(() => {
    void read("lost").then((kept) => {
      if (kept !== null) {
        setLost(parseAddressText(kept).address);
      }
    });
  }, []);
  if (lost !== null) {
    return <Owner lost={lost} onOther={() => setLost(null)} />;
  }
  const found = addressIn(typed);
  const isOwn = found !== null && found === wallet.value?.address;
  const keep = (event: Event): void => {
    event.preventDefault();
    if (found !== null) {
      void write({ lost: addressToText(found, theNetwork().genesis.network) });
      setLost(found);
    }
  };
  return (
    <form class="panel stack" onSubmit={keep}>
      <AddressField label={text.lostLabel} value={typed} wrong={isOwn ? text.own : ""} onValue={setTyped} />
      <p class="small soft">{text.lostHint}</p>
      <button class="button" type="submit" disabled={found === null || isOwn}>
        {words.value.common.continue}
      </button>
    </form>
  );
}

function Helping({ wish, onOther }: { readonly wish: Wish; readonly onOther: () => void }) {
  const text = recoverWords.value;
  const { account: address, newKey } = wish;
  const progress = useRecovery(address);
  const now = useNow();
  const told = progress.type === "told" ? progress.account : null;
  const agreed = told?.recovery?.agreed ?? null;
  const isOver = told?.rotatedKey === newKey;
  const isReady = agreed !== null && agreed.newKey === newKey && agreed.fromMs <= now;
  return (
    <>
      <section class="panel stack" aria-label={text.account}>
        <p class="soft small">{text.account}</p>
        <p class="mono">{addressToText(address, theNetwork().genesis.network)}</p>
        <p class="soft small">{text.newKey}</p>
        <p class="mono" data-testid="new-key">
          {newKey}
        </p>
        {progress.type === "asking" && <Waiting text={words.value.common.loading} />}
        {progress.type === "hidden" && <p class="bad">{text.notGuardian}</p>}
        {progress.type === "fault" && <p class="bad">{errorText(progress.error)}</p>}
        {told !== null && !isOver && <Told account={told} newKey={newKey} />}
        {isOver && (
          <Notice>
            <p>{text.done}</p>
          </Notice>
        )}
      </section>
      {told !== null && !isOver && agreed === null && (
        <>
          <Notice kind="warn">
            <p>{text.compare}</p>
          </Notice>
          <SignButton
            text={text.approve}
            icon="shield"
            operations={() => [{ type: "start_recovery", account: address, newKey }]}
          />
        </>
      )}
      {!isOver && isReady && (
        <SignButton
          text={text.finish}
          icon="check"
          operations={() => [{ type: "finish_recovery", account: address }]}
        />
      )}
      <button class="button quiet" type="button" onClick={onOther}>
        {text.other}
      </button>
    </>
  );
}

function Guardian() {
  const text = recoverWords.value;
  const [wish, setWish] = useState<Wish | null>(null);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    void read("helping").then((kept) => setWish(kept === null ? null : wishIn(kept)));
  }, []);
  const use = (found: string): void => {
    const next = wishIn(found);
    setWrong(next === null ? text.badWish : "");
    if (next !== null) {
      void write({ helping: wishText(next) });
      setWish(next);
    }
  };
  if (wish !== null) {
    return <Helping wish={wish} onOther={() => setWish(null)} />;
  }
  return (
    <>
      <p class="soft">{text.scanLead}</p>
      <Reader wrong={wrong} onText={use} />
    </>
  );
}

/** The screen; `of` says whether a guardian is here. */
export function Recover({ of }: { readonly of: string }) {
  const text = recoverWords.value;
  const isGuardian = of === "guardian";
  return (
    <div class="stack">
      <Heading title={text.title} back="security" />
      <p class="soft">{text.lead}</p>
      <div class="panel">
        <Choice
          legend={text.who}
          name="who"
          all={[
            ["lost", text.lost],
            ["guardian", text.guardian],
          ]}
          value={isGuardian ? "guardian" : "lost"}
          onValue={(who) => goTo("recover", who)}
        />
      </div>
      {isGuardian ? <Guardian /> : <Lost />}
    </div>
  );
}
