/** What became of something that a till has signed. */

import type { Address, BrandId, Operation, Points, SavedReceipt, TransactionId } from "@lojal/client";
import { parseTransactionId } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Notice } from "../../shared/parts.js";
import { linkTo } from "../../shared/route.js";
import { sent } from "../model/outbox.js";
import { book, noteOutcome } from "../model/till.js";
import { readSigned } from "../model/till-answer.js";
import { codeText, errorText } from "../ui/parts.js";
import { AtDesk, Proven } from "../ui/till-parts.js";
import { screenWords } from "../words/screens.js";
import { tillWords } from "../words/till.js";

/** The points that an operation of a till is about, and its words. */
function toldOf(operation: Operation | undefined): {
  readonly title: string;
  readonly brand: BrandId;
  readonly amount: Points | null;
  readonly member: Address;
} | null {
  const text = tillWords.value;
  switch (operation?.type) {
    case "issue":
      return { title: text.given, brand: operation.brand, amount: operation.amount, member: operation.to };
    case "reverse":
      return { title: text.returned, brand: operation.brand, amount: operation.amount, member: operation.from };
    case "capture":
      return { title: text.taken, brand: operation.brand, amount: operation.amount, member: operation.from };
    case "release":
      return { title: text.letGone, brand: operation.brand, amount: null, member: operation.from };
    default:
      return null;
  }
}

type Fate =
  | { readonly type: "waiting" }
  | { readonly type: "fault"; readonly text: string }
  | { readonly type: "proven"; readonly receipt: SavedReceipt; readonly taken: Points | null };

/** The receipt of a transaction that is final. */
function useReceipt(id: TransactionId): Fate {
  const [fate, setFate] = useState<Fate>({ type: "waiting" });
  const one = sent.value.get(id);
  // What was sent before this page was opened is over, or the outbox knows it.
  const isOver = one === undefined || one.fate?.type === "final";
  useEffect(() => {
    if (!isOver) {
      return undefined;
    }
    let isLeft = false;
    readSigned(id).then(
      (read) => (isLeft ? undefined : setFate({ type: "proven", ...read })),
      (error: unknown) => (isLeft ? undefined : setFate({ type: "fault", text: errorText(error) })),
    );
    return () => {
      isLeft = true;
    };
  }, [id, isOver]);
  const known = one?.fate;
  const isGone = known?.type === "refused" || known?.type === "expired";
  useEffect(() => {
    const line = book.value.find((other) => other.id === id && other.state === "open");
    if (isGone && line !== undefined) {
      void noteOutcome(line, { state: "over" });
    }
  }, [id, isGone]);
  if (known?.type === "refused" || known?.type === "expired") {
    const why = known.type === "expired" ? screenWords.value.sent.expired : codeText(known.problem.code);
    return { type: "fault", text: why };
  }
  return fate;
}

function Failed({ why }: { readonly why: string }) {
  const text = tillWords.value;
  return (
    <>
      <div class="outcome bad" role="alert" data-testid="till-outcome">
        <Icon name="cross" />
        <h1>{text.failed}</h1>
        <p>{why}</p>
      </div>
      <a class="button" href={linkTo("till")}>
        {text.next}
      </a>
    </>
  );
}

function Done({ id }: { readonly id: TransactionId }) {
  const text = tillWords.value;
  const fate = useReceipt(id);
  const note = sent.value.get(id)?.note ?? "";
  switch (fate.type) {
    case "waiting":
      return (
        <div class="outcome wait" role="status">
          <span class="spinner" aria-hidden="true" />
          <h1>{text.sending}</h1>
          <p class="soft">{text.sendingLead}</p>
          {note !== "" && (
            <Notice kind="warn">
              <p class="small">{note}</p>
            </Notice>
          )}
        </div>
      );
    case "fault":
      return <Failed why={fate.text} />;
    case "proven": {
      const { header, receipt, transaction } = fate.receipt.proof;
      const told = toldOf(transaction.transaction.operations[0]);
      if (receipt.outcome.result !== "applied" || told === null) {
        return <Failed why={receipt.outcome.result === "failed" ? codeText(receipt.outcome.code) : text.failed} />;
      }
      return <Proven {...told} amount={fate.taken ?? told.amount} header={header} id={id} />;
    }
  }
}

/** The screen. */
export function TillDone({ of }: { readonly of: string }) {
  let id: TransactionId;
  try {
    id = parseTransactionId(of);
  } catch {
    return <Failed why={screenWords.value.scan.damaged} />;
  }
  return <AtDesk>{() => <div class="stack"><Done id={id} /></div>}</AtDesk>;
}
