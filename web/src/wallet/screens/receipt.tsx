/** One transaction: its facts, its proof, and the file that proves it to anybody. */

import type { api, SavedReceipt, TransactionId } from "@lojal/client";
import { addressToText, parseTransactionId, receiptToText } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { momentText, numberText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { Notice, saveFile, Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { entriesOf } from "../model/describe.js";
import { ask, brandOf, theNetwork } from "../model/network.js";
import { wallet } from "../model/session.js";
import { entryAmount, entryTitle } from "../ui/activity-list.js";
import { codeText, errorText, Heading } from "../ui/parts.js";
import { Ticket } from "../ui/ticket.js";
import { words } from "../words/index.js";
import { screenWords } from "../words/screens.js";

type State =
  | { readonly type: "reading" }
  | { readonly type: "fault"; readonly text: string }
  | { readonly type: "read"; readonly status: api.TransactionStatus; readonly receipt: SavedReceipt };

function useReceipt(of: string): State {
  const [state, setState] = useState<State>({ type: "reading" });
  useEffect(() => {
    setState({ type: "reading" });
    const read = async (): Promise<State> => {
      const id: TransactionId = parseTransactionId(of);
      const receipt = await ask((client) => client.receipt(id, theNetwork().genesis));
      const { header, transaction, receipt: outcome } = receipt.proof;
      const committed = { height: header.height, index: 0, timeMs: header.timeMs, receipt: outcome.outcome };
      const status = { id, transaction, activity: null, state: { status: "committed", ...committed } } as const;
      return { type: "read", status, receipt };
    };
    read().then(setState, (error: unknown) => setState({ type: "fault", text: errorText(error) }));
  }, [of]);
  return state;
}

function Facts({ status }: { readonly status: api.TransactionStatus }) {
  const text = screenWords.value.receipt;
  const { state } = status;
  if (state.status !== "committed") {
    return null;
  }
  const { receipt } = state;
  const outcome = receipt.result === "applied" ? text.applied : codeText(receipt.code);
  return (
    <dl class="facts">
      <dt>{text.outcome}</dt>
      <dd class={receipt.result === "applied" ? "good" : "bad"}>{outcome}</dd>
      <dt>{text.when}</dt>
      <dd>{momentText(state.timeMs, language.value)}</dd>
      <dt>{text.block}</dt>
      <dd>{numberText(state.height, language.value)}</dd>
      <dt>{text.id}</dt>
      <dd class="mono">{status.id}</dd>
    </dl>
  );
}

function Entries({ status }: { readonly status: api.TransactionStatus }) {
  const own = wallet.value?.address;
  const { network } = theNetwork().genesis;
  const { common } = words.value;
  return (
    <ul class="panel list">
      {(own === undefined ? [] : entriesOf(status, own)).map((entry, at) => (
        <li key={at} class="stack tight">
          <div class="row between">
            <strong>{entryTitle(entry)}</strong>
            <span class="number">{entryAmount(entry)}</span>
          </div>
          {entry.brand !== null && <span class="soft">{brandOf(entry.brand).name}</span>}
          {entry.other !== null && (
            <span class="small">
              {entry.isIncoming ? common.from : common.to}{" "}
              <span class="mono">{addressToText(entry.other, network)}</span>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The screen. */
export function ReceiptScreen({ of }: { readonly of: string }) {
  const text = screenWords.value.receipt;
  const state = useReceipt(of);
  return (
    <div class="stack">
      <Heading title={text.title} back="activity" />
      {state.type === "reading" && <Waiting text={text.proving} />}
      {state.type === "fault" && (
        <Notice kind="bad">
          <p>{state.text}</p>
        </Notice>
      )}
      {state.type === "read" && (
        <>
          <Notice>
            <strong>{text.proven}</strong>
          </Notice>
          <Entries status={state.status} />
          {state.receipt.proof.receipt.outcome.result === "applied" && (
            <Ticket operation={state.receipt.proof.transaction.transaction.operations[0]} />
          )}
          <div class="panel">
            <Facts status={state.status} />
          </div>
          <div class="panel stack">
            <p class="soft">{text.lead}</p>
            <button
              class="button"
              type="button"
              onClick={() =>
                saveFile(`lojal-${of.slice(0, 12)}.json`, "application/json", receiptToText(state.receipt))
              }
            >
              <Icon name="down" />
              {text.save}
            </button>
          </div>
        </>
      )}
    </div>
  );
}
