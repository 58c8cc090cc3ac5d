/** One transaction by its id: proven once it is final, and asked for until then. */

import type { api, SavedReceipt, TransactionId } from "@lojal/client";
import { isProblem, parseTransactionId, ProblemError } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { ask, theNetwork } from "../../wallet/model/network.js";

/** The pause between two questions, in milliseconds. */
const EVERY_MS = 1_500;

/** The knowledge of a transaction. *unknown*: this gateway has never heard of it. */
export type Found =
  | { readonly type: "asking" }
  | { readonly type: "unknown" }
  | { readonly type: "pending"; readonly status: api.TransactionStatus }
  | { readonly type: "fault"; readonly error: unknown }
  | { readonly type: "proven"; readonly status: api.TransactionStatus; readonly receipt: SavedReceipt };

async function proven(id: TransactionId, index: number): Promise<Found> {
  const receipt = await ask((client) => client.receipt(id, theNetwork().genesis));
  const { header, transaction, receipt: told } = receipt.proof;
  const committed = { height: header.height, index, timeMs: header.timeMs, receipt: told.outcome };
  const status = { id, transaction, activity: null, state: { status: "committed", ...committed } } as const;
  return { type: "proven", status, receipt };
}

/** Looks for a transaction, and for its proof once it is final. */
async function find(text: string): Promise<Found> {
  try {
    const id = parseTransactionId(text);
    const status = await theNetwork().gateways.ask((gateway) => gateway.transaction(id));
    return status.state.status === "committed"
      ? await proven(id, status.state.index)
      : { type: "pending", status };
  } catch (error) {
    return isProblem(error, "unknown_transaction") ? { type: "unknown" } : { type: "fault", error };
  }
}

function isOver(found: Found): boolean {
  const isPassing = found.type === "fault" && found.error instanceof ProblemError && found.error.problem.retryable;
  return found.type === "proven" || (found.type === "fault" && !isPassing);
}

/** A transaction; asked for until it is proven, or can't be. */
export function useTransaction(text: string): Found {
  const [found, setFound] = useState<Found>({ type: "asking" });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOld = false;
    const look = async (): Promise<void> => {
      const next = await find(text);
      if (!isOld) {
        setFound(next);
        timer = isOver(next) ? undefined : setTimeout(() => void look(), EVERY_MS);
      }
    };
    setFound({ type: "asking" });
    void look();
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [text]);
  return found;
}
