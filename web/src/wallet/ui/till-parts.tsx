/** The parts that the till's screens share. */

import "../till.css";

import type { Address, api, BrandId, Points, Role, TimeMs, TransactionId } from "@lojal/client";
import { addressToText } from "@lojal/client";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { clockText, numberText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { Field, Notice, Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { brandOf, theNetwork } from "../model/network.js";
import { wallet } from "../model/session.js";
import { isTillOpen, openTill, refreshTill, tillBrand, tills } from "../model/till.js";
import { settleLines } from "../model/till-answer.js";
import { tillWords } from "../words/till.js";
import { amountOf, CopyButton, errorText, Heading, look } from "./parts.js";

/** A brand that a till works for, and what it may do there. */
export interface Desk {
  readonly brand: BrandId;
  readonly operator: api.OperatorAnswer;
  readonly may: (role: Role) => boolean;
}

function NoTill({ onAgain }: { readonly onAgain: () => void }) {
  const text = tillWords.value;
  const key = wallet.value?.publicKey ?? "";
  return (
    <div class="stack">
      <Heading title={text.none} back="more" />
      <p class="soft">{text.noneLead}</p>
      <div class="panel stack">
        <p class="mono" data-testid="till-key">
          {key}
        </p>
        <CopyButton text={key} />
      </div>
      <button class="button" type="button" onClick={onAgain}>
        {text.again}
      </button>
    </div>
  );
}

/** A screen of the till: it is shown once it is known whose till this is. */
export function AtDesk({ children }: { readonly children: (desk: Desk) => ComponentChildren }) {
  const text = tillWords.value;
  const [fault, setFault] = useState<unknown>(null);
  const open = (): void => {
    setFault(null);
    tills.value = null;
    openTill().then(settleLines).catch(setFault);
  };
  useEffect(() => {
    if (isTillOpen()) {
      // Without an answer the ledger still refuses what it may not do.
      refreshTill().catch(() => undefined);
    } else {
      open();
    }
  }, []);
  const mine = tills.value?.find(({ id }) => id === tillBrand.value);
  if (fault !== null && tills.value === null) {
    return (
      <div class="stack">
        <Heading title={text.title} back="more" />
        <Notice kind="bad">
          <p>{errorText(fault)}</p>
        </Notice>
        <button class="button" type="button" onClick={open}>
          {text.again}
        </button>
      </div>
    );
  }
  if (tills.value === null) {
    return <Waiting text={text.finding} />;
  }
  if (mine === undefined) {
    return <NoTill onAgain={open} />;
  }
  const { id: brand, operator } = mine;
  return <>{children({ brand, operator, may: (role) => operator.roles.includes(role) })}</>;
}

/** The last characters of a member's address, by which a cashier and a member know that they mean the same. */
export function lastOf(member: Address): string {
  return tillWords.value.member(addressToText(member, theNetwork().genesis.network).slice(-4));
}

/** The amount that it is about, in the brand's colours. */
export function Sum(props: { readonly brand: BrandId; readonly amount: Points; readonly note?: string }) {
  const { brand, amount, note } = props;
  return (
    <div class={`sum ${look(brand)}`}>
      <p class="big" data-testid="amount">
        {amountOf(brand, amount)}
      </p>
      <p>
        {brandOf(brand).name}
        {note !== undefined && ` · ${note}`}
      </p>
    </div>
  );
}

/** Something that has happened, and is proven: large, so that it is seen from the other side of the counter. */
export function Proven(props: {
  readonly title: string;
  readonly brand: BrandId;
  readonly amount: Points | null;
  readonly member: Address | null;
  readonly header: { readonly timeMs: TimeMs; readonly height: bigint };
  readonly id: TransactionId;
}) {
  const { title, brand, amount, member, header, id } = props;
  const text = tillWords.value;
  const time = clockText(header.timeMs, language.value);
  return (
    <>
      <div class="outcome good" role="status" data-testid="till-outcome">
        <Icon name="check" />
        <h1>{title}</h1>
        {amount !== null && (
          <p class="big">
            <span class="hidden">{brandOf(brand).name} </span>
            {amountOf(brand, amount)}
          </p>
        )}
        <p>
          {brandOf(brand).name}
          {member !== null && ` · ${lastOf(member)}`}
        </p>
        <p class="row small">
          <Icon name="shield" />
          {text.proven(time, numberText(header.height, language.value))}
        </p>
      </div>
      <a class="button" href={linkTo("till")}>
        {text.next}
      </a>
      <a class="button plain" href={linkTo("receipt", id)}>
        {text.receipt}
      </a>
    </>
  );
}

/** A field for a receipt's number. */
export function ReceiptField(props: {
  readonly label: string;
  readonly hint?: string;
  readonly wrong?: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}) {
  const { label, hint = "", wrong = "", value, onValue } = props;
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(id, describedBy) => (
        <input
          class="input"
          id={id}
          aria-describedby={describedBy}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={256}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
