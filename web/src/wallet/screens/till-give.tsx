/** Giving points: to whoever shows a code, once for a receipt. */

import type { Address, BrandId, Operation, Points } from "@lojal/client";
import { addressToText, receiptReference, tagOf, toTimeMs } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { Notice } from "../../shared/parts.js";
import { theNetwork } from "../model/network.js";
import { useForecast } from "../model/foretell.js";
import { noteSigned } from "../model/till.js";
import type { TillFault } from "../model/till-code.js";
import { shownByMember } from "../model/till-code.js";
import { errorText, Heading } from "../ui/parts.js";
import { Reader } from "../ui/reader.js";
import { Left, SignButton, wouldWork } from "../ui/sign.js";
import { thisDay } from "../ui/take-held.js";
import type { Desk } from "../ui/till-parts.js";
import { AtDesk, ReceiptField, Sum } from "../ui/till-parts.js";
import { tillWords } from "../words/till.js";

/** The time without a key pressed after which what was typed is asked about, in milliseconds. */
const PAUSE_MS = 400;

/** The reference of a receipt's text; null while there is none. */
function referenceIn(text: string): ReturnType<typeof receiptReference> | null {
  return text.trim() === "" ? null : receiptReference(text);
}

/** The issue for the receipt that somebody types, made once they pause. */
function useIssue(receipt: string, brand: BrandId, to: Address, amount: Points) {
  const [asked, setAsked] = useState("");
  const [operation, setOperation] = useState<Operation | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(receipt), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [receipt]);
  useEffect(() => {
    const reference = referenceIn(asked);
    let isOld = false;
    setOperation(null);
    setFault(null);
    if (reference !== null) {
      thisDay().then(
        (dated) => {
          if (!isOld) {
            setOperation({ type: "issue", brand, to, amount, reference, dated, expiry: null });
          }
        },
        (error: unknown) => (isOld ? undefined : setFault(error)),
      );
    }
    return () => {
      isOld = true;
    };
  }, [asked]);
  return { asked, operation, fault };
}

function Give(props: {
  readonly desk: Desk;
  readonly to: Address;
  readonly amount: Points;
  readonly onBack: () => void;
}) {
  const text = tillWords.value;
  const { desk, to, amount, onBack } = props;
  const { brand } = desk;
  const [receipt, setReceipt] = useState("");
  const { asked, operation, fault } = useIssue(receipt, desk.brand, to, amount);
  const forecast = useForecast(operation === null ? [] : [operation], to, brand, operation === null ? "" : asked);
  const isReady = operation !== null && receipt === asked && wouldWork(forecast);
  return (
    <div class="stack">
      <Heading title={text.giveTitle} back="till" />
      <Sum brand={brand} amount={amount} />
      <div class="panel stack">
        <div class="row between">
          <div class="grow">
            <p class="soft small">{text.to}</p>
            <p class="mono" data-testid="to">
              {addressToText(to, theNetwork().genesis.network)}
            </p>
          </div>
          <button class="button quiet fixed" type="button" onClick={onBack}>
            {text.change}
          </button>
        </div>
        <ReceiptField
          label={text.receiptLabel}
          hint={text.receiptHint}
          value={receipt}
          onValue={setReceipt}
        />
        {fault !== null && (
          <Notice kind="bad">
            <p>{errorText(fault)}</p>
          </Notice>
        )}
        {forecast.type !== "told" || forecast.outcome.result !== "applied" ? (
          <Left forecast={forecast} brand={brand} />
        ) : null}
      </div>
      <SignButton
        text={text.give}
        icon="send"
        to="till-done"
        isReady={isReady}
        operations={() => (operation === null ? [] : [operation])}
        onSent={(id) => noteSigned(id, "give", { brand, amount, member: to })}
      />
    </div>
  );
}

function Member({ desk, amount }: { readonly desk: Desk; readonly amount: Points }) {
  const text = tillWords.value;
  const [to, setTo] = useState<Address | null>(null);
  const [fault, setFault] = useState<TillFault | "ticket" | null>(null);
  const use = (found: string): void => {
    const { chainId, network } = theNetwork().genesis;
    const shown = shownByMember(found, network, tagOf(chainId), toTimeMs(Date.now()));
    setFault(shown.type === "fault" ? shown.fault : shown.type === "ticket" ? "ticket" : null);
    setTo(shown.type === "member" ? shown.address : null);
  };
  if (to !== null) {
    return <Give desk={desk} to={to} amount={amount} onBack={() => setTo(null)} />;
  }
  return (
    <div class="stack">
      <Heading title={text.giveTitle} back="till" />
      <Sum brand={desk.brand} amount={amount} />
      <p class="soft">{text.giveLead}</p>
      <Reader wrong={fault === null ? "" : text.faults[fault]} onText={use} />
    </div>
  );
}

/** The screen; `of` is the number of points. */
export function TillGive({ of }: { readonly of: string }) {
  const amount = /^[1-9]\d{0,15}$/.test(of) ? (BigInt(of) as Points) : null;
  return (
    <AtDesk>
      {(desk) =>
        amount === null || !desk.may("issue") ? (
          <Heading title={tillWords.value.failed} back="till" />
        ) : (
          <Member desk={desk} amount={amount} />
        )
      }
    </AtDesk>
  );
}
