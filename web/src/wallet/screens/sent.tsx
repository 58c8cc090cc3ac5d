/** What became of something that was signed: shown to the cashier once it is final. */

import type { Fate, Operation, TransactionId } from "@lojal/client";
import { voucherId } from "@lojal/client";

import { momentText, numberText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { Notice } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { entryOf } from "../model/describe.js";
import { brandOf, theNetwork } from "../model/network.js";
import { campaigns } from "../model/offers.js";
import type { Sent } from "../model/outbox.js";
import { sent } from "../model/outbox.js";
import { personalTerms } from "../model/personal.js";
import { wallet } from "../model/session.js";
import { entryTitle } from "../ui/activity-list.js";
import { awardTitle } from "../ui/award.js";
import { Bought } from "../ui/market.js";
import { amountOf, codeText } from "../ui/parts.js";
import { Ticket } from "../ui/ticket.js";
import { screenWords } from "../words/screens.js";
import { voucherWords } from "../words/vouchers.js";
import { ReceiptScreen } from "./receipt.js";

function What({ one }: { readonly one: Sent }) {
  const own = wallet.value?.address;
  const { operations } = one.signed.transaction;
  const [operation] = operations;
  if (own === undefined || operation === undefined) {
    return null;
  }
  if (operation.type === "take") {
    return <Bought operations={operations} />;
  }
  const entry = entryOf(operation, own);
  const { brand, amount } = entry;
  return (
    <>
      {operation.type === "claim" && <Claimed claim={operation} />}
      {operation.type === "use_voucher" && (
        <p class="big got" data-testid="used">
          {voucherWords.value.times(numberText(operation.quantity, language.value))}
        </p>
      )}
      {brand !== null && amount !== null && (
        <p class="big">
          <span class="hidden">{brandOf(brand).name} </span>
          {amountOf(brand, amount)}
        </p>
      )}
      <p>
        {entryTitle(entry)}
        {brand !== null && ` · ${brandOf(brand).name}`}
      </p>
    </>
  );
}

/** What a claim gives, by the terms that were shown before it was signed. */
function Claimed({ claim }: { readonly claim: Extract<Operation, { readonly type: "claim" }> }) {
  const { brand, campaign, quantity, invitation } = claim;
  const known = campaigns.value.get(brand)?.told.campaigns.find((one) => one.campaign === campaign);
  if (known === undefined) {
    return null;
  }
  const { award } = invitation === null ? known.terms : personalTerms(known.terms, invitation);
  return (
    <p class="big got" data-testid="claimed">
      {awardTitle(award, brand, quantity)}
    </p>
  );
}

/** The way to the voucher that a claim has given: whoever signs knows its id. */
function ToVoucher({ one }: { readonly one: Sent }) {
  const [operation] = one.signed.transaction.operations;
  if (operation?.type !== "claim") {
    return null;
  }
  const { brand, campaign } = operation;
  const known = campaigns.value.get(brand)?.told.campaigns.find((other) => other.campaign === campaign);
  const id = voucherId(theNetwork().genesis.chainId, one.id, 0);
  return known?.terms.award.type !== "voucher" ? null : (
    <a class="button" href={linkTo("voucher", id)}>
      <Icon name="ticket" />
      {voucherWords.value.see}
    </a>
  );
}

function Final({ one, fate }: { readonly one: Sent; readonly fate: Extract<Fate, { type: "final" }> }) {
  const text = screenWords.value.sent;
  const isApplied = fate.receipt.result === "applied";
  const types = one.signed.transaction.operations.map(({ type }) => type);
  const isUsed = types.includes("use_voucher");
  const isPaid = types.includes("redeem") || types.includes("hold");
  return (
    <div class={`outcome ${isApplied ? "good" : "bad"}`} role="status" data-testid="outcome">
      <Icon name={isApplied ? "check" : "cross"} />
      <h1>{!isApplied ? text.failed : isPaid ? text.paid : isUsed ? voucherWords.value.use.done : text.done}</h1>
      {isApplied ? (
        <What one={one} />
      ) : (
        <p>{fate.receipt.result === "failed" ? codeText(fate.receipt.code) : ""}</p>
      )}
      <p>
        {momentText(fate.timeMs, language.value)} · {text.block(numberText(fate.height, language.value))}
      </p>
      {(isPaid || isUsed) && (
        <p>
          {text.code}
          <br />
          <span class="mono">{one.id.slice(0, 8).toUpperCase()}</span>
        </p>
      )}
    </div>
  );
}

function Outcome({ one }: { readonly one: Sent }) {
  const text = screenWords.value.sent;
  const { fate, note } = one;
  if (fate?.type === "final") {
    return <Final one={one} fate={fate} />;
  }
  if (fate?.type === "refused" || fate?.type === "expired") {
    return (
      <div class="outcome bad" role="status" data-testid="outcome">
        <Icon name="cross" />
        <h1>{text.failed}</h1>
        <p>{fate.type === "expired" ? text.expired : text.refused}</p>
        {fate.type === "refused" && <p>{codeText(fate.problem.code)}</p>}
      </div>
    );
  }
  return (
    <div class="outcome wait" role="status" data-testid="outcome">
      <span class="spinner" aria-hidden="true" />
      <h1>{text.sending}</h1>
      <What one={one} />
      <p class="soft">{text.sendingLead}</p>
      {note !== "" && (
        <Notice kind="warn">
          <p class="small">{note}</p>
        </Notice>
      )}
    </div>
  );
}

/** The screen. Something that is over and was sent before this page was opened has a receipt, and nothing else. */
export function SentScreen({ of }: { readonly of: string }) {
  const text = screenWords.value.sent;
  const one = sent.value.get(of as TransactionId);
  if (one === undefined) {
    return <ReceiptScreen of={of} />;
  }
  const isOver = one.fate !== null;
  return (
    <div class="stack">
      <Outcome one={one} />
      {one.fate?.type === "final" && one.fate.receipt.result === "applied" && (
        <>
          <Ticket operation={one.signed.transaction.operations[0]} />
          <ToVoucher one={one} />
        </>
      )}
      {one.fate?.type === "final" && (
        <a class="button plain" href={linkTo("receipt", of)}>
          {text.receipt}
        </a>
      )}
      <a class={isOver ? "button" : "button plain"} href={linkTo("")}>
        {text.home}
      </a>
    </div>
  );
}
