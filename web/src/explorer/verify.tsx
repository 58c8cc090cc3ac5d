/** A receipt file, checked by the genesis document alone. */

import type { SavedReceipt, TrustedHeader } from "@lojal/client";
import { addressToText, checkReceipt, LojalError, receiptFromText } from "@lojal/client";
import { useState } from "preact/hooks";

import { momentText, numberText } from "../shared/format.js";
import { Icon } from "../shared/icon.js";
import { language } from "../shared/preferences.js";
import { network } from "./model.js";
import { words } from "./words.js";

type Verdict =
  | { readonly type: "good"; readonly receipt: SavedReceipt; readonly header: TrustedHeader }
  | { readonly type: "bad"; readonly reason: string };

function verdictOf(text: string): Verdict {
  const genesis = network.value?.genesis;
  try {
    if (genesis === undefined) {
      return { type: "bad", reason: words.value.loading };
    }
    const receipt = receiptFromText(text);
    return { type: "good", receipt, header: checkReceipt(receipt, genesis) };
  } catch (error) {
    return { type: "bad", reason: error instanceof LojalError ? error.message : words.value.verify.readBad };
  }
}

function Good({ receipt, header }: Extract<Verdict, { type: "good" }>) {
  const text = words.value.verify;
  const kind = network.value?.genesis.network ?? "main";
  const { transaction } = receipt.proof.transaction;
  const { transaction: id, outcome } = receipt.proof.receipt;
  return (
    <section class="panel stack" role="status" data-testid="verdict">
      <div class="notice">
        <Icon name="shield" />
        <div class="grow">
          <strong>{text.good}</strong>
          <p>{text.goodLead}</p>
        </div>
      </div>
      <dl class="facts">
        <dt>{text.outcome}</dt>
        <dd>{outcome.result === "applied" ? text.applied : text.failed(outcome.code)}</dd>
        <dt>{text.operation}</dt>
        <dd>{transaction.operations.map(({ type }) => type).join(", ")}</dd>
        <dt>{text.when}</dt>
        <dd>{momentText(header.header.timeMs, language.value)}</dd>
        <dt>{text.block}</dt>
        <dd>{numberText(header.pin.height, language.value)}</dd>
        <dt>{text.sender}</dt>
        <dd class="mono">{addressToText(transaction.sender, kind)}</dd>
        <dt>{text.id}</dt>
        <dd class="mono">{id}</dd>
      </dl>
      <p class="soft small">{text.changes(numberText(receipt.changes.length, language.value))}</p>
    </section>
  );
}

/** The screen. */
export function VerifyScreen() {
  const text = words.value.verify;
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [isOver, setOver] = useState(false);
  const read = async (file: File | undefined): Promise<void> => {
    if (file !== undefined) {
      setVerdict(verdictOf(await file.text()));
    }
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void read(event.dataTransfer?.files[0]);
  };
  const over = (event: DragEvent): void => {
    event.preventDefault();
    setOver(true);
  };
  return (
    <div class="stack">
      <h1>{text.title}</h1>
      <div
        class={isOver ? "drop over" : "drop"}
        onDrop={drop}
        onDragOver={over}
        onDragLeave={() => setOver(false)}
      >
        <Icon name="shield" />
        <p class="soft">{text.lead}</p>
        <div class="field">
          <label for="receipt">{text.choose}</label>
          <input
            class="input"
            id="receipt"
            type="file"
            onChange={(event) => void read(event.currentTarget.files?.[0])}
          />
        </div>
      </div>
      {verdict?.type === "good" && <Good {...verdict} />}
      {verdict?.type === "bad" && (
        <div class="notice bad" role="alert" data-testid="verdict">
          <Icon name="alert" />
          <div class="grow">
            <strong>{text.bad}</strong>
            <p>{verdict.reason}</p>
          </div>
        </div>
      )}
    </div>
  );
}
