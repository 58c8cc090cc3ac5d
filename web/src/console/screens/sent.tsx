/** What became of something that was signed here. */

import type { TransactionId } from "@lojal/client";
import { useEffect } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Notice } from "../../shared/parts.js";
import { linkTo } from "../../shared/route.js";
import type { Sent } from "../../wallet/model/outbox.js";
import { sent } from "../../wallet/model/outbox.js";
import { refresh } from "../model/brand.js";
import { codeWords, say } from "../model/saying.js";
import { titleOf } from "../model/tell-operations.js";
import { words } from "../words/index.js";
import { Detail } from "./detail.js";

function Final({ one }: { readonly one: Sent }) {
  const text = words.value.sent;
  const { fate } = one;
  if (fate?.type !== "final") {
    return null;
  }
  const isApplied = fate.receipt.result === "applied";
  const isMotion = one.signed.transaction.operations.some(({ type }) => type === "propose_for_brand");
  return (
    <div class={`outcome ${isApplied ? "good" : "bad"}`} role="status" data-testid="sent">
      <Icon name={isApplied ? "check" : "cross"} />
      <h1>{isApplied ? text.done : text.failed}</h1>
      <p>
        {fate.receipt.result === "failed"
          ? codeWords(fate.receipt.code)
          : isMotion
            ? text.motionDone
            : one.signed.transaction.operations.map((operation) => titleOf(operation, say.value)).join(", ")}
      </p>
      <p>
        {say.value.moment(fate.timeMs)} · {text.block(say.value.number(fate.height))}
      </p>
    </div>
  );
}

function Outcome({ one }: { readonly one: Sent }) {
  const text = words.value.sent;
  const { fate, note } = one;
  if (fate?.type === "final") {
    return <Final one={one} />;
  }
  if (fate?.type === "refused" || fate?.type === "expired") {
    return (
      <div class="outcome bad" role="status" data-testid="sent">
        <Icon name="cross" />
        <h1>{text.failed}</h1>
        <p>{fate.type === "expired" ? text.expired : text.refused}</p>
        {fate.type === "refused" && <p>{codeWords(fate.problem.code)}</p>}
      </div>
    );
  }
  return (
    <div class="outcome wait" role="status" data-testid="sent">
      <span class="spinner" aria-hidden="true" />
      <h1>{text.sending}</h1>
      <p class="soft">{text.sendingLead}</p>
      {note !== "" && (
        <Notice kind="warn">
          <p class="small">
            {text.tookLong} {note}
          </p>
        </Notice>
      )}
    </div>
  );
}

/** The screen. Something that is over and was sent before this page was opened is shown as every transaction is. */
export function SentScreen({ of }: { readonly of: string }) {
  const text = words.value.sent;
  const one = sent.value.get(of as TransactionId);
  const isOver = one !== undefined && one.fate !== null;
  useEffect(() => {
    if (isOver) {
      void refresh();
    }
  }, [isOver]);
  if (one === undefined) {
    return <Detail of={of} />;
  }
  const isOfMotions = one.signed.transaction.operations.some(({ type }) => type.endsWith("_for_brand"));
  return (
    <div class="stack narrow">
      <Outcome one={one} />
      {one.fate?.type === "final" && (
        <a class="button plain" href={linkTo("tx", of)}>
          {text.detail}
        </a>
      )}
      {isOfMotions && (
        <a class="button plain" href={linkTo("motions")}>
          {text.motions}
        </a>
      )}
      <a class={isOver ? "button" : "button plain"} href={linkTo("")}>
        {text.home}
      </a>
    </div>
  );
}
