/** One transaction: proven, with its operations in words, or what is known of it until then. */

import type { SignedTransaction, TransactionId } from "@lojal/client";
import { receiptToText } from "@lojal/client";

import { Icon } from "../../shared/icon.js";
import { Notice, saveFile, Waiting } from "../../shared/parts.js";
import { Heading } from "../../wallet/ui/parts.js";
import { shown } from "../model/brand.js";
import { codeWords, say } from "../model/saying.js";
import type { Now } from "../model/tell-actions.js";
import { tellAction } from "../model/tell-actions.js";
import { factsOf, titleOf } from "../model/tell-operations.js";
import type { Found } from "../model/transaction.js";
import { useTransaction } from "../model/transaction.js";
import { Diff, Facts, Fault, Panel } from "../ui/parts.js";
import { words } from "../words/index.js";

/** Nothing to compare with: a transaction of the past is told as it is. */
const NOTHING: Now = { brand: null, operators: [], partnerships: [], campaigns: new Map() };

/** The operations of a transaction in words. */
export function Operations({ signed }: { readonly signed: SignedTransaction }) {
  const text = words.value.detail;
  return (
    <Panel title={text.does}>
      <ul class="list" data-testid="does">
        {signed.transaction.operations.map((operation, at) => (
          <li key={at} class="stack tight">
            <h3>{titleOf(operation, say.value)}</h3>
            <Facts facts={factsOf(operation, say.value)} />
            {operation.type === "propose_for_brand" &&
              operation.actions.map((action, number) => (
                <Action key={number} told={tellAction(action, NOTHING, say.value)} />
              ))}
            {(operation.type === "set_policy" ||
              operation.type === "set_pending_days" ||
              operation.type === "set_operator" ||
              operation.type === "propose_partnership" ||
              operation.type === "accept_partnership" ||
              operation.type === "set_approvals") && <Diff rows={tellAction(operation, NOTHING, say.value).rows} />}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Action({ told }: { readonly told: ReturnType<typeof tellAction> }) {
  return (
    <div class="stack tight">
      <strong>{told.title}</strong>
      <Diff rows={told.rows} />
    </div>
  );
}

function Outcome({ found }: { readonly found: Extract<Found, { type: "proven" }> }) {
  const text = words.value.detail;
  const { state, id } = found.status;
  if (state.status !== "committed") {
    return null;
  }
  const { receipt, timeMs, height } = state;
  const isApplied = receipt.result === "applied";
  return (
    <>
      <Notice kind={isApplied ? "good" : "bad"}>
        <strong data-testid="outcome">{isApplied ? text.applied : text.failed}</strong>
        {receipt.result === "failed" && <p>{codeWords(receipt.code)}</p>}
        <p class="small">{text.proven}</p>
      </Notice>
      <Panel title={text.outcome}>
        <Facts
          facts={[
            [text.when, say.value.moment(timeMs)],
            [text.block, say.value.number(height)],
            [
              text.sender,
              <span class="mono">
                {say.value.address(found.receipt.proof.transaction.transaction.sender)}
              </span>,
            ],
            [text.id, <span class="mono">{id}</span>],
          ]}
        />
        <button
          class="button plain"
          type="button"
          onClick={() =>
            saveFile(`lojal-${id.slice(0, 12)}.json`, "application/json", receiptToText(found.receipt))
          }
        >
          <Icon name="down" />
          {text.save}
        </button>
      </Panel>
      <Operations signed={found.receipt.proof.transaction} />
    </>
  );
}

/** The part of a screen that says what is known of a transaction. */
export function Known({ found }: { readonly found: Found }) {
  const text = words.value.detail;
  switch (found.type) {
    case "asking":
      return <Waiting text={text.asking} />;
    case "unknown":
      return (
        <Notice kind="warn" icon="clock">
          <strong>{text.unknown}</strong>
          <p>{text.unknownLead}</p>
        </Notice>
      );
    case "pending":
      return (
        <>
          <Waiting text={text.pending} />
          {found.status.transaction !== null && <Operations signed={found.status.transaction} />}
        </>
      );
    case "fault":
      return <Fault error={found.error} />;
    case "proven":
      return <Outcome found={found} />;
  }
}

/** The screen. */
export function Detail({ of }: { readonly of: string }) {
  const found = useTransaction(of);
  return (
    <div class="stack narrow">
      <Heading title={words.value.detail.title} back="transactions" />
      <Known found={found} />
    </div>
  );
}

function Command({ text }: { readonly text: string }) {
  return <pre class="command mono">{text}</pre>;
}

/** The screen of a transaction that was handed out as a file: what to do with it, and whether it has come. */
export function CarriedScreen({ of }: { readonly of: string }) {
  const { carried, sent } = words.value;
  const found = useTransaction(of);
  const name = `lojal-${(of as TransactionId).slice(0, 12)}.tx`;
  const hasCome = found.type === "proven" || found.type === "pending";
  return (
    <div class="stack narrow">
      <Heading title={hasCome ? words.value.detail.title : carried.title} back="" />
      {!hasCome && (
        <div class="panel stack">
          <p>{carried.lead}</p>
          <p class="soft">{carried.step1}</p>
          <Command text={`lojal tx sign ${name}`} />
          <p class="soft">{carried.step2}</p>
          <Command text={`lojal tx submit ${name}.signed`} />
          {found.type === "fault" ? <Fault error={found.error} /> : <Waiting text={carried.waiting} />}
        </div>
      )}
      {hasCome && <p role="status">{found.type === "proven" ? carried.landed : carried.pending}</p>}
      {hasCome && <Known found={found} />}
      <a class="button plain" href="#/">
        {shown.value === null ? words.value.common.back : sent.home}
      </a>
    </div>
  );
}
